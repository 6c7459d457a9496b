"""The `treteau` command: the same services as the pages, one line a fact."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import FrameType

import click

from lending import __version__
from lending.authorities.queries import has_authorities
from lending.cli_admin import doctor, user
from lending.cli_audit import audit
from lending.cli_authorities import authority
from lending.cli_backup import backup, restore_backup
from lending.cli_files import export_files, import_files
from lending.cli_mail import mail
from lending.cli_planning import plan_benchmark, plan_week
from lending.cli_tokens import token
from lending.clock import Clock
from lending.db.database import Database
from lending.db.schema import migrate as migrate_database
from lending.errors import LendingError
from lending.settings import Settings


@dataclass
class Context:
    """What commands need, made when the first of them asks: `--help` needs no database."""

    build_database: Callable[[Settings, Clock | None], Database]
    run_worker: Callable[[Database, Settings], None]
    load_demo: Callable[..., None]
    demo_people: Sequence[tuple[str, str]]
    """Name and e-mail of each account of the demonstration."""
    demo_password: str
    application: str
    """Where gunicorn finds the web application."""
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

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


treteau.add_command(authority)
treteau.add_command(import_files)
treteau.add_command(export_files)
treteau.add_command(token)
treteau.add_command(user)
treteau.add_command(doctor)
treteau.add_command(audit)
treteau.add_command(backup)
treteau.add_command(restore_backup)
treteau.add_command(mail)
treteau.add_command(plan_week)
treteau.add_command(plan_benchmark)


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


HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option("--port", default=5000, show_default=True, envvar="PORT", help="Port.")


@treteau.command()
@HOST
@PORT
@click.pass_obj
def serve(context: Context, host: str, port: int) -> None:
    """Serve the pages, the API and the calendars with gunicorn."""
    _tell_address(host, port)
    command = _gunicorn(context, host, port)
    os.execv(command[0], command)  # noqa: S606 - the process becomes the server


@treteau.command()
@click.pass_obj
def worker(context: Context) -> None:
    """Run the jobs: options that lapse, waiting lists, mails, cleaning up."""
    context.run_worker(context.database, context.settings)


@treteau.command()
@HOST
@PORT
@click.option("--load-only", is_flag=True, help="Load the demonstration and stop.")
@click.pass_obj
def demo(context: Context, host: str, port: int, load_only: bool) -> None:
    """Load a fictional agglomeration into an empty database, then serve web and worker."""
    if not context.settings.demo:
        raise click.UsageError("Set TRETEAU_DEMO=yes: a demonstration signs anybody in.")
    if _is_empty(context.database):
        _load(context)
    if load_only:
        return
    click.echo(f"\nTréteau is at http://{host}:{port}\n")
    width = max(len(name) for name, _ in context.demo_people)
    for name, email in context.demo_people:
        click.echo(f"  {name:{width}}  {email}")
    click.echo(f"\n  Password of all of them: {context.demo_password}   (Ctrl+C stops)\n")
    _tell_address(host, port)
    _run_together([_gunicorn(context, host, port), [sys.executable, "-m", "lending", "worker"]])


def _tell_address(host: str, port: int) -> None:
    """Let what is started now write its own address into calendars, unless one is set."""
    os.environ.setdefault("TRETEAU_PUBLIC_URL", f"http://{host}:{port}")


def _is_empty(database: Database) -> bool:
    """Bring the database up to date; return whether nothing was ever written in it."""
    migrate_database(database)
    with database.read() as uow:
        return not has_authorities(uow)


def _load(context: Context) -> None:
    with click.progressbar(length=100, label="Loading the demonstration") as bar:

        def report(done: int, total: int) -> None:
            bar.update(round(100 * done / total) - bar.pos)

        context.load_demo(context.database, report, instance=context.settings.instance)


def _gunicorn(context: Context, host: str, port: int) -> list[str]:
    settings = context.settings
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        f"{host}:{port}",
        "--worker-class",
        "gthread",
        "--workers",
        str(settings.web_workers),
        "--threads",
        str(settings.web_threads),
        # Read once, before the workers are forked: they start sooner and share its memory.
        "--preload",
        "--log-level",
        settings.log_level.lower(),
        # its socket lies in the home folder, where two installations would meet
        "--no-control-socket",
        context.application,
    ]


def _run_together(commands: list[list[str]]) -> None:
    """Run programs until one of them stops or we are told to; then stop all."""
    processes = [subprocess.Popen(command) for command in commands]  # noqa: S603 - our own

    def stop(number: int, frame: FrameType | None) -> None:
        for process in processes:
            process.terminate()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    os.wait()
    stop(signal.SIGTERM, None)
    for process in processes:
        process.wait()
