"""Run migrations on the engine that the application hands over, or within its transaction."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

from lending.migrations.metadata import metadata


def _written(kind: str, found: object, _: object) -> str | Literal[False]:
    """Write what the database keeps: a migration must outlive the types of the program."""
    if kind == "type" and isinstance(found, TypeDecorator):
        return f"sa.{found.impl_instance!r}"
    return False


def run(connection: Connection) -> None:
    """Migrate in one transaction; SQLite alters tables by copying them."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=_written,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = context.config.attributes["engine"]
    with engine.execution_options(write=True).begin() as connection:
        run(connection)
