"""Make a backup while people work."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

from lending import __version__
from lending.backup.archive import (
    FILES,
    SECRET_KEY,
    TABLES,
    ArchiveWriter,
    BackupError,
    Manifest,
    Report,
    is_name,
)
from lending.backup.rows import write_rows
from lending.db.database import Database
from lending.db.schema import current_revision
from lending.db.whole import snapshot, tables_of
from lending.storing import DRAFT

ASIDE = "before-"
"""How folders begin that a restore put aside."""


def make_backup(
    database: Database,
    instance: Path,
    target: Path,
    report: Report,
    *,
    secret_key: str = "",
    apart: tuple[Path, ...] = (),
) -> Manifest:
    """Write the database as of one instant, and all files that its rows name, to one archive.

    Files come first, and those that were written meanwhile after the rows: a file is there before
    a row names it, and stays for a day after none does, so none that a row names is missed.

    Raises:
        BackupError: the target is there already or cannot be written, or the database is not
            up to date.
    """
    if target.exists():
        raise BackupError(f"{target} is there already. Choose another name.")
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            manifest = _beginning(database)
            with ArchiveWriter(file, manifest) as archive:
                _write_all(archive, database, instance, (target, *apart), report)
                if secret_key:
                    archive.add(SECRET_KEY, BytesIO(secret_key.encode()))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _beginning(database: Database) -> Manifest:
    with database.engine.connect() as connection:
        revision = current_revision(connection)
    if revision is None:
        raise BackupError("There is no database yet. Run: treteau init")
    kind = database.engine.dialect.name
    return Manifest(__version__, kind, revision, database.clock.now())


def _write_all(
    archive: ArchiveWriter,
    database: Database,
    instance: Path,
    apart: tuple[Path, ...],
    report: Report,
) -> None:
    apart = (*apart, *files_of_database(database))
    files = files_of(instance, apart)
    with database.engine.connect() as connection:
        total = len(files) + len(tables_of(connection))
    _write_files(archive, files)
    report(len(files), total)
    with snapshot(database.engine) as connection:
        for number, (name, table) in enumerate(tables_of(connection).items(), start=1):
            # The size has to be known before; what was written is found beside the archive.
            with TemporaryFile(dir=apart[0].parent) as rows:
                archive.manifest.rows[name] = write_rows(connection, table, rows)
                archive.add(f"{TABLES}{name}.jsonl", rows)
            report(len(files) + number, total)
    later = files_of(instance, apart)
    _write_files(archive, {name: later[name] for name in later.keys() - files.keys()})


def _write_files(archive: ArchiveWriter, files: dict[str, Path]) -> None:
    for name, path in sorted(files.items()):
        if not is_name(f"{FILES}{name}"):
            continue  # nor does any row name it: the file system or somebody left it there
        try:
            with path.open("rb") as file:
                archive.add(f"{FILES}{name}", file)
        except FileNotFoundError:
            continue  # no row names it any more


def files_of(instance: Path, apart: tuple[Path, ...]) -> dict[str, Path]:
    """Return the files that rows name, by their path below the instance's folder."""
    return {
        path.relative_to(instance).as_posix(): path
        for folder in folders_of(instance, apart)
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != DRAFT
    }


def folders_of(instance: Path, apart: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the folders in which files are kept.

    Not those that hold what is to stay apart (the database, other backups), nor what a restore
    put aside.
    """
    others = [other.resolve() for other in apart]
    for folder in sorted(instance.iterdir()) if instance.is_dir() else ():
        is_hidden = folder.name.startswith((".", ASIDE))
        whole = folder.resolve()
        if folder.is_dir() and not is_hidden and not any(o.is_relative_to(whole) for o in others):
            yield folder


def files_of_database(database: Database) -> tuple[Path, ...]:
    """Return SQLite's file; of PostgreSQL there is none here."""
    name = database.engine.url.database
    return (Path(name),) if database.is_sqlite and name else ()
