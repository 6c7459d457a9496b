"""Mails that did not arrive, for the staff: why, whose address it is, and one more try."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true

from lending.accounts.models import User, UserRole
from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork
from lending.errors import NotAllowedNow, NotFound
from lending.notifications.addresses import revive
from lending.notifications.delivering import address_of
from lending.notifications.kinds import Delivery, Kind
from lending.notifications.models import Message
from lending.notifications.rendering import put_in_words
from lending.organisations.models import Organisation

SHOWN = 100
TRIES = 3
"""Who answers "later" takes a mail within so many tries, six minutes; longer is a trouble."""


@dataclass(frozen=True)
class Trouble:
    """How many mails of all lenders are not out that should be."""

    failed: int
    """For good."""
    stuck: int
    """Tried again and again."""
    reason: str = ""
    """Why the newest of those did not leave at its last try."""


@dataclass(frozen=True)
class Failure:
    """A mail that is not out, or came back."""

    id: int
    subject: str
    address: str
    """Where it went; empty where no address is known."""
    is_corrected: bool
    """Whether another address is known by now."""
    recipient: str
    organisation_id: int | None
    """Whose address is to be corrected."""
    reason: str
    attempts: int
    at: datetime
    next_at: datetime | None
    """When it is tried again by itself; never, if it has failed for good."""


def list_failures(uow: UnitOfWork, actor: Principal, language: str) -> list[Failure]:
    """Return the mails of the actor's lenders that failed, or failed once, the latest first.

    Raises:
        NotSignedIn, Forbidden: the actor sees none.
    """
    actor.check(Action.SEE_MAIL)
    rows = uow.session.scalars(
        select(Message)
        .where(_in_trouble(), _within(actor))
        .order_by(Message.id.desc())
        .limit(SHOWN)
    )
    return [_failure(uow, each, language) for each in rows]


def count_trouble(uow: UnitOfWork) -> Trouble:
    """Return how many mails have failed for good, or were tried for long, of all lenders."""
    failed = select(func.count()).where(Message.delivery == Delivery.FAILED)
    stuck = uow.session.scalars(
        select(Message.failure)
        .where(
            Message.delivery == Delivery.WAITING,
            Message.failure != "",
            Message.attempts > TRIES,
        )
        .order_by(Message.id.desc())
    ).all()
    return Trouble(uow.session.scalar(failed) or 0, len(stuck), next(iter(stuck), ""))


def try_again(uow: UnitOfWork, actor: Principal, message_id: int) -> None:
    """Mail a message once more, to the address that is known now.

    Raises:
        NotSignedIn, Forbidden: the actor sees no failures.
        NotFound: it is no message of the actor's lenders.
        NotAllowedNow: it has not failed.
    """
    actor.check(Action.SEE_MAIL)
    message = uow.session.scalar(
        select(Message).where(Message.id == message_id, _within(actor)).with_for_update(of=Message)
    )
    if message is None:
        raise NotFound
    if message.delivery is not Delivery.FAILED:
        raise NotAllowedNow
    revive(uow, address_of(uow, message))
    message.delivery, message.due_at, message.attempts = Delivery.WAITING, uow.now, 0


def try_all_again(uow: UnitOfWork, actor: Principal) -> int:
    """Mail everything once more that failed; return how much that is.

    Raises:
        NotSignedIn, Forbidden: the actor sees no failures.
    """
    actor.check(Action.SEE_MAIL)
    failed = uow.session.scalars(
        select(Message.id).where(Message.delivery == Delivery.FAILED, _within(actor))
    ).all()
    for message_id in failed:
        try_again(uow, actor, message_id)
    return len(failed)


def _in_trouble() -> ColumnElement[bool]:
    return or_(
        Message.delivery == Delivery.FAILED,
        (Message.delivery == Delivery.WAITING) & (Message.failure != ""),
    )


def _within(actor: Principal) -> ColumnElement[bool]:
    """Return the condition that a message is of a lender that the actor works for, or of none."""
    scope = actor.authority_scope(Action.SEE_MAIL)
    if scope is None:
        return true()
    return Message.authority_id.in_(scope) | Message.authority_id.is_(None)


def _failure(uow: UnitOfWork, message: Message, language: str) -> Failure:
    name, organisation_id = _whose(uow, message)
    data = json.loads(message.data)
    if message.kind is Kind.DIGEST:
        data["parts"] = uow.session.scalars(
            select(Message.id).where(Message.digest_id == message.id)
        ).all()
    return Failure(
        id=message.id,
        subject=put_in_words(message.kind, data, language).subject,
        address=message.address,
        is_corrected=address_of(uow, message) not in ("", message.address),
        recipient=name,
        organisation_id=organisation_id,
        reason=message.failure,
        attempts=message.attempts,
        at=message.created_at,
        next_at=message.due_at,
    )


def _whose(uow: UnitOfWork, message: Message) -> tuple[str, int | None]:
    """Return who was to read a message, and the organisation they belong to."""
    if message.organisation_id is not None:
        organisation = uow.session.get_one(Organisation, message.organisation_id)
        return organisation.contact_name or organisation.name, organisation.id
    user = uow.session.get_one(User, message.user_id)
    held = select(UserRole.organisation_id).where(
        UserRole.user_id == user.id, UserRole.organisation_id.is_not(None)
    )
    return user.name, uow.session.scalars(held.limit(1)).first()
