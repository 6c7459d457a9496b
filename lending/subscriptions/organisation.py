"""The feed of an organisation: its bookings."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from calendars.entries import Calendar, Entry, Place, Status
from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Commune, Depot
from lending.bookings.models import Booking, BookingLine, Logistics, Transition
from lending.bookings.states import UNDECIDED, State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.errors import Forbidden, NotFound
from lending.i18n import N_
from lending.organisations.models import Organisation
from lending.subscriptions.addresses import booking_page
from lending.subscriptions.drawing import PRODUCT, Drawn, Feed, Pen, Reach
from lending.subscriptions.models import Audience, View

CANCELLED_KEPT = timedelta(days=30)
"""How long after its end, or after its cancelling, a cancelled booking stays in the feed."""

PREFIXES = {
    State.CANCELLED: N_("CANCELLED – %(title)s"),
    State.REFUSED: N_("REFUSED – %(title)s"),
    State.EXPIRED: N_("LAPSED – %(title)s"),
}
SUFFIXES = dict.fromkeys(UNDECIDED, N_("%(title)s (to be confirmed)")) | {
    State.WAITLISTED: N_("%(title)s (on the waiting list)")
}
TITLES = {
    Logistics.PICKUP: N_("Loan – %(event)s (%(reference)s)"),
    Logistics.DELIVERY: N_("Delivered loan – %(event)s (%(reference)s)"),
    Logistics.DELIVERY_SETUP: N_("Loan set up – %(event)s (%(reference)s)"),
}


class OrganisationView:
    """The bookings of one organisation, as it may read them."""

    def reach(self, uow: UnitOfWork, actor: Principal, scope_id: int) -> Reach:
        """Let its own people read all, and staff what is addressed to their authorities."""
        if actor.can(Action.SUBSCRIBE, organisation_id=scope_id):
            authorities = None
        else:
            actor.check(Action.SUBSCRIBE)
            authorities = actor.authority_scope(Action.SEE_BOOKING)
            if authorities is not None and not authorities:
                raise Forbidden
        if uow.session.get(Organisation, scope_id) is None:
            raise NotFound
        return Reach(Audience.PUBLIC, authorities)

    def calendar(self, uow: UnitOfWork, feed: Feed, pen: Pen) -> Calendar:
        """Name the feed after the organisation."""
        organisation = uow.session.get_one(Organisation, feed.scope_id)
        name = pen.words.gettext("%(name)s – equipment loans") % {"name": organisation.name}
        return Calendar(
            product=PRODUCT,
            name=name,
            description=pen.words.gettext("Requests and loans of equipment, kept up to date."),
            colour="seagreen",
            colour_hex="#23724f",
        )

    def draw(
        self,
        uow: UnitOfWork,
        feed: Feed,
        pen: Pen,
        sources: Collection[str] | None,
        since: datetime,
    ) -> Iterator[Drawn]:
        """Draw every booking that was ever sent."""
        bookings = self._bookings(uow, feed.scope_id, sources, since)
        ended = _ended_at(uow, [b.id for b in bookings if b.state in PREFIXES])
        for booking in bookings:
            yield _Drawing(uow, booking, pen).drawn(ended.get(booking.id))

    def _bookings(
        self,
        uow: UnitOfWork,
        organisation_id: int,
        sources: Collection[str] | None,
        since: datetime,
    ) -> list[Booking]:
        query = (
            select(Booking)
            .where(
                Booking.organisation_id == organisation_id,
                Booking.submitted_at.is_not(None),
            )
            .options(
                joinedload(Booking.event),
                joinedload(Booking.authority),
                selectinload(Booking.lines).joinedload(BookingLine.item).joinedload(Item.depot),
            )
            .order_by(Booking.id)
        )
        if sources is not None:
            query = query.where(Booking.id.in_(booking_ids(sources)))
        else:
            query = query.where(Booking.ends_at > since)
        return list(uow.session.scalars(query))


def booking_ids(sources: Collection[str]) -> list[int]:
    """Return the numbers of the bookings among the sources."""
    kinds = (source.split(":", 1) for source in sources)
    return [int(number) for kind, number in kinds if kind == "booking"]


def _ended_at(uow: UnitOfWork, ids: list[int]) -> dict[int, datetime]:
    """Return when bookings were cancelled, refused or lapsed."""
    rows = uow.session.execute(
        select(Transition.booking_id, func.max(Transition.at))
        .where(Transition.booking_id.in_(ids), Transition.new.in_(PREFIXES))
        .group_by(Transition.booking_id)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True)
class _Drawing:
    """One booking on its way into a feed."""

    uow: UnitOfWork
    booking: Booking
    pen: Pen

    def drawn(self, ended_at: datetime | None) -> Drawn:
        booking = self.booking
        until = max(ended_at, booking.ends_at) + CANCELLED_KEPT if ended_at else None
        return Drawn(
            source=f"booking:{booking.id}",
            authority_id=booking.authority_id,
            entry=self._entry(),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            cancelled_at=ended_at,
            shown_until=until,
        )

    def _entry(self) -> Entry:
        booking, address = (
            self.booking,
            self.pen.address(booking_page(self.booking.id)),
        )
        location, place = self._where()
        return Entry(
            uid=self.pen.uid(booking.uuid, View.ORGANISATION),
            when=Interval(booking.starts_at, booking.ends_at),
            title=self._title(),
            created=booking.created_at,
            modified=booking.created_at,
            description="\n".join([*self._lines(), address]),
            location=location,
            place=place,
            status=_status(booking.state),
            transparent=True,
            categories=(self._words(booking.logistics.label),),
            url=address,
        )

    def _words(self, message: str, **data: object) -> str:
        return self.pen.words.gettext(message) % data

    def _title(self) -> str:
        booking = self.booking
        title = self._words(
            TITLES[booking.logistics],
            event=booking.event.name,
            reference=booking.reference,
        )
        around = PREFIXES.get(booking.state) or SUFFIXES.get(booking.state)
        return self._words(around, title=title) if around else title

    def _lines(self) -> Iterator[str]:
        booking = self.booking
        yield self._words(booking.state.label)
        for line in booking.lines:
            yield self._line(line)
        yield ""
        yield self._words("Lender: %(name)s", name=booking.authority.name)
        if booking.logistics is not Logistics.PICKUP:
            yield self._words(booking.logistics.label)

    def _line(self, line: BookingLine) -> str:
        name = line.item.name_en if self.pen.language == "en" else ""
        name = name or line.item.name
        if line.granted is None or line.granted == line.requested:
            return f"{line.requested} × {name}"
        return self._words(
            "%(granted)d × %(name)s (%(requested)d requested)",
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
            return ", ".join(filter(None, (depot.name, depot.address))), _place(depot)
        commune = self.uow.session.get_one(Commune, booking.event.commune_insee)
        address = booking.event.site_address
        if not address.endswith(commune.name):
            address = ", ".join(filter(None, (address, commune.name)))
        return address, _place(booking.event)

    def _depot(self) -> Depot | None:
        depots = {line.item.depot for line in self.booking.lines if line.item.depot}
        count = Counter(line.item.depot_id for line in self.booking.lines)
        return max(depots, key=lambda depot: (count[depot.id], -depot.id), default=None)


def _status(state: State) -> Status:
    if state in PREFIXES:
        return Status.CANCELLED
    return Status.TENTATIVE if state in SUFFIXES else Status.CONFIRMED


class _Located(Protocol):
    @property
    def lat(self) -> float | None: ...

    @property
    def lon(self) -> float | None: ...


def _place(thing: _Located) -> Place | None:
    if thing.lat is None or thing.lon is None:
        return None
    return Place(thing.lat, thing.lon)
