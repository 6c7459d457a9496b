"""Statements are compiled once a process, not once for the new engine of every test.

SQLAlchemy keeps what it compiled by dialect, and every engine has a dialect of its own. Ours are
equal to each other, and their engines keep what they compiled in one place.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_compiled: dict[Any, Any] = {}


class _OneOfAKind:
    """Is equal to all of its class: they are made alike, for one version of a server."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Let a new engine know what was compiled before."""
        engine.update_execution_options(compiled_cache=_compiled)


class SQLite(_OneOfAKind, SQLiteDialect_pysqlite):
    """SQLite by Python's own driver."""

    supports_statement_cache = True


class PostgreSQL(_OneOfAKind, PGDialect_psycopg):
    """PostgreSQL by psycopg."""

    supports_statement_cache = True


def compile_statements_once() -> None:
    """Use these dialects from now on."""
    registry.register("sqlite", __name__, SQLite.__name__)
    registry.register("postgresql.psycopg", __name__, PostgreSQL.__name__)
