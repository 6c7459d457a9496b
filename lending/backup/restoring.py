"""Restore a backup: whole, or nothing happens."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from lending.backup.archive import (
    CHUNK,
    FILES,
    MANIFEST,
    SECRET_KEY,
    TABLES,
    BackupError,
    Hashing,
    Manifest,
    Report,
    members,
    verify,
)
from lending.backup.making import ASIDE, files_of, files_of_database, folders_of
from lending.backup.rows import read_rows
from lending.db.database import Database
from lending.db.schema import known_revisions, migrate_within
from lending.db.whole import (
    TableAsFound,
    close_file,
    drop_schema,
    go_on_counting,
    is_empty,
    references_unchecked,
    set_schema_aside,
    tables_of,
)
from lending.errors import Busy


@dataclass(frozen=True)
class Restored:
    """What was restored, and where that lies which was there before."""

    manifest: Manifest
    aside: tuple[str, ...]


@dataclass(frozen=True)
class _Place:
    """Where a restore puts things, and what was there."""

    database: Database
    instance: Path
    apart: tuple[Path, ...]
    was_empty: bool
    stage: Path
    aside: str

    @property
    def folder_aside(self) -> Path:
        """Where folders lie that were there before."""
        return self.instance / self.aside

    @property
    def schema_aside(self) -> str:
        """Where PostgreSQL's tables lie that were there before."""
        return self.aside.replace("-", "_")

    @property
    def file_aside(self) -> Path:
        """Where SQLite's file lies that was there before."""
        file = Path(self.database.engine.url.database or "")
        return file.with_name(f"{file.name}.{self.aside}")


def is_unused(database: Database, instance: Path, apart: tuple[Path, ...]) -> bool:
    """Return whether a restore would take nobody's place."""
    return is_empty(database.engine) and not files_of(instance, apart)


def check_archive(database: Database, path: Path, report: Report) -> Manifest:
    """Return the manifest of an archive that this release can restore.

    Raises:
        BackupError: it is damaged, or was made by a later release.
    """
    manifest = verify(path, report)
    if manifest.revision not in known_revisions(database):
        raise BackupError(
            f"The archive was made by Tréteau {manifest.version}, whose tables this version does"
            " not know. Install that version first."
        )
    return manifest


