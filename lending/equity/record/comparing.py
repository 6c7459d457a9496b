"""Cases that can be compared with a request: figures and reasons, never who it was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from lending.bookings.models import Booking, BookingLine
from lending.bookings.states import RefusalReason
from lending.db.database import UnitOfWork
from lending.equity.eligibility.criteria import facts_from_json, priority_class
from lending.equity.record.canonical import instant
from lending.equity.record.decision import Kind
from lending.equity.record.models import DecisionRecord
from lending.equity.record.queries import read_content
from lending.policies.rules import PriorityClass

WITHIN = timedelta(days=365)
FEWEST = 3
"""With fewer cases, or cases of fewer organisations, one could guess who they are."""
SHOWN = 8
READ = 400
"""The latest decisions that are looked through."""

COMPARED = (Kind.GRANT, Kind.GRANT_IN_PART, Kind.REFUSE, Kind.WAIT, Kind.EXPIRE, Kind.OVERRIDE)


@dataclass(frozen=True)
class ComparedCase:
    """What another request for the same items came to."""

    kind: Kind
    priority: PriorityClass | None
    asked: int
    """Pieces, of the items that the request in question asks for too."""
    granted: int
    reason_code: RefusalReason | None
    is_same_time: bool
    """Whether the two loans overlap."""


def compared_cases(uow: UnitOfWork, booking_id: int) -> tuple[ComparedCase, ...]:
    """Return how others were answered who asked the same lender for the same items.

    Those of the last twelve months, of other organisations, each by its latest decision; first
    those for the same time, then the most recent. None if there are fewer than three, or if they
    come from fewer than three organisations.
    """
    booking = uow.session.get_one(Booking, booking_id)
    items = {line.item_id for line in booking.lines}
    latest: dict[object, Mapping[str, Any]] = {}
    for says in _contents(uow, booking, items):
        inputs = says["inputs"]
        if "lines" in inputs and inputs["organisation"]["id"] != booking.organisation_id:
            latest.pop(inputs["booking"]["uuid"], None)
            latest[inputs["booking"]["uuid"]] = says
    others = {says["inputs"]["organisation"]["id"] for says in latest.values()}
    if len(others) < FEWEST:
        return ()
    starts, ends = instant(booking.starts_at), instant(booking.ends_at)
    cases = [_case(says, items, starts, ends) for says in reversed(latest.values())]
    return tuple(sorted(cases, key=lambda case: not case.is_same_time)[:SHOWN])


def _contents(uow: UnitOfWork, booking: Booking, items: Iterable[int]) -> list[Mapping[str, Any]]:
    asking = select(BookingLine.booking_id).where(BookingLine.item_id.in_(list(items)))
    payloads = uow.session.scalars(
        select(DecisionRecord.payload)
        .where(
            DecisionRecord.authority_id == booking.authority_id,
            DecisionRecord.kind.in_(COMPARED),
            DecisionRecord.recorded_at > uow.now - WITHIN,
            DecisionRecord.booking_id.in_(asking),
        )
        .order_by(DecisionRecord.sequence.desc())
        .limit(READ)
    ).all()
    return [read_content(payload) for payload in reversed(payloads)]


def _case(says: Mapping[str, Any], items: Iterable[int], starts: str, ends: str) -> ComparedCase:
    inputs, granted = says["inputs"], says["result"]["granted"]
    asked = {each["item_id"]: each["requested"] for each in inputs["lines"]}
    code = says["reason_code"]
    loan = inputs["booking"]
    return ComparedCase(
        kind=Kind(says["kind"]),
        priority=priority_class(facts_from_json(inputs["facts"])) if "facts" in inputs else None,
        asked=sum(asked.get(item, 0) for item in items),
        granted=sum(granted.get(str(item), 0) for item in items),
        reason_code=RefusalReason(code) if code else None,
        # written in one way, in UTC: instants compare as texts
        is_same_time=loan["starts_at"] < ends and starts < loan["ends_at"],
    )
