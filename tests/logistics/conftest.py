"""A database on which field work follows the bookings."""

from collections.abc import Iterator

import pytest

from lending.clock import FixedClock
from lending.db.database import Database
from lending.events import Events
from lending.logistics import generating, overruling


@pytest.fixture
def database(database_url: str, clock: FixedClock) -> Iterator[Database]:
    """Open the empty database with the tasks listening."""
    opened = listening(database_url, clock)
    yield opened
    opened.dispose()


def listening(database_url: str, clock: FixedClock) -> Database:
    """Open a database on which field work follows the bookings."""
    events = Events()
    overruling.listen(events)
    generating.listen(events)
    return Database(database_url, clock=clock, events=events)
