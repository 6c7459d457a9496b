"""What people see of jobs: when each ran last, how long it took, what failed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lending.db.database import UnitOfWork
from lending.jobs.models import JobRun, WorkerLease
from lending.jobs.runs import counts_of
from lending.jobs.schedule import Count, Job

SHOWN = timedelta(days=7)


@dataclass(frozen=True)
class RunView:
    """A run of a job."""

    job: str
    slot: datetime
    worker: str
    attempts: int
    claimed_at: datetime
    finished_at: datetime | None
    failed_at: datetime | None
    counts: tuple[Count, ...]
    """What it did, when it is done."""
    reason: str
    """Why it failed, if it did."""

    @property
    def seconds(self) -> float | None:
        """How long it took, if it is over."""
        over = self.finished_at or self.failed_at
        return None if over is None else (over - self.claimed_at).total_seconds()

    @property
    def state(self) -> str:
        """Return done, failed or running."""
        if self.finished_at is not None:
            return "done"
        return "failed" if self.failed_at is not None else "running"


@dataclass(frozen=True)
class JobView:
    """A job and what became of its runs over the last days."""

    name: str
    every: timedelta
    next_at: datetime
    last: RunView | None
    last_failure: RunView | None
    runs: int
    failures: int
    is_overdue: bool
    """Whether a run that is due has not begun for longer than a whole interval."""


@dataclass(frozen=True)
class JobsPage:
    """All jobs, and the worker that leads, if one does."""

    jobs: tuple[JobView, ...]
    worker: str
    leads_until: datetime | None
    now: datetime

    @property
    def is_alive(self) -> bool:
        """Whether a worker has given a sign of life."""
        return self.leads_until is not None and self.leads_until > self.now


def read_jobs(uow: UnitOfWork, jobs: Iterable[Job]) -> JobsPage:
    """Return what became of these jobs."""
    runs: dict[str, list[RunView]] = defaultdict(list)
    rows = uow.session.scalars(
        select(JobRun).where(JobRun.slot > uow.now - SHOWN).order_by(JobRun.slot.desc())
    )
    for run in rows:
        runs[run.job].append(_view(run))
    lease = uow.session.scalars(
        select(WorkerLease).order_by(WorkerLease.expires_at.desc()).limit(1)
    ).one_or_none()
    return JobsPage(
        jobs=tuple(_job(job, runs[job.name], uow.now) for job in jobs),
        worker=lease.worker if lease else "",
        leads_until=lease.expires_at if lease else None,
        now=uow.now,
    )


def _job(job: Job, runs: list[RunView], now: datetime) -> JobView:
    slot = job.slot_at(now)
    failed = [run for run in runs if run.state == "failed"]
    latest = runs[0].slot if runs else None
    return JobView(
        name=job.name,
        every=job.every,
        next_at=slot + job.every,
        last=runs[0] if runs else None,
        last_failure=failed[0] if failed else None,
        runs=len(runs),
        failures=len(failed),
        is_overdue=job.waits is None and (latest is None or latest < slot - job.every),
    )


def _view(run: JobRun) -> RunView:
    return RunView(
        run.job,
        run.slot,
        run.worker,
        run.attempts,
        run.claimed_at,
        run.finished_at,
        run.failed_at,
        counts_of(run) if run.finished_at is not None else (),
        run.result if run.failed_at is not None else "",
    )
