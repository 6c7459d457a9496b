"""Backups as a job: made when a folder is named for them, and how the last one went."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lending.backup.keeping import back_up_and_rotate
from lending.db.database import UnitOfWork
from lending.i18n import N_
from lending.jobs.models import JobRun
from lending.jobs.runs import counts_of
from lending.jobs.schedule import Count, Job, Run

NAME = "back-up"
MADE = N_("Backups made")
SIZE = N_("Kilobytes written")
TOO_OLD = timedelta(days=2)


@dataclass(frozen=True)
class LastBackup:
    """The newest backup that was made and could be read again."""

    made_at: datetime
    kilobytes: int


def _back_up(run: Run) -> list[Count]:
    folder = run.settings.backup_dir
    if folder is None:
        return [Count(MADE, 0)]
    kept = back_up_and_rotate(run.database, run.settings.instance, folder)
    return [
        Count(MADE, 1),
        Count(SIZE, -(-kept.bytes // 1000)),
        Count(N_("Old backups removed"), kept.removed),
    ]


BACK_UP = Job(
    NAME,
    _back_up,
    every=timedelta(days=1),
    offset=timedelta(hours=1, minutes=30),
    patience=timedelta(hours=6),
)


def last_backup(uow: UnitOfWork) -> LastBackup | None:
    """Return the newest good backup that is remembered."""
    runs = uow.session.scalars(
        select(JobRun)
        .where(JobRun.job == NAME, JobRun.finished_at.is_not(None))
        .order_by(JobRun.finished_at.desc())
    )
    for run in runs:
        counts = {count.what: count.number for count in counts_of(run)}
        if counts.get(MADE) and run.finished_at:
            return LastBackup(run.finished_at, counts[SIZE])
    return None
