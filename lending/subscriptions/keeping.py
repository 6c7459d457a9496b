"""Follow what happens in the rooms below: feeds change in the transaction that changes them.

Only feeds that somebody reads are kept; without subscriptions a booking costs one query more.
"""

from collections.abc import Collection
from dataclasses import astuple
from datetime import timedelta
from functools import partial

from sqlalchemy import delete, select

from lending.authorities.facts import AuthorityChanged
from lending.bookings.facts import BookingChanged, BookingMoved, StockChanged
from lending.bookings.models import Booking, BookingLine
from lending.catalogue.facts import ItemChanged
from lending.catalogue.models import Maintenance
from lending.db.database import Database, UnitOfWork
from lending.events import Events
from lending.organisations.facts import OrganisationChanged
from lending.subscriptions.drawing import Feed, pen_for
from lending.subscriptions.kept import LOOKS_BACK, bring_up_to_date
from lending.subscriptions.models import CalendarEntry, CalendarSubscription, View

RETIRED_KEPT = timedelta(days=400)


class Keeper:
    """Listens to the rooms below; made once, by the composition root."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def listen(self, events: Events) -> None:
        """Register for everything that a feed can show."""
        events.subscribe(BookingMoved, self.booking_changed)
        events.subscribe(BookingChanged, self.booking_changed)
        events.subscribe(StockChanged, self.stock_changed)
        events.subscribe(ItemChanged, self.item_changed)
        events.subscribe(OrganisationChanged, self.organisation_changed)
        events.subscribe(AuthorityChanged, self.authority_changed)

    def booking_changed(self, fact: BookingMoved | BookingChanged, uow: UnitOfWork) -> None:
        """Render a booking anew, and the others of its event: they show its name as well."""
        session = uow.session
        booking = session.get_one(Booking, fact.booking_id)
        siblings = select(Booking.id).where(Booking.event_id == booking.event_id)
        sources = [f"booking:{number}" for number in session.scalars(siblings)]
        feeds = live_feeds(uow, View.ORGANISATION, [booking.organisation_id])
        feeds += live_feeds(uow, View.ITEM, self._items(uow, booking.event_id, sources))
        self._render(uow, feeds, sources)

    def _items(self, uow: UnitOfWork, event_id: int, sources: Collection[str]) -> set[int]:
        """Return the items that the event's bookings are about, or were until now."""
        now = select(BookingLine.item_id).join(Booking).where(Booking.event_id == event_id)
        before = select(CalendarEntry.scope_id).where(
            CalendarEntry.view == View.ITEM, CalendarEntry.source.in_(sources)
        )
        return {*uow.session.scalars(now), *uow.session.scalars(before)}

    def stock_changed(self, fact: StockChanged, uow: UnitOfWork) -> None:
        """Render the maintenance of an item anew; stock itself is not in any feed."""
        feeds = live_feeds(uow, View.ITEM, [fact.item_id])
        if not feeds:
            return
        now = select(Maintenance.id).where(Maintenance.item_id == fact.item_id)
        before = select(CalendarEntry.source).where(
            CalendarEntry.view == View.ITEM,
            CalendarEntry.scope_id == fact.item_id,
            CalendarEntry.source.like("maintenance:%"),
        )
        sources = {f"maintenance:{number}" for number in uow.session.scalars(now)}
        self._render(uow, feeds, sources | set(uow.session.scalars(before)))

    def item_changed(self, fact: ItemChanged, uow: UnitOfWork) -> None:
        """Render everything that shows the item's name or depot."""
        since = uow.now - LOOKS_BACK
        borrowers = (
            select(Booking.organisation_id)
            .join(BookingLine)
            .where(BookingLine.item_id == fact.item_id, Booking.ends_at > since)
        )
        feeds = live_feeds(uow, View.ITEM, [fact.item_id])
        feeds += live_feeds(uow, View.ORGANISATION, set(uow.session.scalars(borrowers)))
        self._render(uow, feeds)

    def organisation_changed(self, fact: OrganisationChanged, uow: UnitOfWork) -> None:
        """Render everything that shows the organisation's name."""
        since = uow.now - LOOKS_BACK
        borrowed = (
            select(BookingLine.item_id)
            .join(Booking)
            .where(Booking.organisation_id == fact.organisation_id, Booking.ends_at > since)
        )
        feeds = live_feeds(uow, View.ORGANISATION, [fact.organisation_id])
        feeds += live_feeds(uow, View.ITEM, set(uow.session.scalars(borrowed)))
        self._render(uow, feeds)

    def authority_changed(self, fact: AuthorityChanged, uow: UnitOfWork) -> None:
        """Render everything: an authority's name, depots and communes are all over the feeds."""
        self._render(uow, live_feeds(uow))

    def _render(
        self, uow: UnitOfWork, feeds: list[Feed], sources: Collection[str] | None = None
    ) -> None:
        # In one order, so that two transactions do not wait for each other.
        for feed in sorted(feeds, key=astuple):
            pen = pen_for(uow, feed.language, self._public_url)
            bring_up_to_date(uow, feed, pen, sources)


def live_feeds(
    uow: UnitOfWork, view: View | None = None, scope_ids: Collection[int] = ()
) -> list[Feed]:
    """Return the feeds of a view and these things that somebody reads; without view, all."""
    table = CalendarSubscription
    query = (
        select(table.view, table.scope_id, table.language, table.audience)
        .where(table.revoked_at.is_(None))
        .distinct()
        .order_by(table.view, table.scope_id, table.language, table.audience)
    )
    if view is not None:
        query = query.where(table.view == view, table.scope_id.in_(scope_ids))
    return [Feed(*row) for row in uow.session.execute(query)]


def refresh_everything(database: Database, public_url: str) -> int:
    """Bring each feed up to date in a transaction of its own. Returns how many entries changed.

    Changes are rendered where they are made; this finds what no event told of, and forgets
    what was left out long ago.
    """
    with database.read() as uow:
        feeds = live_feeds(uow)
    changed = sum(database.write(partial(_refresh, feed, public_url)) for feed in feeds)
    database.write(_forget_retired)
    return changed


def _refresh(feed: Feed, public_url: str, uow: UnitOfWork) -> int:
    return bring_up_to_date(uow, feed, pen_for(uow, feed.language, public_url))


def _forget_retired(uow: UnitOfWork) -> None:
    long_ago = uow.now - RETIRED_KEPT
    uow.session.execute(delete(CalendarEntry).where(CalendarEntry.ends_at < long_ago))
