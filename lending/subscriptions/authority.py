"""The feed of an authority: the whole programme of its loans, for those who work for it."""

from collections.abc import Collection, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from calendars.entries import Calendar
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.subscriptions.bookings import (
    StaffBookingDrawing,
    ended_at,
    load_bookings,
    of_sources,
)
from lending.subscriptions.drawing import PRODUCT, Drawn, Feed, Pen, Reach
from lending.subscriptions.models import Audience, View


class AuthorityView:
    """Every request addressed to one authority."""

    def reach(self, uow: UnitOfWork, actor: Principal, scope_id: int) -> Reach:
        """Let its own staff read it, auditors included."""
        actor.check(Action.SUBSCRIBE)
        if uow.session.get(Authority, scope_id) is None:
            raise NotFound
        actor.check(Action.SEE_BOARD, authority_id=scope_id)
        return Reach(Audience.STAFF)

    def name(self, uow: UnitOfWork, scope_id: int) -> str:
        """Return the authority's name."""
        return uow.session.get_one(Authority, scope_id).name

    def scopes(self, uow: UnitOfWork, bookings: ColumnElement[bool]) -> set[int]:
        """Return to whom these bookings are addressed."""
        return set(uow.session.scalars(select(Booking.authority_id).where(bookings)))

    def calendar(self, uow: UnitOfWork, feed: Feed, pen: Pen) -> Calendar:
        """Name the feed after the authority."""
        authority = uow.session.get_one(Authority, feed.scope_id)
        return Calendar(
            product=PRODUCT,
            name=pen.words.gettext("%(name)s – all loans") % {"name": authority.name},
            description=pen.words.gettext("Every request and loan, for the staff."),
            timezone=ZoneInfo(authority.timezone).key,
            colour="firebrick",
            colour_hex="#a63a2b",
        )

    def draw(
        self,
        uow: UnitOfWork,
        feed: Feed,
        pen: Pen,
        sources: Collection[str] | None,
        since: datetime,
    ) -> Iterator[Drawn]:
        """Draw every booking that was ever sent to it."""
        query = select(Booking).where(
            Booking.authority_id == feed.scope_id,
            Booking.submitted_at.is_not(None),
            of_sources(sources, since),
        )
        bookings = load_bookings(uow, query)
        ended = ended_at(uow, bookings)
        for booking in bookings:
            drawing = StaffBookingDrawing(uow, booking, pen, View.AUTHORITY)
            yield drawing.drawn(ended.get(booking.id))
