"""Follow what happens in the rooms below: feeds change in the transaction that changes them.

Only feeds that somebody reads are kept; without subscriptions a booking costs one query more.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, delete, select

from lending.authorities.facts import AuthorityChanged
from lending.bookings.facts import BookingChanged, BookingMoved, StockChanged
from lending.bookings.models import Booking, BookingLine
from lending.catalogue.facts import ItemChanged
from lending.catalogue.models import Maintenance
from lending.db.database import Database, UnitOfWork
from lending.events import Events
from lending.logistics.facts import RosterChanged, TaskTold
from lending.logistics.models import Task
from lending.logistics.rounds.facts import RoundsPublished
from lending.logistics.rounds.models import Stop
from lending.organisations.facts import OrganisationChanged
from lending.subscriptions.drawing import Feed, pen_for
from lending.subscriptions.field_work import FIELD_WORK
from lending.subscriptions.kept import LOOKS_BACK, bring_up_to_date
from lending.subscriptions.live import forget_unread, live_feeds, live_views
from lending.subscriptions.models import CalendarEntry, View
from lending.subscriptions.views import VIEWS

MOST_AT_ONCE = 5_000
"""So many sources are looked up by name; of more, whole feeds are rendered."""
RETIRED_KEPT = timedelta(days=400)


class Keeper:
    """Listens to the rooms below; made once, by the composition root."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def listen(self, events: Events) -> None:
        """Register for everything that a feed can show."""
        events.subscribe(BookingMoved, self.booking_changed)
        events.subscribe(BookingChanged, self.booking_changed)
        events.subscribe(TaskTold, self.task_told)
        events.subscribe(RoundsPublished, self.rounds_published)
        events.subscribe(RosterChanged, self.roster_changed)
        events.subscribe(StockChanged, self.stock_changed)
        events.subscribe(ItemChanged, self.item_changed)
        events.subscribe(OrganisationChanged, self.organisation_changed)
        events.subscribe(AuthorityChanged, self.authority_changed)

    def booking_changed(self, fact: BookingMoved | BookingChanged, uow: UnitOfWork) -> None:
        """Render a booking anew, and the others of its event: they show its name as well."""
        event_id = uow.session.get_one(Booking, fact.booking_id).event_id
        self._bookings_changed(uow, Booking.event_id == event_id)

    def task_told(self, fact: TaskTold, uow: UnitOfWork) -> None:
        """Render a task anew where it is in a round."""
        self._tasks_changed(uow, {fact.task_id})

    def rounds_published(self, fact: RoundsPublished, uow: UnitOfWork) -> None:
        """Render what a publication added, moved or took out."""
        self._tasks_changed(uow, fact.task_ids)

    def roster_changed(self, fact: RosterChanged, uow: UnitOfWork) -> None:
        """Render the rounds of agents anew who go with another crew, or at other hours."""
        self._render(uow, live_feeds(uow, {View.AGENT: fact.agent_ids}))

    def _tasks_changed(self, uow: UnitOfWork, task_ids: Collection[int]) -> None:
        views = FIELD_WORK.keys() & set(live_views(uow))
        if not views or not task_ids:
            return
        sources = {f"task:{number}" for number in task_ids}
        scopes = {
            view: FIELD_WORK[view].scopes_of(uow, Stop.task_id.in_(task_ids)) for view in views
        }
        for view, scope_id in _showing(uow, sources):
            scopes.setdefault(view, set()).add(scope_id)
        self._render(uow, live_feeds(uow, scopes), sources)

    def stock_changed(self, fact: StockChanged, uow: UnitOfWork) -> None:
        """Render the maintenance of an item anew; stock itself is not in any feed."""
        feeds = live_feeds(uow, {View.ITEM: {fact.item_id}})
        if not feeds:
            return
        before = select(CalendarEntry.source).where(
            CalendarEntry.view == View.ITEM,
            CalendarEntry.scope_id == fact.item_id,
            CalendarEntry.source.like("maintenance:%"),
        )
        self._render(uow, feeds, _maintenance(uow, fact.item_id) | set(uow.session.scalars(before)))

    def item_changed(self, fact: ItemChanged, uow: UnitOfWork) -> None:
        """Render everything that shows the item's name, depot or department."""
        lines = select(BookingLine.booking_id).where(BookingLine.item_id == fact.item_id)
        asks_for_it = Booking.id.in_(lines.correlate(None))
        more = _maintenance(uow, fact.item_id)
        self._bookings_changed(uow, asks_for_it & _recent(uow), more, {View.ITEM: {fact.item_id}})

    def organisation_changed(self, fact: OrganisationChanged, uow: UnitOfWork) -> None:
        """Render everything that shows the organisation's name or contact."""
        its_own = Booking.organisation_id == fact.organisation_id
        itself = {View.ORGANISATION: {fact.organisation_id}}
        self._bookings_changed(uow, its_own & _recent(uow), certainly=itself)

    def authority_changed(self, fact: AuthorityChanged, uow: UnitOfWork) -> None:
        """Render everything: an authority's name, depots and communes are all over the feeds."""
        if fact.is_called_otherwise:
            self._render(uow, live_feeds(uow))

    def _bookings_changed(
        self,
        uow: UnitOfWork,
        bookings: ColumnElement[bool],
        more: Collection[str] = (),
        certainly: Mapping[View, set[int]] | None = None,
    ) -> None:
        """Render these bookings (and `more` sources) in every feed that shows them or did.

        `certainly` are the feeds about what has another name now.
        """
        views = live_views(uow)
        if not views:
            return
        sources = set(more)
        for booking_id, event_id in uow.session.execute(
            select(Booking.id, Booking.event_id).where(bookings)
        ):
            sources |= {f"booking:{booking_id}", f"event:{event_id}"}
        if FIELD_WORK.keys() & set(views):
            rounds = select(Task.id).join(Booking, Booking.id == Task.booking_id).where(bookings)
            sources |= {f"task:{number}" for number in uow.session.scalars(rounds)}
        if len(sources) > MOST_AT_ONCE:
            self._render(uow, live_feeds(uow))
            return
        scopes = {view: VIEWS[view].scopes(uow, bookings) for view in views}
        before = _showing(uow, sources)
        asked = [(view, n) for view, ids in (certainly or {}).items() for n in ids]
        for view, scope_id in before + asked:
            scopes.setdefault(view, set()).add(scope_id)
        self._render(uow, live_feeds(uow, scopes), sources, renamed=certainly is not None)

    def _render(
        self,
        uow: UnitOfWork,
        feeds: list[Feed],
        sources: Collection[str] | None = None,
        *,
        renamed: bool = False,
    ) -> None:
        # They come in one order, so that two transactions do not wait for each other.
        for feed in feeds:
            pen = pen_for(uow, feed.language, self._public_url)
            bring_up_to_date(uow, feed, pen, sources, renamed=renamed)


def _showing(uow: UnitOfWork, sources: Collection[str]) -> list[tuple[View, int]]:
    """Return the views and scopes of the feeds that show something drawn from these sources."""
    shown = (
        select(CalendarEntry.view, CalendarEntry.scope_id)
        .where(CalendarEntry.source.in_(sources))
        .distinct()
    )
    return [(view, scope_id) for view, scope_id in uow.session.execute(shown)]


def _recent(uow: UnitOfWork) -> ColumnElement[bool]:
    return Booking.ends_at > uow.now - LOOKS_BACK


def _maintenance(uow: UnitOfWork, item_id: int) -> set[str]:
    found = uow.session.scalars(select(Maintenance.id).where(Maintenance.item_id == item_id))
    return {f"maintenance:{number}" for number in found}


def refresh_everything(database: Database, public_url: str) -> int:
    """Bring each feed up to date in a transaction of its own. Returns how many entries changed.

    Changes are rendered where they are made; this finds what no event told of, and forgets
    what was left out long ago and the feeds that nobody reads any more.
    """
    database.write(forget_unread)
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
