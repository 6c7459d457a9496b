"""Backups of the worker: which are kept, and that a bad one costs no good one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.backup.archive import ArchiveWriter, BackupError, verify
from lending.backup.keeping import DAYS, MONTHS, WEEKS, back_up_and_rotate, chosen
from lending.clock import FixedClock
from lending.db.database import Database
from lending.db.schema import migrate
from tests.factories import NOW

MOMENTS = st.sets(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)), max_size=60
)


@given(MOMENTS)
def test_few_are_kept_and_the_newest_always(made: set[datetime]) -> None:
    kept = chosen(made)
    assert kept <= made
    assert len(kept) <= DAYS + WEEKS + MONTHS
    assert not made or max(made) in kept
    assert chosen(kept) == kept


@given(MOMENTS)
def test_removing_each_night_keeps_what_removing_at_the_end_would(made: set[datetime]) -> None:
    standing: set[datetime] = set()
    for at in sorted(made):
        standing = chosen(standing | {at})
    assert standing == chosen(made)


def test_after_two_years_of_nights_there_are_days_weeks_and_months() -> None:
    nights = [datetime(2024, 7, 1, 1, 30, tzinfo=UTC) + timedelta(days=n) for n in range(730)]
    kept = chosen(nights)
    newest = max(nights)
    assert {newest - timedelta(days=n) for n in range(DAYS)} <= kept
    assert len({at.isocalendar()[:2] for at in kept}) >= WEEKS
    assert len({(at.year, at.month) for at in kept}) == MONTHS
    assert min(kept) == datetime(2025, 7, 31, 1, 30, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> tuple[Database, FixedClock, Path]:
    """Return an empty installation on SQLite with a folder for backups inside it."""
    clock = FixedClock(NOW)
    database = Database(f"sqlite:///{tmp_path / 'treteau.db'}", clock=clock)
    migrate(database)
    return database, clock, tmp_path


def test_a_folder_of_backups_holds_whole_ones_and_no_backup_holds_another(
    place: tuple[Database, FixedClock, Path],
) -> None:
    database, clock, instance = place
    folder = instance / "backups"
    for _ in range(DAYS + 1):
        kept = back_up_and_rotate(database, instance, folder)
        clock.instant += timedelta(days=1)
    names = sorted(path.name for path in folder.iterdir())
    assert kept.removed == 1
    assert names[-1] == "treteau-20260309-080000.tar.gz"
    assert len(names) == DAYS
    for name in names:
        assert not [each for each in verify(folder / name, print).sha256 if "backups" in each]
    database.dispose()


def test_a_file_that_no_row_can_name_keeps_no_backup_from_being_made(
    place: tuple[Database, FixedClock, Path],
) -> None:
    database, _, instance = place
    (instance / "photos").mkdir()
    for name in ("a-320.webp", ".nfs0001", "Été à la mer.webp", "b-320.webp.0a1b.draft"):
        (instance / "photos" / name).write_bytes(b"RIFF")
    folder = instance / "backups"
    back_up_and_rotate(database, instance, folder)
    (made,) = folder.iterdir()
    names = verify(made, print).sha256
    assert [name for name in names if "photos" in name] == ["files/photos/a-320.webp"]
    database.dispose()


def test_a_backup_that_fails_removes_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'no-tables.db'}", clock=FixedClock(NOW))
    folder = tmp_path / "backups"
    folder.mkdir()
    for night in range(1, 20):
        (folder / f"treteau-202602{night:02}-013000.tar.gz").touch()
    with pytest.raises(BackupError, match="no database"):
        back_up_and_rotate(database, tmp_path, folder)
    assert len(list(folder.iterdir())) == 19
    database.dispose()


def test_a_backup_that_cannot_be_read_again_does_not_stay_as_that_of_the_day(
    place: tuple[Database, FixedClock, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _, instance = place
    written = ArchiveWriter.add

    def spoil(archive: ArchiveWriter, name: str, file: BinaryIO) -> None:
        written(archive, name, file)
        archive.manifest.sha256[name] = "0" * 64

    monkeypatch.setattr(ArchiveWriter, "add", spoil)
    with pytest.raises(BackupError):
        back_up_and_rotate(database, instance, instance / "backups")
    assert list((instance / "backups").iterdir()) == []
    database.dispose()
