"""Bookings and subscriptions at the same time: no feed misses a booking, no booking fails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.app import build_database
from lending.bookings.decisions import approve_booking
from lending.clock import FixedClock
from lending.db.database import Database
from lending.settings import Settings
from lending.subscriptions.fetching import open_feed, read_feed
from lending.subscriptions.keeping import refresh_everything
from lending.subscriptions.models import CalendarEntry, View
from lending.subscriptions.service import Subscribed, subscribe
from tests.factories import FRIDAY, MONDAY, Cast, submitted

BOOKINGS, READERS = 12, 4


@pytest.fixture
def live(settings: Settings, clock: FixedClock, cast: Cast) -> Iterator[Database]:
    """Open the database with everybody listening to its events."""
    opened = build_database(settings, clock)
    yield opened
    opened.dispose()


def book(database: Database, cast: Cast, number: int) -> int:
    later = timedelta(days=7 * number)
    lines = {cast.chairs: 10, cast.tables: 2}
    booking = submitted(database, cast, lines, start=FRIDAY + later, end=MONDAY + later)
    database.write(lambda uow: approve_booking(uow, SYSTEM, booking))
    return booking


def follow(database: Database, cast: Cast, number: int) -> Subscribed:
    actor, view, scope = (
        (cast.manager, View.ITEM, cast.tables),
        (cast.alice, View.ORGANISATION, cast.choir),
        (cast.manager, View.AUTHORITY, cast.town),
        (cast.manager, View.DEPOT, cast.depot),
    )[number]
    return database.write(lambda uow: subscribe(uow, actor, view, scope))


def test_feeds_are_whole_whatever_happened_at_the_same_time(live: Database, cast: Cast) -> None:
    with ThreadPoolExecutor(8) as pool:
        bookings = [pool.submit(partial(book, live, cast, n)) for n in range(BOOKINGS)]
        readers = [pool.submit(partial(follow, live, cast, n)) for n in range(READERS)]
        assert len({booking.result() for booking in bookings}) == BOOKINGS
        paths = [reader.result().path for reader in readers]
    for path in paths:
        token = path.removeprefix("/calendars/").removesuffix(".ics")
        opened = open_feed(live, token, "", Settings.public_url)
        etag, parts = read_feed(live, opened)
        data = b"".join(parts)
        assert data.count(b"BEGIN:VEVENT") == BOOKINGS
        assert data.count(b"STATUS:CONFIRMED") == BOOKINGS
        assert etag == opened.etag
    assert refresh_everything(live, Settings.public_url) == 0


def test_without_readers_nothing_is_rendered(live: Database, cast: Cast) -> None:
    book(live, cast, 0)
    with live.read() as uow:
        assert uow.session.scalars(select(CalendarEntry)).all() == []
