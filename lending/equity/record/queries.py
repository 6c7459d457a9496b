"""What a decision says, to whoever may know of the booking it is about."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking
from lending.bookings.states import RefusalReason
from lending.db.database import UnitOfWork
from lending.equity.record.decision import Author, Kind, Stock
from lending.equity.record.models import DecisionRecord, DecisionWords
from lending.errors import NotFound


@dataclass(frozen=True)
class DecisionView:
    """A decision, with what is needed to compute its hash again."""

    id: int
    authority_id: int
    sequence: int
    recorded_at: datetime
    kind: Kind
    rule: str
    """A `Rule`, or one that a later release has written."""
    booking_id: int | None
    round_id: int | None
    policy_id: int | None
    author: Author
    inputs: Mapping[str, Any]
    stock: Mapping[int, Stock]
    """By number of the item."""
    rank: int | None
    result: Mapping[str, Any]
    reason_code: RefusalReason | None
    reason: str | None
    """In words; None when they were erased, empty when there were none."""
    salt: str | None
    """What was hashed before the words."""
    payload: str
    previous_hash: str
    hash: str


def decisions_of(uow: UnitOfWork, actor: Principal, booking_id: int) -> list[DecisionView]:
    """Return the decisions about a booking, the first one first.

    Raises:
        NotSignedIn: somebody would have to be.
        NotFound: there is no booking that the actor may know of.
    """
    booking = uow.session.get(Booking, booking_id)
    if booking is None:
        actor.check(Action.SEE_BOOKING, hidden=True)
        raise NotFound
    actor.check(
        Action.SEE_BOOKING,
        authority_id=booking.authority_id,
        organisation_id=booking.organisation_id,
        hidden=True,
    )
    rows = uow.session.execute(
        select(DecisionRecord, DecisionWords)
        .outerjoin(DecisionWords, DecisionWords.decision_id == DecisionRecord.id)
        .where(
            DecisionRecord.booking_id == booking_id,
            DecisionRecord.authority_id == booking.authority_id,
        )
        .order_by(DecisionRecord.sequence)
    )
    views = [_view(record, words) for record, words in rows]
    # The number of a booking that is gone may be given again; its uuid is not.
    return [view for view in views if _uuid(view) in (None, booking.uuid)]


def read_content(payload: str) -> Mapping[str, Any]:
    """Return what a decision says."""
    says: Mapping[str, Any] = json.loads(payload)
    return says


def _uuid(view: DecisionView) -> str | None:
    uuid: str | None = view.inputs.get("booking", {}).get("uuid")
    return uuid


def _view(record: DecisionRecord, words: DecisionWords | None) -> DecisionView:
    says = read_content(record.payload)
    author, code = says["author"], says["reason_code"]
    return DecisionView(
        id=record.id,
        authority_id=record.authority_id,
        sequence=record.sequence,
        recorded_at=record.recorded_at,
        kind=record.kind,
        rule=says["rule"],
        booking_id=record.booking_id,
        round_id=record.round_id,
        policy_id=says["policy_id"],
        author=Author(author["role"], author["user_id"], author["token_id"]),
        inputs=says["inputs"],
        stock={
            int(item): Stock(each["stock"], each["free"]) for item, each in says["stock"].items()
        },
        rank=says["rank"],
        result=says["result"],
        reason_code=RefusalReason(code) if code else None,
        reason=words.words if words else "",
        salt=words.salt if words else None,
        payload=record.payload,
        previous_hash=record.previous_hash,
        hash=record.hash,
    )
