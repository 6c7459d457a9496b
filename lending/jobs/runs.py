"""Claims: of all workers that see a run is due, exactly one runs it."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, select, text, tuple_, update

from lending.db.base import UtcDateTime
from lending.db.database import UnitOfWork
from lending.jobs.models import JobRun
from lending.jobs.schedule import Count, Job

KEPT = timedelta(days=30)
LONGEST_REASON = 500

_INSERT = text(
    "INSERT INTO job_run (job, slot, worker, attempts, claimed_at, result)"
    " VALUES (:job, :slot, :worker, 1, :now, '') ON CONFLICT (job, slot) DO NOTHING"
).bindparams(bindparam("slot", type_=UtcDateTime()), bindparam("now", type_=UtcDateTime()))


def claim(uow: UnitOfWork, job: Job, slot: datetime, worker: str) -> int | None:
    """Claim a run: for the first time, or again after a failure or a death.

    Returns the number of the attempt, or None when it is not ours to run.
    """
    values = {"job": job.name, "slot": slot, "worker": worker, "now": uow.now}
    inserted = uow.session.execute(_INSERT, values)
    if inserted.rowcount == 1:  # type: ignore[attr-defined]
        return 1
    return uow.session.scalar(
        update(JobRun)
        .where(JobRun.job == job.name, JobRun.slot == slot, _may_be_retried(job, uow.now))
        .values(
            worker=worker,
            claimed_at=uow.now,
            failed_at=None,
            attempts=JobRun.attempts + 1,
        )
        .returning(JobRun.attempts)
    )


def _may_be_retried(job: Job, now: datetime) -> ColumnElement[bool]:
    given_up = JobRun.failed_at.is_not(None) | (JobRun.claimed_at <= now - job.patience)
    return JobRun.finished_at.is_(None) & (JobRun.attempts < job.tries) & given_up


def finish(uow: UnitOfWork, job: Job, slot: datetime, worker: str, counts: Sequence[Count]) -> None:
    """Record that our run is done, and what it counted."""
    result = json.dumps([[count.what, count.number] for count in counts])
    _close(uow, job, slot, worker, finished_at=uow.now, result=result)


def counts_of(run: JobRun) -> tuple[Count, ...]:
    """Return what a run counted that is done."""
    return tuple(Count(what, number) for what, number in json.loads(run.result))


def fail(uow: UnitOfWork, job: Job, slot: datetime, worker: str, reason: str) -> None:
    """Record that our run failed; it may be tried again."""
    _close(uow, job, slot, worker, failed_at=uow.now, result=reason[:LONGEST_REASON])


def _close(uow: UnitOfWork, job: Job, slot: datetime, worker: str, **values: object) -> None:
    ours = (JobRun.job == job.name) & (JobRun.slot == slot) & (JobRun.worker == worker)
    uow.session.execute(update(JobRun).where(ours).values(**values))


def due(uow: UnitOfWork, jobs: Iterable[Job]) -> list[Job]:
    """Return the jobs whose present slot nobody has run, or has to be tried again."""
    slots = {(job.name, job.slot_at(uow.now)): job for job in jobs}
    rows = uow.session.scalars(select(JobRun).where(tuple_(JobRun.job, JobRun.slot).in_(slots)))
    runs = {(run.job, run.slot): run for run in rows}
    return [
        job
        for key, job in slots.items()
        if (run := runs.get(key)) is None or _is_left_over(run, job, uow.now)
    ]


def _is_left_over(run: JobRun, job: Job, now: datetime) -> bool:
    if run.finished_at is not None or run.attempts >= job.tries:
        return False
    return run.failed_at is not None or run.claimed_at <= now - job.patience


def forget_old_runs(uow: UnitOfWork) -> int:
    """Delete the records of runs long past. Returns how many."""
    gone = uow.session.execute(delete(JobRun).where(JobRun.slot < uow.now - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]
