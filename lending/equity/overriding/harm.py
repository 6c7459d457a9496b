"""Who is worse off when a request is granted that should not be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from calendars.intervals import Interval
from lending.availability.holds import NOTHING, Terms, read_supply, seconds, terms_of
from lending.availability.sweep import lowest
from lending.bookings.holding import period_of
from lending.bookings.models import Booking, BookingLine, Event
from lending.bookings.states import UNDECIDED, RefusalReason, State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation

Claim = tuple[int, int, int]


@dataclass(frozen=True)
class Loss:
    """What another request goes without because of a grant."""

    booking_id: int
    reference: str
    organisation: str
    event: str
    line_id: int
    item_id: int
    item: str
    pieces: int


def pieces_lost(unmet: int, free_without: int, free_with: int) -> int:
    """Return how many pieces a request goes without because of a grant.

    It could have had as much of what it lacks as would be free without the grant; with it, as
    much as is free still.
    """
    return min(unmet, max(free_without, 0)) - min(unmet, max(free_with, 0))


def worse_off(uow: UnitOfWork, booking: Booking, granted: Mapping[int, int]) -> tuple[Loss, ...]:
    """Return who would go without something, in order of arrival, if this were granted.

    Those lack something who wait, were granted a part, were refused for want of stock, or wait
    for a round to decide; what each of them could have is told for itself, so that two who lack
    the same piece are both named.
    """
    items = {item_id for item_id, quantity in granted.items() if quantity}
    terms = terms_of(uow.session, items)
    mine = {item: _claim(booking, terms[item], granted[item]) for item in terms}
    rows = [row for row in _lacking(uow, booking, terms) if _meets(row, mine, terms)]
    if not rows:
        return ()
    spans = [_claim(other, terms[line.item_id], 0) for line, other, *_ in rows]
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    supplies = read_supply(
        uow.session,
        start,
        end,
        seconds(uow.now),
        item_ids=terms.keys(),
        without_lines=[line.id for line in booking.lines],
    )
    found = []
    for line, other, organisation, event, item in rows:
        supply = supplies.get(line.item_id, NOTHING)
        starts, ends, _ = _claim(other, terms[line.item_id], 0)
        without, with_it = (
            lowest(starts, ends, supply.stock_at(starts), claims, supply.changes)
            for claims in (supply.claims, [*supply.claims, mine[line.item_id]])
        )
        pieces = pieces_lost(_unmet(line, other), without, with_it)
        if pieces:
            found.append(
                Loss(
                    booking_id=other.id,
                    reference=other.reference,
                    organisation=organisation,
                    event=event,
                    line_id=line.id,
                    item_id=line.item_id,
                    item=item,
                    pieces=pieces,
                )
            )
    return tuple(found)


Row = tuple[BookingLine, Booking, str, str, str]


def _lacking(uow: UnitOfWork, booking: Booking, terms: Mapping[int, Terms]) -> list[Row]:
    rows: Iterable[Row] = uow.session.execute(
        select(BookingLine, Booking, Organisation.name, Event.name, Item.name)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Item, Item.id == BookingLine.item_id)
        .where(
            BookingLine.item_id.in_(terms.keys()),
            Booking.id != booking.id,
            Booking.starts_at > uow.now,
            or_(
                Booking.state.in_({State.WAITLISTED, State.PARTLY_APPROVED}),
                (Booking.state == State.REFUSED)
                & (Booking.refusal_reason == RefusalReason.STOCK_EXHAUSTED),
                Booking.state.in_(UNDECIDED) & Booking.option_until.is_(None),
            ),
        )
        .order_by(Booking.arrival.is_(None), Booking.arrival, Booking.id, BookingLine.id)
    )
    return [row for row in rows if _unmet(row[0], row[1])]


def _unmet(line: BookingLine, booking: Booking) -> int:
    return line.requested - (line.granted or 0 if booking.state is State.PARTLY_APPROVED else 0)


def _claim(booking: Booking, terms: Terms, quantity: int) -> Claim:
    period: Interval = period_of(booking)
    return *terms.widen(seconds(period.start), seconds(period.end)), quantity


def _meets(row: Row, mine: Mapping[int, Claim], terms: Mapping[int, Terms]) -> bool:
    line, other = row[0], row[1]
    starts, ends, _ = _claim(other, terms[line.item_id], 0)
    return starts < mine[line.item_id][1] and mine[line.item_id][0] < ends