def restore(
    database: Database,
    instance: Path,
    path: Path,
    report: Report,
    *,
    replace: bool = False,
    apart: tuple[Path, ...] = (),
) -> Restored:
    """Put what an archive holds in place, brought up to the tables of this release.

    Everything is checked before anything is touched. Rows are written in one transaction (or to a
    new file), files to a folder of their own; what was there is moved aside and not removed.

    Raises:
        BackupError: the archive is of no use here, something is here already, or the rows do not
            fit; everything is as it was.
    """
    manifest = check_archive(database, path, report)
    apart = (path, *apart, *files_of_database(database))
    was_empty = is_unused(database, instance, apart)
    if not (was_empty or replace):
        raise BackupError(
            "This installation is not empty. To restore in its place, and keep what is here"
            " aside, add --replace."
        )
    aside = f"{ASIDE}{database.clock.now():%Y%m%d-%H%M%S}"
    stage = instance / f".restoring-{os.getpid()}"
    place = _Place(database, instance, apart, was_empty, stage, aside)
    fill = _into_file if database.is_sqlite else _into_schema
    try:
        stage.mkdir(parents=True)
        fill(place, manifest, path, report)
    except (SQLAlchemyError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise BackupError(f"Nothing was restored: {reason}") from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return Restored(manifest, tuple(_put_aside(place)))


def _put_aside(place: _Place) -> Iterator[str]:
    """Tell where that lies which was there before; when that was nothing, remove its traces."""
    if place.was_empty:
        shutil.rmtree(place.folder_aside, ignore_errors=True)
        place.file_aside.unlink(missing_ok=True)
        return
    if not place.database.is_sqlite:
        yield f"schema {place.schema_aside}"
    for each in (place.file_aside, place.folder_aside):
        if each.exists():
            yield str(each)


def _into_schema(place: _Place, manifest: Manifest, path: Path, report: Report) -> None:
    """Fill a fresh schema of PostgreSQL, all in one transaction, the files moved before it ends."""
    engine = place.database.engine.execution_options(write=True)
    with _undone_on_error() as moves, engine.begin() as connection:
        set_schema_aside(connection, place.schema_aside)
        _fill(place, connection, manifest, path, report)
        if place.was_empty:
            drop_schema(connection, place.schema_aside)
        _move_files(place, moves)


def _into_file(place: _Place, manifest: Manifest, path: Path, report: Report) -> None:
    """Fill a new file of SQLite, which takes the old one's place when it is whole."""
    fresh = place.stage / "restored.db"
    draft = Database(f"sqlite:///{fresh}", clock=place.database.clock)
    try:
        with draft.engine.execution_options(write=True).begin() as connection:
            _fill(place, connection, manifest, path, report)
        close_file(draft.engine)
    finally:
        draft.dispose()
    place.database.dispose()
    try:
        file = close_file(place.database.engine)
    except Busy as error:
        raise BackupError("The database is in use. Stop the web server and the worker.") from error
    with _undone_on_error() as moves:
        _move(moves, file, place.file_aside)
        _move(moves, fresh, file)
        _move_files(place, moves)


def _fill(
    place: _Place, connection: Connection, manifest: Manifest, path: Path, report: Report
) -> None:
    """Make the tables that the rows fit, add the rows, bring all up to date; write the files."""
    migrate_within(place.database, connection, manifest.revision)
    tables = tables_of(connection)
    rows = {}
    with references_unchecked(connection):
        for name, content in members(path, report):
            if name == MANIFEST:
                continue
            if name.startswith(TABLES):
                table = name.removeprefix(TABLES).removesuffix(".jsonl")
                rows[table] = _read_table(connection, tables, table, content)
            else:
                _write_file(place.stage / FILES / name.removeprefix(FILES), content)
            if content.hexdigest() != manifest.sha256[name]:
                raise BackupError("The archive was altered while it was being restored.")
    if rows != manifest.rows:
        raise BackupError("The archive does not hold as many rows as it says.")
    go_on_counting(connection, tables)
    migrate_within(place.database, connection)


def _read_table(
    connection: Connection, tables: dict[str, TableAsFound], name: str, content: Hashing
) -> int:
    if name not in tables:
        raise BackupError(f"The archive does not fit: there is no table {name}.")
    return read_rows(connection, tables[name], content.lines())


def _write_file(target: Path, content: Hashing) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.touch(mode=0o600)
    with target.open("wb") as file:
        while part := content.read(CHUNK):
            file.write(part)


def _move_files(place: _Place, moves: list[tuple[Path, Path]]) -> None:
    """Put what was there aside, and the files of the archive in its place."""
    staged = place.stage / FILES
    fresh = list(staged.iterdir()) if staged.is_dir() else []
    old = list(folders_of(place.instance, place.apart))
    if (staged / SECRET_KEY).exists() and (place.instance / SECRET_KEY).exists():
        old.append(place.instance / SECRET_KEY)
    for each in old:
        _move(moves, each, place.folder_aside / each.name)
    for each in fresh:
        _move(moves, each, place.instance / each.name)


def _move(moves: list[tuple[Path, Path]], source: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    source.rename(target)
    moves.append((source, target))


@contextmanager
def _undone_on_error() -> Iterator[list[tuple[Path, Path]]]:
    """Yield a list of moves; when it goes wrong, everything goes back where it came from."""
    moves: list[tuple[Path, Path]] = []
    try:
        yield moves
    except BaseException:
        for source, target in reversed(moves):
            target.rename(source)
        raise
