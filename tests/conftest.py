"""Fixtures that every room and face shares: see also tests/factories.py."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine

from lending.clock import FixedClock
from lending.db.database import Database
from lending.migrations.metadata import metadata
from lending.settings import Settings
from tests import factories
from tests.factories import Cast
from tests.postgres import Server, running_server
from tests.support.demonstration import demonstration
from tests.support.dialects import compile_statements_once
from tests.support.routes import compile_routes_once
from tests.support.strict import NothingSkipped

CI = bool(os.environ.get("CI"))

hypothesis_settings.register_profile("default", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True)
hypothesis_settings.load_profile("ci" if CI else "default")
compile_statements_once()
compile_routes_once()


def pytest_configure(config: pytest.Config) -> None:
    """Let nothing be skipped in continuous integration."""
    if CI:
        config.pluginmanager.register(NothingSkipped())


@pytest.fixture
def clock() -> FixedClock:
    """Stand still on Monday 2 March 2026 at 9:00 in Paris; set `clock.instant` to move on."""
    return FixedClock(factories.NOW)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Run a PostgreSQL server for the whole session."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a SQLite file with our tables and nothing else, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def sqlite_cast(sqlite_template: Path) -> tuple[Path, Cast]:
    """Make a SQLite file with the standing cast, to be copied."""
    path = sqlite_template.with_name("cast.db")
    shutil.copy(sqlite_template, path)
    return path, _write_cast(f"sqlite:///{path}")


@pytest.fixture(scope="session")
def postgres_cast(postgres: Server) -> Iterator[tuple[str, Cast]]:
    """Make a PostgreSQL database with the standing cast, to be copied."""
    with postgres.database() as url:
        yield url, _write_cast(url)


def _write_cast(url: str) -> Cast:
    database = Database(url, clock=FixedClock(factories.NOW))
    cast = factories.standing_cast(database)
    if database.is_sqlite:  # into the one file that is copied
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return cast


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of a database: the test runs once on each kind.

    It is empty, or holds the standing cast if the test asks for that: copying what was written
    once takes a fraction of the time.

    `pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)` keeps it to one.
    """
    with_cast = "cast" in request.fixturenames
    if request.param == "sqlite":
        template: Path = (
            request.getfixturevalue("sqlite_cast")[0]
            if with_cast
            else request.getfixturevalue("sqlite_template")
        )
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'test.db')}"
        return
    server: Server = request.getfixturevalue("postgres")
    model = request.getfixturevalue("postgres_cast")[0] if with_cast else None
    with server.lent(model) as url:
        yield url


@pytest.fixture
def database(database_url: str, clock: FixedClock) -> Iterator[Database]:
    """Open the empty database, without anybody listening to its events."""
    opened = Database(database_url, clock=clock)
    yield opened
    opened.dispose()


@pytest.fixture
def cast(request: pytest.FixtureRequest, database: Database) -> Cast:
    """Return the standing cast, which the database was copied with."""
    kind = "sqlite_cast" if database.is_sqlite else "postgres_cast"
    cast: Cast = request.getfixturevalue(kind)[1]
    return cast


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Return the settings of an installation on the test's database."""
    return Settings(
        database_url=database_url,
        instance=tmp_path / "instance",
        secret_key="tests only, and long enough",
        secure_cookies=False,
    )


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all processes of a parallel run share."""
    home = tmp_path_factory.getbasetemp()
    return home.parent if os.environ.get("PYTEST_XDIST_WORKER") else home


@pytest.fixture(scope="module")
def demo(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a small demonstration, which is the module's own."""
    return demonstration(shared, tmp_path_factory.mktemp("demonstration"))


@pytest.fixture(scope="session")
def compiled(shared: Path) -> FileSystemBytecodeCache:
    """Keep templates compiled from one application to the next: most of a first page's time."""
    folder = shared / "templates"
    folder.mkdir(exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@pytest.fixture
def make_app(
    settings: Settings, clock: FixedClock, compiled: FileSystemBytecodeCache
) -> Iterator[Callable[..., Flask]]:
    """Return a function that builds the application; it takes other settings and Flask's config.

    CSRF protection is on, as everywhere: forms carry the token of the page they stand on.
    """
    from lending.app import build_database, create_app

    databases: list[Database] = []

    def build(chosen: Settings = settings, **config: object) -> Flask:
        databases.append(build_database(chosen, clock))
        app = create_app(chosen, databases[-1], TESTING=True, **config)
        app.jinja_env.bytecode_cache = compiled
        return app

    yield build
    for used in databases:
        used.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask], cast: Cast) -> Flask:
    """Build the application on the database with the standing cast."""
    return make_app()
