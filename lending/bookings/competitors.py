"""Who else wants the same equipment at the same time: for the staff, who may know it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select

from calendars.intervals import Interval
from lending.availability.holds import Terms
from lending.bookings.detail import BookingDetail
from lending.bookings.models import Booking, BookingLine, Event
from lending.bookings.states import GRANTED, UNDECIDED, State
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation

COMPETING = UNDECIDED | GRANTED | {State.OUT, State.RETURNED, State.WAITLISTED}


@dataclass(frozen=True)
class Competitor:
    """Another booking about the same item at the same time."""

    booking_id: int
    reference: str
    organisation_id: int
    organisation: str
    event: str
    state: State
    quantity: int
    """Granted if that is decided, requested otherwise; what is still out, of a late loan."""
    period: Interval
    arrival: int | None
    is_late: bool

    @property
    def is_undecided(self) -> bool:
        """Whether it holds its pieces as an option only."""
        return self.state in UNDECIDED

    @property
    def waits(self) -> bool:
        """Whether it holds nothing and waits."""
        return self.state is State.WAITLISTED


def find_competitors(
    uow: UnitOfWork, booking: BookingDetail, terms: Mapping[int, Terms]
) -> dict[int, list[Competitor]]:
    """Return for each item of the booking who else takes or wants some of it meanwhile."""
    gap = max((_gap(term) for term in terms.values()), default=timedelta(0))
    late = (Booking.state == State.OUT) & (Booking.ends_at <= uow.now)
    rows = uow.session.execute(
        select(BookingLine, Booking, Organisation.name, Event.name)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .where(
            BookingLine.item_id.in_(terms.keys()),
            Booking.id != booking.id,
            Booking.state.in_(COMPETING),
            Booking.starts_at < booking.ends_at + gap,
            or_(Booking.ends_at > booking.starts_at - gap, late),
        )
        .order_by(Booking.starts_at, Booking.id)
    )
    found: dict[int, list[Competitor]] = defaultdict(list)
    for line, other, organisation, event in rows:
        is_late = other.state is State.OUT and other.ends_at <= uow.now
        quantity = _taken(line, other.state)
        if quantity and (is_late or _meets(booking, other, _gap(terms[line.item_id]))):
            found[line.item_id].append(
                Competitor(
                    booking_id=other.id,
                    reference=other.reference,
                    organisation_id=other.organisation_id,
                    organisation=organisation,
                    event=event,
                    state=other.state,
                    quantity=quantity,
                    period=Interval(other.starts_at, other.ends_at),
                    arrival=other.arrival,
                    is_late=is_late,
                )
            )
    return found


def _gap(term: Terms) -> timedelta:
    """Return how far apart two loans of the item must lie to leave each other alone."""
    if term.week_zone:  # two that are of one week may lie that far apart
        return timedelta(days=7, minutes=term.preparation_minutes)
    return timedelta(minutes=term.preparation_minutes + term.turnaround_minutes)


def _meets(booking: BookingDetail, other: Booking, gap: timedelta) -> bool:
    return other.starts_at < booking.ends_at + gap and other.ends_at > booking.starts_at - gap


def _taken(line: BookingLine, state: State) -> int:
    if state is State.OUT:
        return line.delivered - line.returned - line.damaged - line.lost
    return line.requested if line.granted is None else line.granted
