"""A whole database at once: seen at one instant, emptied and filled. Contains no business logic."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    Insert,
    Select,
    String,
    TableClause,
    Text,
    bindparam,
    cast,
    column,
    insert,
    inspect,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeEngine

from lending.errors import Busy

ALEMBIC = "alembic_version"
PASSING = frozenset({ALEMBIC, "job_run", "worker_lease"})
"""Tables that fill by themselves: a database with nothing else in it is as good as empty."""


@dataclass(frozen=True)
class TableAsFound:
    """A table as the database describes it, of whatever release it is."""

    name: str
    columns: tuple[tuple[str, TypeEngine[object]], ...]
    key: tuple[str, ...]
    dialect: str

    def reading(self) -> Select[Any]:
        """Return the query for all rows, in the same order on both databases."""
        clause = self._clause()
        return select(*(self._read(clause.c[name]) for name, _ in self.columns)).order_by(
            *(self._sorted(clause.c[name]) for name in self.key)
        )

    def writing(self, names: list[str]) -> Insert:
        """Return the statement that adds rows, each given as a dict of these names."""
        types = dict(self.columns)
        return insert(self._clause()).values(
            {name: self._written(name, types[name]) for name in names}
        )

    def _clause(self) -> TableClause:
        return table(self.name, *(column(name, kind) for name, kind in self.columns))

    def _read(self, found: ColumnElement[Any]) -> ColumnElement[Any]:
        # JSON travels as the text it was written as.
        return cast(found, Text).label(None) if isinstance(found.type, JSON) else found

    def _written(self, name: str, kind: TypeEngine[Any]) -> ColumnElement[Any]:
        if not isinstance(kind, JSON):
            return bindparam(name, type_=kind)
        given = bindparam(name, type_=Text())
        return given if self.dialect == "sqlite" else cast(given, kind)

    def _sorted(self, found: ColumnElement[Any]) -> ColumnElement[Any]:
        is_text = isinstance(found.type, String) and self.dialect == "postgresql"
        return found.collate("C") if is_text else found


def tables_of(connection: Connection) -> dict[str, TableAsFound]:
    """Return every table by its name, Alembic's own apart."""
    found = inspect(connection)
    keys = found.get_multi_pk_constraint()
    return {
        name: TableAsFound(
            name,
            tuple((each["name"], each["type"]) for each in columns),
            tuple(keys[schema, name]["constrained_columns"]),
            connection.dialect.name,
        )
        for (schema, name), columns in sorted(found.get_multi_columns().items(), key=_by_name)
        if name != ALEMBIC
    }


def _by_name(found: tuple[tuple[str | None, str], object]) -> str:
    return found[0][1]


def is_empty(engine: Engine) -> bool:
    """Return whether nothing but what passes by itself was ever written here."""
    with engine.connect() as connection:
        return not any(
            connection.execute(select(literal(1)).select_from(table(name)).limit(1)).first()
            for name in inspect(connection).get_table_names()
            if name not in PASSING
        )


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees everything as of one instant; writers go on meanwhile."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # The transaction that begins with the first query reads one state of the log.
            yield connection
            return
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        yield connection


@contextmanager
def references_unchecked(connection: Connection) -> Iterator[None]:
    """Let rows come in any order; references are checked at the end.

    Raises:
        IntegrityError: a row refers to none, on PostgreSQL.
        OperationalError: the same on SQLite.
    """
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        yield
        if lost := connection.execute(text("PRAGMA foreign_key_check")).first():
            reason = ValueError(f"a row of {lost[0]} refers to none of {lost[2]}")
            raise OperationalError("PRAGMA foreign_key_check", None, reason)
        return
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    references = connection.execute(_REFERENCES).all()
    for owner, name, _ in references:
        connection.execute(text(f"ALTER TABLE {owner} DROP CONSTRAINT {name}"))
    yield
    for owner, name, definition in references:
        connection.execute(text(f"ALTER TABLE {owner} ADD CONSTRAINT {name} {definition}"))


_REFERENCES = text(
    "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
    " FROM pg_constraint"
    " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


def go_on_counting(connection: Connection, tables: dict[str, TableAsFound]) -> None:
    """Let the next number of each table follow the largest it holds; SQLite does by itself."""
    if connection.dialect.name == "sqlite":
        return
    for found in tables.values():
        for name in found.key:
            values = {"owner": f'"{found.name}"', "name": name}
            sequence = connection.scalar(_SEQUENCE, values)
            largest = f'SELECT max("{name}") FROM "{found.name}"'  # noqa: S608 - names of tables
            if sequence and (last := connection.scalar(text(largest))):
                connection.execute(_SET, {"sequence": sequence, "last": last})


_SEQUENCE = text("SELECT pg_get_serial_sequence(:owner, :name)")
_SET = text("SELECT setval(CAST(:sequence AS regclass), :last)")


def set_schema_aside(connection: Connection, name: str) -> None:
    """Move every table and function of PostgreSQL's present schema into one of this name."""
    connection.execute(text(f"CREATE SCHEMA {name}"))
    for owned in (_OWN_TABLES, _OWN_FUNCTIONS):
        for (each,) in connection.execute(owned).all():
            connection.execute(text(f"ALTER {each} SET SCHEMA {name}"))


def drop_schema(connection: Connection, name: str) -> None:
    """Remove a schema of PostgreSQL and all that is in it."""
    connection.execute(text(f"DROP SCHEMA {name} CASCADE"))


# What an extension brought stays where it is.
_OWN_TABLES = text(
    "SELECT 'TABLE ' || c.oid::regclass FROM pg_class c"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass"
    " AND d.objid = c.oid AND d.deptype = 'e')"
)
_OWN_FUNCTIONS = text(
    "SELECT 'ROUTINE ' || p.oid::regprocedure FROM pg_proc p"
    " WHERE p.pronamespace = current_schema()::regnamespace"
    " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass"
    " AND d.objid = p.oid AND d.deptype = 'e')"
)


def close_file(engine: Engine) -> Path:
    """Make SQLite's file complete in itself and return its path; nobody else may have it open.

    Raises:
        Busy: some other process has it open.
    """
    with engine.connect() as connection:
        connection.rollback()
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        driver.execute("PRAGMA busy_timeout = 500")
        try:
            # Leaving the log needs the file to oneself.
            driver.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise Busy from error
    engine.dispose()
    return Path(engine.url.database or "")
