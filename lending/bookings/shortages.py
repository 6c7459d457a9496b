"""Where more is promised than there is, and whom it concerns."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from calendars.intervals import Interval
from lending.availability.answers import instant
from lending.availability.holds import FOREVER, read_supply, seconds
from lending.availability.models import Hold, HoldKind
from lending.availability.sweep import Gap, gaps, timeline
from lending.bookings.models import Booking, BookingLine, Event
from lending.bookings.states import State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation


@dataclass(frozen=True)
class Claimant:
    """A booking that holds some of what is short."""

    booking_id: int
    reference: str
    organisation: str
    event: str
    state: State
    quantity: int
    period: Interval
    is_late: bool
    """Out, and not back in time."""


@dataclass(frozen=True)
class Shortage:
    """A stretch over which an item is promised more often than it exists."""

    item_id: int
    code: str
    name: str
    authority_id: int
    starts_at: datetime
    ends_at: datetime | None
    """None while a late loan is not back."""
    missing: int
    claimants: tuple[Claimant, ...]


def find_shortages(uow: UnitOfWork, authority_ids: Collection[int] | None = None) -> list[Shortage]:
    """Return the shortages from now on, soonest first; of all authorities when none are named."""
    now = seconds(uow.now)
    items = _items(uow, authority_ids)
    found = sorted(
        (
            (item_id, gap)
            for item_id, item_gaps in overbooked(uow, now, items.keys()).items()
            for gap in item_gaps
        ),
        key=_soonest,
    )
    return [
        _shortage(items[item_id], gap, claimants)
        for (item_id, gap), claimants in zip(found, claimants_of(uow, found), strict=True)
    ]


def overbooked(
    uow: UnitOfWork, since: int, item_ids: Collection[int] | None = None
) -> dict[int, list[Gap]]:
    """Return for each item where less than nothing is free, from an instant on.

    This is the proof that nothing is lent twice: it recounts everything.
    """
    supplies = read_supply(uow.session, since, FOREVER, seconds(uow.now), item_ids=item_ids)
    found = {
        item_id: gaps(timeline(since, FOREVER, s.stock, s.claims, s.changes), wanted=0)
        for item_id, s in supplies.items()
    }
    return {item_id: item_gaps for item_id, item_gaps in found.items() if item_gaps}


def _soonest(found: tuple[int, Gap]) -> tuple[int, int]:
    return found[1].starts, found[0]


def _items(uow: UnitOfWork, authority_ids: Collection[int] | None) -> dict[int, Item]:
    query = select(Item)
    if authority_ids is not None:
        query = query.where(Item.authority_id.in_(authority_ids))
    return {item.id: item for item in uow.session.scalars(query)}


def _shortage(item: Item, gap: Gap, claimants: tuple[Claimant, ...]) -> Shortage:
    return Shortage(
        item_id=item.id,
        code=item.code,
        name=item.name,
        authority_id=item.authority_id,
        starts_at=instant(gap.starts),
        ends_at=None if gap.ends >= FOREVER else instant(gap.ends),
        missing=gap.missing,
        claimants=claimants,
    )


class _Claim(NamedTuple):
    """What a claimant holds, and from when to when it stands in the way."""

    claimant: Claimant
    starts: int
    ends: int


def claimants_of(uow: UnitOfWork, found: Sequence[tuple[int, Gap]]) -> list[tuple[Claimant, ...]]:
    """Return for each gap of an item the bookings that hold some of it, in one query."""
    if not found:
        return []
    claims = _claims(
        uow,
        {item_id for item_id, _ in found},
        min(gap.starts for _, gap in found),
        max(gap.ends for _, gap in found),
    )
    return [
        tuple(
            claim.claimant
            for claim in claims[item_id]
            if claim.starts < gap.ends and claim.ends > gap.starts
        )
        for item_id, gap in found
    ]


def _claims(
    uow: UnitOfWork, item_ids: Collection[int], starts: int, ends: int
) -> dict[int, list[_Claim]]:
    """Return by item what bookings hold between two instants, in the order of the loans."""
    now = seconds(uow.now)
    late = Hold.is_out & (Hold.ends <= now)
    rows = uow.session.execute(
        select(Booking, Organisation.name, Event.name, Hold)
        .join(BookingLine, BookingLine.id == Hold.booking_line_id)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .where(
            Hold.item_id.in_(item_ids),
            Hold.kind != HoldKind.MAINTENANCE,
            Hold.starts < ends,
            (Hold.ends > starts) | late,
        )
        .order_by(Booking.starts_at, Booking.id, Hold.id)
    )
    found: dict[int, list[_Claim]] = defaultdict(list)
    for booking, organisation, event, hold in rows:
        is_late = hold.is_out and hold.ends <= now
        claimant = Claimant(
            booking_id=booking.id,
            reference=booking.reference,
            organisation=organisation,
            event=event,
            state=booking.state,
            quantity=hold.quantity,
            period=Interval(booking.starts_at, booking.ends_at),
            is_late=is_late,
        )
        ends_at = FOREVER if is_late else hold.ends
        found[hold.item_id].append(_Claim(claimant, hold.starts, ends_at))
    return found
