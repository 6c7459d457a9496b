"""A booking as an entry of a feed: what all views that show bookings have in common."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from calendars.entries import Alarm, Entry, Place, Status
from calendars.intervals import Interval
from lending.authorities.models import Depot
from lending.bookings.models import Booking, BookingLine, Event, Logistics, Transition
from lending.bookings.states import UNDECIDED, State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.i18n import N_
from lending.subscriptions.addresses import booking_page
from lending.subscriptions.drawing import Drawn, Pen
from lending.subscriptions.models import View

CANCELLED_KEPT = timedelta(days=30)
"""How long after its end, or after its cancelling, a cancelled booking stays in the feed."""

PREFIXES = {
    State.CANCELLED: N_("CANCELLED – %(title)s"),
    State.REFUSED: N_("REFUSED – %(title)s"),
    State.EXPIRED: N_("LAPSED – %(title)s"),
    State.REDIRECTED: N_("PASSED ON – %(title)s"),
}
SUFFIXES = dict.fromkeys(UNDECIDED, N_("%(title)s (to be confirmed)")) | {
    State.WAITLISTED: N_("%(title)s (on the waiting list)")
}
BACK = {
    State.RETURNED: N_("✓ %(title)s"),
    State.CLOSED: N_("✓ %(title)s"),
}
"""For who keeps the equipment: these pieces are back."""
WAYS = {
    Logistics.PICKUP: N_("Collection – %(who)s, %(event)s (%(reference)s)"),
    Logistics.DELIVERY: N_("Delivery – %(who)s, %(event)s (%(reference)s)"),
    Logistics.DELIVERY_SETUP: N_("Delivery and set-up – %(who)s, %(event)s (%(reference)s)"),
}


def load_bookings(uow: UnitOfWork, query: Select[Booking]) -> list[Booking]:
    """Return bookings with everything that an entry shows, in the order of their numbers.

    Everybody inserts in one order: two who subscribe at once do not deadlock.
    """
    wanted = query.options(
        joinedload(Booking.event).joinedload(Event.commune),
        joinedload(Booking.authority),
        joinedload(Booking.organisation),
        selectinload(Booking.lines).joinedload(BookingLine.item).joinedload(Item.depot),
    ).order_by(Booking.id)
    return list(uow.session.scalars(wanted))


def of_sources(sources: Collection[str] | None, since: datetime) -> ColumnElement[bool]:
    """Return which bookings are to be drawn: those of the sources, or all that end later."""
    if sources is None:
        return Booking.ends_at > since
    return Booking.id.in_(numbers(sources, "booking"))


def numbers(sources: Collection[str], kind: str) -> list[int]:
    """Return the numbers of one kind of source, such as `booking`."""
    pairs = (source.split(":", 1) for source in sources)
    return [int(number) for found, number in pairs if found == kind]


def ended_at(uow: UnitOfWork, bookings: Collection[Booking]) -> dict[int, datetime]:
    """Return when bookings were cancelled, refused or lapsed, by their numbers."""
    ids = [booking.id for booking in bookings if booking.state in PREFIXES]
    rows = uow.session.execute(
        select(Transition.booking_id, func.max(Transition.at))
        .where(Transition.booking_id.in_(ids), Transition.new.in_(PREFIXES))
        .group_by(Transition.booking_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class BookingDrawing(ABC):
    """One booking on its way into a feed."""

    uow: UnitOfWork
    booking: Booking
    pen: Pen
    view: View

    def drawn(self, ended: datetime | None = None) -> Drawn:
        """Return its entry; what `ended` without a loan is kept for a month, marked."""
        booking = self.booking
        return Drawn(
            source=f"booking:{booking.id}",
            authority_id=booking.authority_id,
            entry=self._entry(),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            cancelled_at=ended,
            shown_until=max(ended, booking.ends_at) + CANCELLED_KEPT if ended else None,
        )

    def _entry(self) -> Entry:
        booking, address = self.booking, self._address()
        location, place = self._where()
        return Entry(
            uid=self.pen.uid(self._name(), self.view),
            when=Interval(booking.starts_at, booking.ends_at),
            title=self._around(self._title()),
            created=booking.created_at,
            modified=booking.created_at,
            description="\n".join([*self._lines(), address]),
            location=location,
            place=place,
            status=_status(booking.state),
            transparent=True,
            categories=(self._words(booking.logistics.label),),
            url=address,
            alarms=self._alarms(),
        )

    def _alarms(self) -> tuple[Alarm, ...]:
        return ()

    def _name(self) -> str:
        """Return the object's part of the entry's identity."""
        return self.booking.uuid

    def _address(self) -> str:
        return self.pen.address(booking_page(self.booking.id))

    @abstractmethod
    def _title(self) -> str:
        """Return what the entry is called."""

    @abstractmethod
    def _lines(self) -> Iterator[str]:
        """Yield the lines of its description."""

    def _shown_lines(self) -> list[BookingLine]:
        """Return the lines that the entry is about."""
        return self.booking.lines

    def _words(self, message: str, **data: object) -> str:
        return self.pen.words.gettext(message) % data

    def _around(self, title: str) -> str:
        around = PREFIXES.get(self.booking.state) or SUFFIXES.get(self.booking.state)
        return self._words(around, title=title) if around else title

    def _line(self, line: BookingLine) -> str:
        name = line.item.name_en if self.pen.language == "en" else ""
        name = name or line.item.name
        if line.granted is None or line.granted == line.requested:
            return f"{line.requested} × {name}"
        return self._words(
            N_("%(granted)d × %(name)s (%(requested)d requested)"),
            granted=line.granted,
            name=name,
            requested=line.requested,
        )

    def _where(self) -> tuple[str, Place | None]:
        """Return where to go: the depot that has most of it, or the site it is brought to."""
        booking = self.booking
        if booking.logistics is Logistics.PICKUP:
            depot = self._depot()
            if depot is None:
                return "", None
            return depot_in_words(depot), place_of(depot)
        return site_of(booking.event), place_of(booking.event)

    def _depot(self) -> Depot | None:
        lines = self._shown_lines()
        depots = {line.item.depot for line in lines if line.item.depot}
        count = Counter(line.item.depot_id for line in lines)
        return max(depots, key=lambda depot: (count[depot.id], -depot.id), default=None)


class StaffBookingDrawing(BookingDrawing):
    """A booking as who works for the lender reads it: with who, and how to reach them."""

    def _title(self) -> str:
        booking = self.booking
        return self._words(
            WAYS[booking.logistics],
            who=booking.organisation.name,
            event=booking.event.name,
            reference=booking.reference,
        )

    def _around(self, title: str) -> str:
        back = BACK.get(self.booking.state)
        return self._words(back, title=title) if back else super()._around(title)

    def _lines(self) -> Iterator[str]:
        booking, organisation = self.booking, self.booking.organisation
        yield self._words(booking.state.label)
        for line in self._shown_lines():
            yield self._line(line)
        yield ""
        yield organisation.name
        contact = ", ".join(filter(None, self._whom_to_call()))
        if contact:
            yield self._words(N_("Contact: %(name)s"), name=contact)
        yield self._words(booking.logistics.label)

    def _whom_to_call(self) -> tuple[str, str]:
        """Return the name and the number of who receives a delivery, or asked for the loan."""
        access, organisation = self.booking.event.access, self.booking.organisation
        if self.booking.logistics is not Logistics.PICKUP and (access.contact or access.phone):
            return access.contact, access.phone
        return organisation.contact_name, organisation.contact_phone


def depot_in_words(depot: Depot) -> str:
    """Return where a depot is, in one line."""
    return ", ".join(filter(None, (depot.name, depot.address)))


def site_of(event: Event) -> str:
    """Return where an event takes place, in one line."""
    address, commune = event.site_address, event.commune.name
    if address.endswith(commune):
        return address
    return ", ".join(filter(None, (address, commune)))


def _status(state: State) -> Status:
    if state in PREFIXES:
        return Status.CANCELLED
    return Status.TENTATIVE if state in SUFFIXES else Status.CONFIRMED


class _Located(Protocol):
    @property
    def lat(self) -> float | None: ...

    @property
    def lon(self) -> float | None: ...


def place_of(thing: _Located) -> Place | None:
    """Return the point on the map of a depot or an event, where it is known."""
    if thing.lat is None or thing.lon is None:
        return None
    return Place(thing.lat, thing.lon)
