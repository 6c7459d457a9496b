"""Engines set up as measured: see docs/adr/0002-one-lock-order.md. Contains no business logic."""

from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    # FULL: a booking that was confirmed survives a power cut.
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",
    "temp_store=MEMORY",
    "mmap_size=268435456",
)


def make_engine(url: str) -> Engine:
    """Return an engine for a SQLite or PostgreSQL address.

    What statements are given is hidden from their errors: these are logged, and kept with runs of
    jobs, and it may be somebody's name or address.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return create_engine(
        url,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        hide_parameters=True,
        connect_args={"options": "-c lock_timeout=10s -c statement_timeout=60s -c timezone=UTC"},
    )


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, record: Any) -> None:
        # The driver must never begin by itself: the "begin" listener below does.
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
