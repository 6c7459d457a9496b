"""Run migrations on the engine that the application hands over."""

from alembic import context
from sqlalchemy import Connection

from lending.migrations.metadata import metadata


def run(connection: Connection) -> None:
    """Migrate in one transaction; SQLite alters tables by copying them."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


engine = context.config.attributes["engine"]
with engine.execution_options(write=True).begin() as connection:
    run(connection)
