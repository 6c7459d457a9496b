"""Which mails leave now: each message alone, or many together. Pure, for the laws of the tests.

More than `MOST` messages of a family within an hour become one mail, and such mails are an hour
apart: in no hour does anybody get more than `MOST + 1` of a family. What the law wants to be told
goes alone, whatever comes with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lending.notifications.kinds import Family

MOST = 5
WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Waiting:
    """A message whose mail is due."""

    id: int
    recipient: str
    family: Family
    goes_alone: bool = False
    """It was tried already, or the law wants it to be told."""
    is_daily: bool = False
    """Its reader wants one mail a day, of all families."""


@dataclass(frozen=True)
class Gone:
    """A mail that left within the hour, as far as it counts."""

    recipient: str
    family: Family
    at: datetime
    is_digest: bool = False


@dataclass(frozen=True)
class Group:
    """Messages that go together; without a family, all of a day."""

    recipient: str
    family: Family | None
    ids: tuple[int, ...]


@dataclass
class Mails:
    """What leaves now, and what is held until when."""

    alone: list[int] = field(default_factory=list)
    together: list[Group] = field(default_factory=list)
    held: dict[int, datetime] = field(default_factory=dict)


def arrange(waiting: Sequence[Waiting], gone: Iterable[Gone], now: datetime) -> Mails:
    """Return how what waits is mailed; each message stands in exactly one place of it."""
    mails = Mails()
    daily: dict[str, list[int]] = defaultdict(list)
    soon: dict[tuple[str, Family], list[int]] = defaultdict(list)
    for each in waiting:
        if each.goes_alone:
            mails.alone.append(each.id)
        elif each.is_daily:
            daily[each.recipient].append(each.id)
        else:
            soon[each.recipient, each.family].append(each.id)
    for recipient, ids in daily.items():
        if len(ids) == 1:
            mails.alone += ids
        else:
            mails.together.append(Group(recipient, None, tuple(ids)))
    recent = _by_family(mail for mail in gone if mail.at > now - WITHIN)
    for (recipient, family), ids in soon.items():
        _arrange_family(mails, Group(recipient, family, tuple(ids)), recent[recipient, family])
    return mails


def _arrange_family(mails: Mails, group: Group, before: Sequence[Gone]) -> None:
    digests = [mail.at for mail in before if mail.is_digest]
    if len(before) - len(digests) + len(group.ids) <= MOST:
        mails.alone += group.ids
    elif digests:
        mails.held |= dict.fromkeys(group.ids, max(digests) + WITHIN)
    elif len(group.ids) == 1:  # until there is room for it, or others to go with
        mails.held[group.ids[0]] = min(mail.at for mail in before) + WITHIN
    else:
        mails.together.append(group)


def _by_family(gone: Iterable[Gone]) -> dict[tuple[str, Family | None], list[Gone]]:
    found: dict[tuple[str, Family | None], list[Gone]] = defaultdict(list)
    for mail in gone:
        found[mail.recipient, mail.family].append(mail)
    return found
