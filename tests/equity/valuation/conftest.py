"""A database whose loans are valued."""

import pytest

from lending.db.database import Database
from lending.equity.valuation.service import listen
from lending.events import Events


@pytest.fixture(autouse=True)
def _valued(request: pytest.FixtureRequest) -> None:
    """Let the values follow the bookings, wherever a test has a database."""
    if "database" in request.fixturenames:
        database: Database = request.getfixturevalue("database")
        events: Events = database.events
        listen(events)
