"""Bring a database to the tables that the code expects. Contains no business logic."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

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
