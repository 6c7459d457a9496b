"""Rows as lines of JSON that mean the same on every database."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import IO, Any

from sqlalchemy import Connection, Date, DateTime, LargeBinary, Time
from sqlalchemy.types import TypeEngine

from lending.backup.archive import BackupError
from lending.db.whole import TableAsFound

AT_ONCE = 500


def write_rows(connection: Connection, table: TableAsFound, file: IO[bytes]) -> int:
    """Write the names of the columns and then each row, a line each; return how many rows."""
    names = [name for name, _ in table.columns]
    file.write(_line(names))
    count = 0
    options = {"yield_per": AT_ONCE}
    for row in connection.execute(table.reading(), execution_options=options):
        file.write(_line([_told(value) for value in row]))
        count += 1
    return count


def _line(values: Sequence[object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _told(value: object) -> object:
    match value:
        case datetime():
            # SQLite gives back without a zone what is in UTC.
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case bytes() | memoryview():
            return b64encode(value).decode()
    return value


def read_rows(connection: Connection, table: TableAsFound, lines: Iterator[bytes]) -> int:
    """Add the rows that were written; return how many.

    Raises:
        BackupError: they do not fit the table.
    """
    names: list[str] = json.loads(next(lines))
    types = dict(table.columns)
    if strange := set(names) ^ set(types):
        raise BackupError(f"The archive does not fit: {table.name}.{min(strange)}")
    meant = [_meaning(types[name]) for name in names]
    statement = table.writing(names)
    count = 0
    while batch := list(islice(lines, AT_ONCE)):
        rows = [
            {
                name: None if value is None else mean(value)
                for name, mean, value in zip(names, meant, json.loads(line), strict=True)
            }
            for line in batch
        ]
        connection.execute(statement, rows)
        count += len(rows)
    return count


def _meaning(kind: TypeEngine[object]) -> Callable[[Any], object]:
    """Return what makes a column's value of what stands in a line."""
    for known, mean in (
        (DateTime, datetime.fromisoformat),
        (Date, date.fromisoformat),
        (Time, time.fromisoformat),
        (LargeBinary, b64decode),
    ):
        if isinstance(kind, known):
            return mean
    return lambda value: value
