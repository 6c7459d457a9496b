"""The messages of one person, as pages show them."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select, update

from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.errors import NotFound, NotSignedIn
from lending.notifications.kinds import TOLD, Family
from lending.notifications.models import Message
from lending.notifications.rendering import Words, put_in_words

PER_PAGE = 20


@dataclass(frozen=True)
class MessageView:
    """A message in words."""

    id: int
    family: Family
    words: Words
    path: str
    at: datetime
    is_read: bool


@dataclass(frozen=True)
class Box:
    """One page of somebody's messages, unread ones first."""

    messages: tuple[MessageView, ...]
    total: int
    unread: int
    """In all families."""
    counts: dict[Family, int]
    """Unread ones by family; families in which there was never a message are missing."""


def read_box(
    uow: UnitOfWork,
    actor: Principal,
    language: str,
    family: Family | None = None,
    page: int = 1,
) -> Box:
    """Return the actor's messages, of one family or of all, in a language.

    Raises:
        NotSignedIn: the actor has no account.
    """
    mine = _mine(actor)
    wanted = mine if family is None else mine & Message.kind.in_(_kinds(family))
    rows = uow.session.scalars(
        select(Message)
        .where(wanted)
        .order_by(Message.read_at.is_(None).desc(), Message.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    unread = func.sum(case((Message.read_at.is_(None), 1), else_=0))
    counted = uow.session.execute(
        select(Message.kind, func.count(), unread).where(mine).group_by(Message.kind)
    ).all()
    counts: dict[Family, int] = {}
    for kind, _, number in counted:
        counts[kind.family] = counts.get(kind.family, 0) + number
    return Box(
        messages=tuple(_view(each, language) for each in rows),
        total=sum(all_ for kind, all_, _ in counted if family in (None, kind.family)),
        unread=sum(counts.values()),
        counts=counts,
    )


def count_unread(uow: UnitOfWork, actor: Principal) -> int:
    """Return how many messages the actor has not read; none without an account."""
    if actor.user_id is None:
        return 0
    query = select(func.count()).where(_mine(actor), Message.read_at.is_(None))
    return uow.session.scalar(query) or 0


def open_message(uow: UnitOfWork, actor: Principal, message_id: int) -> str:
    """Mark a message as read; return the path that it leads to.

    Raises:
        NotSignedIn, NotFound: it is none of the actor's.
    """
    message = uow.session.scalar(select(Message).where(_mine(actor), Message.id == message_id))
    if message is None:
        raise NotFound
    message.read_at = message.read_at or uow.now
    return message.path


def read_all(uow: UnitOfWork, actor: Principal, family: Family | None = None) -> int:
    """Mark the actor's messages as read, of one family or of all; return how many were not.

    Raises:
        NotSignedIn: the actor has no account.
    """
    wanted = _mine(actor) & Message.read_at.is_(None)
    if family is not None:
        wanted &= Message.kind.in_(_kinds(family))
    done = uow.session.execute(update(Message).where(wanted).values(read_at=uow.now))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _mine(actor: Principal) -> ColumnElement[bool]:
    if actor.user_id is None:
        raise NotSignedIn
    return (Message.user_id == actor.user_id) & Message.kind.in_(TOLD)


def _kinds(family: Family) -> list[str]:
    return [kind for kind in TOLD if kind.family is family]


def _view(message: Message, language: str) -> MessageView:
    return MessageView(
        id=message.id,
        family=message.kind.family,
        words=put_in_words(message.kind, json.loads(message.data), language),
        path=message.path,
        at=message.created_at,
        is_read=message.read_at is not None,
    )
