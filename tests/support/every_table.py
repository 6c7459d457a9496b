"""A row in every table, made from the tables' own description."""

from datetime import date, time

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Enum,
    Float,
    Integer,
    LargeBinary,
    String,
    Time,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError

from lending.db.base import Choices, UtcDateTime
from lending.db.database import Database, UnitOfWork
from lending.migrations.metadata import metadata
from tests.factories import NOW

ACCENTS = "É « œ » 𝄞\n\t\\ 'quoted' \"twice\""

VALUES: tuple[tuple[type, object], ...] = (
    (UtcDateTime, NOW.replace(microsecond=123456)),
    (Boolean, True),
    (Integer, 7),
    (Float, 48.123456789012345),
    (Date, date(2026, 3, 2)),
    (Time, time(20, 30)),
    (LargeBinary, bytes(range(256))),
    (JSON, {"é": [1, None, "2"]}),
)


def fill_every_table(database: Database) -> None:
    """Give each table that is empty a row, with a value in as many columns as can have one."""
    database.write(_fill)


def _fill(uow: UnitOfWork) -> None:
    for table in metadata.sorted_tables:
        if not uow.session.scalar(select(func.count()).select_from(table)):
            row = {
                column.name: _value(uow, column, place)
                for place, column in enumerate(table.columns)
            }
            needed = {
                column.name: row[column.name] for column in table.columns if not column.nullable
            }
            try:
                with uow.session.begin_nested():
                    uow.session.execute(table.insert(), row)
            except IntegrityError:  # some columns exclude others
                uow.session.execute(table.insert(), needed)


def _value(uow: UnitOfWork, column: Column[object], place: int) -> object:
    for reference in column.foreign_keys:
        # Two columns that refer to one table may have to differ.
        chosen = select(reference.column).order_by(reference.column)
        found = uow.session.scalars(chosen).all()
        return found[place % len(found)]
    if column.name == "ends":
        return 8  # after it starts
    kind = column.type
    if isinstance(kind, Enum):
        return next(iter(kind.enum_class or kind.enums))
    if isinstance(kind, Choices):
        return frozenset(kind.kind)
    if isinstance(kind, String):
        return ACCENTS[: kind.length or 1000]
    return next(value for known, value in VALUES if isinstance(kind, known))
