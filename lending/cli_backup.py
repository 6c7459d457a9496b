"""`treteau backup` and `treteau restore`: an installation as one file, and back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from lending.backup.archive import BackupError
from lending.backup.making import make_backup
from lending.backup.restoring import restore
from lending.cli_admin import Installation
from lending.db.database import Database
from lending.db.whole import is_empty
from lending.jobs.lease import find_leader

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=FILE)
@click.option(
    "--with-secret-key",
    is_flag=True,
    help="Also write the key that signs forms: keep this archive as you keep passwords.",
)
@click.pass_obj
def backup(context: Installation, file: Path, with_secret_key: bool) -> None:
    """Write the database and all files to one archive, while people work.

    It can be restored on either database. The secret key is not in it, unless asked for.
    """
    settings = context.settings
    with _progress("Making the backup") as report:
        manifest = make_backup(
            context.database,
            settings.instance,
            file,
            report,
            secret_key=settings.secret_key if with_secret_key else "",
            apart=settings.backups_apart,
        )
    rows, size = sum(manifest.rows.values()), file.stat().st_size
    click.echo(f"{file}: {rows} rows, {len(manifest.sha256)} members, {size} bytes")


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put aside what is here, and restore in its place.")
@click.pass_obj
def restore_backup(context: Installation, file: Path, replace: bool) -> None:
    """Put what an archive holds in place: all of it, or nothing.

    Stop the web server and the worker before.
    """
    settings, database = context.settings, context.database
    _check_nobody_works(database)
    with _progress("Restoring") as report:
        restored = restore(
            database,
            settings.instance,
            file,
            report,
            replace=replace,
            apart=settings.backups_apart,
        )
    made = restored.manifest
    click.echo(f"Restored: {sum(made.rows.values())} rows of {made.made_at:%Y-%m-%d %H:%M} UTC")
    for each in restored.aside:
        click.echo(f"What was here before: {each}")


def _check_nobody_works(database: Database) -> None:
    if is_empty(database.engine):
        return
    with database.read() as uow:
        leader = find_leader(uow)
    if leader is not None and leader.is_alive:
        raise BackupError("A worker is running. Stop it, and the web server.")


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    with click.progressbar(length=100, label=label) as bar:
        yield lambda done, total: bar.update(max(0, round(100 * done / max(1, total)) - bar.pos))
