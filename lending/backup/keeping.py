"""Backups made by the worker, and which of them are kept."""

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lending.backup.archive import BackupError, verify
from lending.backup.making import make_backup
from lending.db.database import Database

DAYS, WEEKS, MONTHS = 7, 4, 12
LEFT_OVER_SECONDS = 24 * 3600

_NAME = re.compile(r"treteau-(\d{8}-\d{6})\.tar\.gz")
_STAMP = "%Y%m%d-%H%M%S"
_GENERATIONS: tuple[tuple[Callable[[datetime], object], int], ...] = (
    (lambda at: at.date(), DAYS),
    (lambda at: at.isocalendar()[:2], WEEKS),
    (lambda at: (at.year, at.month), MONTHS),
)


@dataclass(frozen=True)
class Kept:
    """What came of a backup."""

    bytes: int
    removed: int
    """How many older ones."""


def chosen(made: Collection[datetime]) -> set[datetime]:
    """Return the backups to keep: the newest of each of the last days, weeks and months.

    Only those with a backup count: whoever stops the worker for a month loses nothing by it.
    """
    kept = set()
    for period_of, count in _GENERATIONS:
        newest: dict[object, datetime] = {}
        for at in sorted(made):
            newest[period_of(at)] = at
        kept |= set(list(newest.values())[-count:])
    return kept


def back_up_and_rotate(database: Database, instance: Path, folder: Path) -> Kept:
    """Make a backup, read it again, and only then remove those that need not be kept.

    Raises:
        BackupError: it cannot be made, or is not what was written.
    """
    made_at = database.clock.now().astimezone(UTC)
    target = folder / f"treteau-{made_at:{_STAMP}}.tar.gz"
    make_backup(database, instance, target, _to_nobody, apart=(folder,))
    try:
        verify(target, _to_nobody)
    except (BackupError, OSError):
        target.unlink(missing_ok=True)  # it would count as the day's, and be believed
        raise
    removed = _remove_others(folder)
    return Kept(target.stat().st_size, removed)


def _to_nobody(done: int, total: int) -> None:
    """Nobody watches a worker."""


def _remove_others(folder: Path) -> int:
    found = {
        datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC): path
        for path in folder.iterdir()
        if (match := _NAME.fullmatch(path.name))
    }
    gone = [path for at, path in found.items() if at not in chosen(found)]
    for path in gone:
        path.unlink(missing_ok=True)
    for draft in folder.glob(".treteau-*.tar.gz.*"):  # of a worker that was killed
        if time.time() - draft.stat().st_mtime > LEFT_OVER_SECONDS:
            draft.unlink(missing_ok=True)
    return len(gone)
