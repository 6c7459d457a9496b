"""What the tests of documents share: the record listens, and files have a folder."""

from pathlib import Path

import pytest

from lending.db.database import Database
from lending.documents.listening import listen
from lending.equity.record.listening import listen as record
from lending.storing import FileStore


@pytest.fixture
def followed(database: Database) -> Database:
    """Let documents and the record listen to the database."""
    listen(database.events)
    record(database.events)
    return database


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    """Return a folder for documents."""
    return FileStore(tmp_path, "documents")
