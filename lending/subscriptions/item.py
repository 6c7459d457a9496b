"""The feed of an item: when pieces of it are taken; who has them, for staff only."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, func, select

from calendars.entries import Calendar, Entry, Status
from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.availability.answers import instant
from lending.availability.holds import FOREVER, seconds
from lending.availability.models import Hold, HoldKind
from lending.bookings.models import Booking, BookingLine, Event
from lending.catalogue.models import Item, Maintenance
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.organisations.models import Organisation
from lending.subscriptions.addresses import booking_page, item_page
from lending.subscriptions.bookings import depot_in_words, numbers, place_of
from lending.subscriptions.drawing import PRODUCT, Drawn, Feed, Pen, Reach
from lending.subscriptions.models import Audience, View

LONGEST = 366 * 24 * 3600
"""For how long a calendar shows what has no end yet, in seconds."""

_HELD = (
    func.sum(Hold.quantity).label("quantity"),
    func.min(Hold.starts).label("starts"),
    func.max(Hold.ends).label("ends"),
    func.min(Hold.kind).label("kind"),
)


class ItemView:
    """What takes stock of one item, preparation and turnaround included."""

    def reach(self, uow: UnitOfWork, actor: Principal, scope_id: int) -> Reach:
        """Let anyone who may subscribe at all read quantities, and staff read who has them."""
        actor.check(Action.SUBSCRIBE)
        item = uow.session.get(Item, scope_id)
        if item is None:
            raise NotFound
        knows = actor.can(Action.SEE_STOCK_DETAILS, authority_id=item.authority_id)
        return Reach(Audience.STAFF if knows else Audience.PUBLIC)

    def name(self, uow: UnitOfWork, scope_id: int) -> str:
        """Return the item's name."""
        return uow.session.get_one(Item, scope_id).name

    def scopes(self, uow: UnitOfWork, bookings: ColumnElement[bool]) -> set[int]:
        """Return what these bookings ask for."""
        query = select(BookingLine.item_id).join(Booking).where(bookings)
        return set(uow.session.scalars(query))

    def calendar(self, uow: UnitOfWork, feed: Feed, pen: Pen) -> Calendar:
        """Name the feed after the item."""
        item = uow.session.get_one(Item, feed.scope_id)
        authority = uow.session.get_one(Authority, item.authority_id)
        return Calendar(
            product=PRODUCT,
            name=pen.words.gettext("%(name)s – occupation") % {"name": _name(item, pen)},
            description=pen.words.gettext("Lender: %(name)s") % {"name": authority.name},
            timezone=ZoneInfo(authority.timezone).key,
            colour="steelblue",
            colour_hex="#2f5d8c",
        )

    def draw(
        self,
        uow: UnitOfWork,
        feed: Feed,
        pen: Pen,
        sources: Collection[str] | None,
        since: datetime,
    ) -> Iterator[Drawn]:
        """Draw one entry a booking and one a maintenance."""
        item = uow.session.get_one(Item, feed.scope_id)
        drawing = _Drawing(item, feed, pen)
        for row in uow.session.execute(_loans(item, sources, since)):
            yield drawing.loan(row)
        for row in uow.session.execute(_maintenance(item, sources, since)):
            yield drawing.maintenance(row)


def _loans(item: Item, sources: Collection[str] | None, since: datetime) -> Select[Any]:
    held = (
        select(Hold.booking_line_id, *_HELD)
        .where(Hold.item_id == item.id, Hold.booking_line_id.is_not(None))
        .group_by(Hold.booking_line_id)
        .subquery()
    )
    query = (
        select(
            Booking,
            Organisation.name.label("organisation"),
            Event.name.label("event"),
            held,
        )
        .join(BookingLine, BookingLine.id == held.c.booking_line_id)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        # Everybody inserts in one order: two who subscribe at once do not deadlock.
        .order_by(Booking.id)
    )
    if sources is not None:
        return query.where(Booking.id.in_(numbers(sources, "booking")))
    return query.where(held.c.ends > seconds(since))


def _maintenance(item: Item, sources: Collection[str] | None, since: datetime) -> Select[Any]:
    held = (
        select(Hold.maintenance_id, *_HELD)
        .where(Hold.item_id == item.id, Hold.maintenance_id.is_not(None))
        .group_by(Hold.maintenance_id)
        .subquery()
    )
    query = (
        select(Maintenance, held)
        .join(held, held.c.maintenance_id == Maintenance.id)
        .order_by(Maintenance.id)
    )
    if sources is not None:
        return query.where(Maintenance.id.in_(numbers(sources, "maintenance")))
    return query.where(held.c.ends > seconds(since))


def _name(item: Item, pen: Pen) -> str:
    return (pen.language == "en" and item.name_en) or item.name


class _Drawing:
    """The entries of one item in one feed."""

    def __init__(self, item: Item, feed: Feed, pen: Pen) -> None:
        self.item = item
        self.pen = pen
        self.tells_who = feed.audience is Audience.STAFF
        self.page = pen.address(item_page(item.id))

    def loan(self, row: Row[Any]) -> Drawn:
        booking: Booking = row.Booking
        taken = self._taken(row.quantity)
        # The identity must not tell one booking's reader which of the others are whose.
        name = str(uuid5(NAMESPACE_URL, f"{booking.uuid}/{self.item.uuid}"))
        is_option = row.kind == HoldKind.OPTION
        title = self.pen.words.gettext("%(taken)s – loan") % {"taken": taken}
        lines = [taken]
        url = f"{self.page}#{name[:8]}"
        if self.tells_who:
            title = f"{taken} – {row.organisation}"
            lines = [taken, f"{booking.reference} – {row.event}", row.organisation]
            url = self.pen.address(f"{booking_page(booking.id)}#item-{self.item.id}")
        if is_option:
            title = self.pen.words.gettext("%(title)s (to be confirmed)") % {"title": title}
        status = Status.TENTATIVE if is_option else Status.CONFIRMED
        return self._drawn(
            f"booking:{booking.id}",
            row,
            name,
            booking.created_at,
            title,
            lines,
            url,
            status,
        )

    def maintenance(self, row: Row[Any]) -> Drawn:
        maintenance: Maintenance = row.Maintenance
        taken = self._taken(row.quantity)
        title = self.pen.words.gettext("%(taken)s – maintenance") % {"taken": taken}
        lines = [taken, maintenance.reason] if self.tells_who else [taken]
        url = f"{self.page}#maintenance-{maintenance.id}"
        return self._drawn(
            f"maintenance:{maintenance.id}",
            row,
            maintenance.uuid,
            maintenance.created_at,
            title,
            lines,
            url,
            Status.CONFIRMED,
        )

    def _taken(self, quantity: int) -> str:
        return f"{quantity} × {_name(self.item, self.pen)}"

    def _drawn(
        self,
        source: str,
        row: Row[Any],
        name: str,
        created: datetime,
        title: str,
        lines: list[str],
        url: str,
        status: Status,
    ) -> Drawn:
        starts_at = instant(row.starts)
        ends_at = instant(row.starts + LONGEST if row.ends >= FOREVER else row.ends)
        depot = self.item.depot
        entry = Entry(
            uid=self.pen.uid(name, View.ITEM),
            when=Interval(starts_at, ends_at),
            title=title,
            created=created,
            modified=created,
            description="\n".join([*lines, url]),
            location=depot_in_words(depot) if depot else "",
            place=place_of(depot) if depot else None,
            status=status,
            transparent=True,
            url=url,
        )
        return Drawn(source, self.item.authority_id, entry, starts_at, ends_at)
