"""Migrations lead from nothing to the models and back, on both databases, and lose no data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from lending.bookings.models import Booking
from lending.db.database import Database
from lending.db.schema import migrate, migration_config, pending_migrations
from lending.migrations.metadata import metadata
from tests import factories
from tests.postgres import Server


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Return a database without any table."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.dispose()
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as url:
        database = Database(url)
        metadata.drop_all(database.engine)
        yield database
        database.dispose()


def tables(database: Database) -> set[str]:
    """Return the names of the tables, Alembic's own apart."""
    return set(inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_all_migrations_together_make_the_models(empty: Database):
    migrate(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_partial_indexes_are_made_with_their_conditions(empty: Database):
    """Autogenerate does not compare them, and without them a page reads the whole past."""
    migrate(empty)
    made = {index["name"]: index for index in inspect(empty.engine).get_indexes("hold")}
    for index in metadata.tables["hold"].indexes:
        condition = index.dialect_kwargs.get("postgresql_where")
        options = made[index.name].get("dialect_options", {})
        has_condition = bool(
            options.get("postgresql_where") is not None or options.get("sqlite_where") is not None
        )
        assert has_condition == (condition is not None), index.name


def test_each_migration_can_be_undone_and_done_again(empty: Database):
    config = migration_config(empty)
    revisions = list(ScriptDirectory.from_config(config).walk_revisions())
    migrate(empty)
    for _ in revisions:
        command.downgrade(config, "-1")
    assert tables(empty) == set()
    migrate(empty)
    assert tables(empty) == set(metadata.tables)


def test_what_is_pending_is_known(empty: Database):
    config = migration_config(empty)
    revisions = [r.revision for r in ScriptDirectory.from_config(config).walk_revisions()]
    assert sorted(pending_migrations(empty)) == sorted(revisions)
    migrate(empty)
    assert pending_migrations(empty) == []


def test_migrating_again_keeps_what_is_there(empty: Database):
    migrate(empty)
    cast = factories.standing_cast(empty)
    booking = factories.approved(empty, cast, {cast.chairs: 5})
    migrate(empty)
    with empty.read() as uow:
        assert uow.session.get_one(Booking, booking).lines[0].granted == 5
