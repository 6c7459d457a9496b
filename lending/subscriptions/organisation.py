"""The feed of an organisation: its bookings."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from calendars.entries import Alarm, Calendar
from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking, Logistics
from lending.bookings.states import GRANTED
from lending.db.database import UnitOfWork
from lending.errors import Forbidden, NotFound
from lending.i18n import N_
from lending.organisations.models import Organisation
from lending.subscriptions.bookings import BookingDrawing, ended_at, load_bookings, of_sources
from lending.subscriptions.drawing import PRODUCT, Drawn, Feed, Pen, Reach
from lending.subscriptions.models import Audience, View

TITLES = {
    Logistics.PICKUP: N_("Loan – %(event)s (%(reference)s)"),
    Logistics.DELIVERY: N_("Delivered loan – %(event)s (%(reference)s)"),
    Logistics.DELIVERY_SETUP: N_("Loan set up – %(event)s (%(reference)s)"),
}

REMINDS_BEFORE = timedelta(days=1)
REMINDER = N_("Tomorrow: %(title)s")


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

    def name(self, uow: UnitOfWork, scope_id: int) -> str:
        """Return the organisation's name."""
        return uow.session.get_one(Organisation, scope_id).name

    def scopes(self, uow: UnitOfWork, bookings: ColumnElement[bool]) -> set[int]:
        """Return whose bookings these are."""
        return set(uow.session.scalars(select(Booking.organisation_id).where(bookings)))

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
        query = select(Booking).where(
            Booking.organisation_id == feed.scope_id,
            Booking.submitted_at.is_not(None),
            of_sources(sources, since),
        )
        bookings = load_bookings(uow, query)
        ended = ended_at(uow, bookings)
        for booking in bookings:
            drawing = _Drawing(uow, booking, pen, View.ORGANISATION, feed.alarms)
            yield drawing.drawn(ended.get(booking.id))


@dataclass(frozen=True)
class _Drawing(BookingDrawing):
    """A booking as who borrows reads it, with a reminder of what is granted if wanted."""

    reminds: bool

    def _alarms(self) -> tuple[Alarm, ...]:
        if not self.reminds or self.booking.state not in GRANTED:
            return ()
        return (Alarm(REMINDS_BEFORE, self._words(REMINDER, title=self._title())),)

    def _title(self) -> str:
        booking = self.booking
        return self._words(
            TITLES[booking.logistics],
            event=booking.event.name,
            reference=booking.reference,
        )

    def _lines(self) -> Iterator[str]:
        booking = self.booking
        yield self._words(booking.state.label)
        for line in booking.lines:
            yield self._line(line)
        yield ""
        yield self._words(N_("Lender: %(name)s"), name=booking.authority.name)
        if booking.logistics is not Logistics.PICKUP:
            yield self._words(booking.logistics.label)
