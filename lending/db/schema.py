"""Bring a database to the tables that the code expects. Contains no business logic."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from lending.db.database import Database


def migration_config(database: Database) -> Config:
    """Return Alembic's configuration for this database."""
    config = Config()
    config.set_main_option("script_location", "lending:migrations")
    config.attributes["engine"] = database.engine
    return config


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade to a revision, the newest by default."""
    command.upgrade(migration_config(database), revision)


def migrate_within(database: Database, connection: Connection, revision: str = "head") -> None:
    """Upgrade to a revision in the transaction of a connection."""
    config = migration_config(database)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def known_revisions(database: Database) -> frozenset[str]:
    """Return every revision that this release knows."""
    script = ScriptDirectory.from_config(migration_config(database))
    return frozenset(each.revision for each in script.walk_revisions())


def current_revision(connection: Connection) -> str | None:
    """Return the revision that the database is at, None before the first one."""
    return MigrationContext.configure(connection).get_current_revision()


def pending_migrations(database: Database) -> list[str]:
    """Return the revisions that the database lacks, oldest first."""
    script = ScriptDirectory.from_config(migration_config(database))
    with database.engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    applied = {
        revision.revision for head in heads for revision in script.iterate_revisions(head, "base")
    }
    return [
        r.revision for r in reversed(list(script.walk_revisions())) if r.revision not in applied
    ]
