"""Sort what is due into mails of one message and mails of many (see `grouping`)."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select, update

from lending.db.database import UnitOfWork
from lending.notifications import links
from lending.notifications.grouping import WITHIN, Gone, Group, Waiting, arrange
from lending.notifications.kinds import Delivery, Family, Kind, Pace
from lending.notifications.models import Message

ALL = "all"
"""Stands for the family of a mail of the day, in the cause of a digest."""
MOST_AT_ONCE = 500


def sort_out(uow: UnitOfWork) -> list[int]:
    """Put together what goes together; return the mails to be sent now, the oldest first."""
    due = uow.session.scalars(
        select(Message)
        .where(Message.delivery == Delivery.WAITING, Message.due_at <= uow.now)
        .order_by(Message.due_at, Message.id)
        .limit(MOST_AT_ONCE)
    ).all()
    mails = arrange([_waiting(each) for each in due], _gone(uow, due), uow.now)
    digests = [_put_together(uow, group) for group in mails.together]
    by_time: dict[datetime, list[int]] = defaultdict(list)
    for message_id, until in mails.held.items():
        by_time[until].append(message_id)
    for until, ids in by_time.items():
        _still_waiting(uow, ids, due_at=until)
    return sorted([*mails.alone, *(each for each in digests if each is not None)])


def _waiting(message: Message) -> Waiting:
    is_digest = message.kind is Kind.DIGEST
    return Waiting(
        id=message.id,
        recipient=message.recipient,
        family=message.kind.family,
        goes_alone=is_digest
        or message.attempts > 0
        or (message.kind.is_required and message.pace is Pace.AT_ONCE),
        is_daily=message.pace is Pace.DAILY,
    )


def _gone(uow: UnitOfWork, due: Iterable[Message]) -> list[Gone]:
    """Return what left within the hour to those to whom something is due."""
    since = uow.now - WITHIN
    rows = uow.session.scalars(
        select(Message).where(
            Message.recipient.in_({each.recipient for each in due}),
            Message.pace == Pace.AT_ONCE,
            or_(
                Message.sent_at > since,
                (Message.delivery == Delivery.WAITING) & (Message.attempts > 0),
                (Message.kind == Kind.DIGEST) & (Message.created_at > since),
            ),
        )
    )
    found = []
    for each in rows:
        if each.kind is Kind.DIGEST:
            family = each.cause.split(":")[1]
            if family != ALL:
                found.append(Gone(each.recipient, Family(family), each.created_at, is_digest=True))
        elif each.delivery is not Delivery.GROUPED and not each.kind.is_required:
            found.append(Gone(each.recipient, each.kind.family, each.sent_at or uow.now))
    return found


def _put_together(uow: UnitOfWork, group: Group) -> int | None:
    """Write one mail for several messages; None if another worker was faster."""
    ids = _still_waiting(uow, group.ids, due_at=None, delivery=Delivery.GROUPED)
    if not ids:
        return None
    first = uow.session.get_one(Message, ids[0])
    own = json.loads(first.data)
    kept = ("authority", "zone", "phone", "email")
    is_one_lender = len({uow.session.get_one(Message, each).authority_id for each in ids}) == 1
    digest = Message(
        kind=Kind.DIGEST,
        cause=f"digest:{group.family or ALL}:{ids[0]}",
        recipient=group.recipient,
        user_id=first.user_id,
        organisation_id=first.organisation_id,
        authority_id=first.authority_id if is_one_lender else None,
        language=first.language,
        data=json.dumps({key: own[key] for key in kept if key in own} if is_one_lender else {}),
        path=links.MESSAGES,
        created_at=uow.now,
        pace=Pace.AT_ONCE,
        delivery=Delivery.WAITING,
        due_at=uow.now,
    )
    uow.session.add(digest)
    uow.session.flush()  # its messages point at it
    uow.session.execute(update(Message).where(Message.id.in_(ids)).values(digest_id=digest.id))
    return digest.id


def _still_waiting(uow: UnitOfWork, ids: Iterable[int], **values: object) -> list[int]:
    """Change what nobody else has claimed or put together meanwhile; return which that was."""
    return sorted(
        uow.session.scalars(
            update(Message)
            .where(
                Message.id.in_(list(ids)),
                Message.delivery == Delivery.WAITING,
                Message.attempts == 0,
                Message.due_at <= uow.now,
            )
            .values(**values)
            .returning(Message.id)
        )
    )
