"""A database in which decisions are recorded."""

import pytest

from lending.db.database import Database
from lending.equity.record.listening import listen


@pytest.fixture
def recorded(database: Database) -> Database:
    """Let the record listen to the database."""
    listen(database.events)
    return database
