"""The `treteau` command: the same services as the pages, one line a fact."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import click

from lending import __version__
from lending.clock import Clock
from lending.db.database import Database
from lending.db.schema import migrate as migrate_database
from lending.errors import LendingError
from lending.settings import Settings


@dataclass
class Context:
    """What commands need, made when the first of them asks: `--help` needs no database."""

    environ: Mapping[str, str]
    build_database: Callable[[Settings, Clock | None], Database]
    application: str
    """Where gunicorn finds the web application."""

    @cached_property
    def settings(self) -> Settings:
        """Return the settings; errors are one line and a non-zero exit."""
        return Settings.from_env(self.environ)

    @cached_property
    def database(self) -> Database:
        """Return the database."""
        return self.build_database(self.settings, None)


class Commands(click.Group):
    """A group whose errors are one clear line."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; say what went wrong in one line and exit with 1."""
        try:
            return super().invoke(ctx)
        except LendingError as error:
            click.echo(f"treteau: {error}", err=True)
            sys.exit(1)


@click.group(cls=Commands)
@click.version_option(__version__, prog_name="treteau")
def treteau() -> None:
    """Lend a town's equipment to its associations."""


@treteau.command()
@click.pass_obj
def init(context: Context) -> None:
    """Create the instance folder and the database, or bring it up to date."""
    migrate_database(context.database)
    click.echo(f"The database is ready: {context.database.engine.url!r}")


@treteau.command()
@click.pass_obj
def migrate(context: Context) -> None:
    """Bring the database up to date."""
    migrate_database(context.database)
    click.echo("The database is up to date.")
