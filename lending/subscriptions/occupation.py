"""The feeds of a depot and of a department: what of theirs leaves and comes back, for staff."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import InstrumentedAttribute

from calendars.entries import Calendar
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Department, Depot
from lending.availability.models import Hold
from lending.bookings.models import Booking, BookingLine
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.i18n import N_
from lending.subscriptions.bookings import StaffBookingDrawing, load_bookings, of_sources
from lending.subscriptions.drawing import PRODUCT, Drawn, Feed, Pen, Reach
from lending.subscriptions.models import Audience, View

Keeper = Depot | Department


@dataclass(frozen=True)
class OccupationView:
    """The bookings that take stock of a depot or of a department, one entry each.

    What takes nothing any more is left out at once: free is free.
    """

    view: View
    table: type[Depot] | type[Department]
    column: InstrumentedAttribute[int | None]
    """Which of an item's columns says that it belongs there."""
    description: str

    def reach(self, uow: UnitOfWork, actor: Principal, scope_id: int) -> Reach:
        """Let the staff of its authority read it."""
        actor.check(Action.SUBSCRIBE)
        keeper = self._find(uow, scope_id)
        if keeper is None:
            raise NotFound
        actor.check(Action.SEE_BOARD, authority_id=keeper.authority_id)
        return Reach(Audience.STAFF)

    def name(self, uow: UnitOfWork, scope_id: int) -> str:
        """Return what the depot or the department is called."""
        return self._keeper(uow, scope_id).name

    def _find(self, uow: UnitOfWork, scope_id: int) -> Keeper | None:
        return cast(Keeper | None, uow.session.get(self.table, scope_id))

    def _keeper(self, uow: UnitOfWork, scope_id: int) -> Keeper:
        return cast(Keeper, uow.session.get_one(self.table, scope_id))

    def scopes(self, uow: UnitOfWork, bookings: ColumnElement[bool]) -> set[int]:
        """Return which of them these bookings ask something of."""
        query = select(self.column).join(BookingLine).join(Booking).where(bookings)
        return {number for number in uow.session.scalars(query) if number is not None}

    def calendar(self, uow: UnitOfWork, feed: Feed, pen: Pen) -> Calendar:
        """Name the feed after the depot or the department."""
        keeper = self._keeper(uow, feed.scope_id)
        authority = keeper.authority
        return Calendar(
            product=PRODUCT,
            name=pen.words.gettext("%(name)s – loans") % {"name": keeper.name},
            description=pen.words.gettext(self.description) % {"name": authority.name},
            timezone=ZoneInfo(authority.timezone).key,
            colour="darkorange",
            colour_hex="#b8651b",
        )

    def draw(
        self,
        uow: UnitOfWork,
        feed: Feed,
        pen: Pen,
        sources: Collection[str] | None,
        since: datetime,
    ) -> Iterator[Drawn]:
        """Draw one entry a booking, with the lines that are kept here."""
        held = (
            select(Hold.id)
            .join(BookingLine, BookingLine.id == Hold.booking_line_id)
            .join(Item, Item.id == BookingLine.item_id)
            .where(BookingLine.booking_id == Booking.id, self.column == feed.scope_id)
        )
        query = select(Booking).where(exists(held), of_sources(sources, since))
        keeper = self._keeper(uow, feed.scope_id)
        for booking in load_bookings(uow, query):
            yield _Drawing(uow, booking, pen, self.view, keeper, self.column.key).drawn()


@dataclass(frozen=True)
class _Drawing(StaffBookingDrawing):
    """The part of a booking that one depot or department has to do with."""

    keeper: Keeper
    column: str

    def _name(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"{self.booking.uuid}/{self.keeper.uuid}"))

    def _shown_lines(self) -> list[BookingLine]:
        lines = self.booking.lines
        return [line for line in lines if getattr(line.item, self.column) == self.keeper.id]


DEPOT = OccupationView(
    View.DEPOT, Depot, Item.depot_id, N_("What leaves this depot of %(name)s and comes back.")
)
DEPARTMENT = OccupationView(
    View.DEPARTMENT,
    Department,
    Item.department_id,
    N_("What this department of %(name)s lends and gets back."),
)
