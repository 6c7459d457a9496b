"""What people see of jobs: when each ran last, how long it took, what failed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select

from lending.db.database import UnitOfWork
from lending.jobs.backups import LastBackup, last_backup
from lending.jobs.models import JobRun, WorkerLease
from lending.jobs.orders import read_orders
from lending.jobs.runs import counts_of
from lending.jobs.schedule import Count, Job

SHOWN = timedelta(days=7)
PER_PAGE = 25


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
    failing: int
    """How many runs have failed since the last one that was done."""
    is_overdue: bool
    """Whether a run that is due has not begun for longer than a whole interval."""
    asked_at: datetime | None
    """When somebody asked for a run that is not over."""


@dataclass(frozen=True)
class JobsPage:
    """All jobs, and the worker that leads, if one does."""

    jobs: tuple[JobView, ...]
    worker: str
    leads_since: datetime | None
    leads_until: datetime | None
    backup: LastBackup | None
    now: datetime

    @property
    def is_alive(self) -> bool:
        """Whether a worker has given a sign of life."""
        return self.leads_until is not None and self.leads_until > self.now


@dataclass(frozen=True)
class History:
    """The runs of a job, the newest first, a page of them."""

    runs: tuple[RunView, ...]
    total: int
    page: int

    @property
    def longest(self) -> float:
        """The seconds of the longest of these runs, as the measure of the others."""
        return max((run.seconds or 0 for run in self.runs), default=0)


def read_jobs(uow: UnitOfWork, jobs: Iterable[Job]) -> JobsPage:
    """Return what became of these jobs; those that fail come first."""
    runs = _Runs(uow)
    views = [_job(job, runs, uow.now) for job in jobs]
    lease = uow.session.scalars(
        select(WorkerLease).order_by(WorkerLease.expires_at.desc()).limit(1)
    ).one_or_none()
    return JobsPage(
        jobs=tuple(sorted(views, key=lambda view: not view.failing)),
        worker=lease.worker if lease else "",
        leads_since=lease.since if lease else None,
        leads_until=lease.expires_at if lease else None,
        backup=last_backup(uow),
        now=uow.now,
    )


def read_history(uow: UnitOfWork, job: Job, page: int) -> History:
    """Return a page of the runs of a job, as long as they are kept."""
    of_job = JobRun.job == job.name
    total = uow.session.scalar(select(func.count()).select_from(JobRun).where(of_job)) or 0
    page = max(1, min(page, -(-total // PER_PAGE)))
    rows = uow.session.scalars(
        select(JobRun)
        .where(of_job)
        .order_by(JobRun.slot.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return History(tuple(_view(run) for run in rows), total, page)


class _Runs:
    """What became of all runs of the last days, in a fixed number of queries."""

    def __init__(self, uow: UnitOfWork) -> None:
        recent = JobRun.slot > uow.now - SHOWN
        session = uow.session
        counted = session.execute(
            select(JobRun.job, func.count(), func.count(JobRun.failed_at))
            .where(recent)
            .group_by(JobRun.job)
        )
        self.counts = {job: (runs, failures) for job, runs, failures in counted}
        self.last = _newest(uow, recent)
        self.last_failure = _newest(uow, recent & JobRun.failed_at.is_not(None))
        done = (
            select(JobRun.job, func.max(JobRun.slot).label("slot"))
            .where(JobRun.finished_at.is_not(None))
            .group_by(JobRun.job)
            .subquery()
        )
        failing = session.execute(
            select(JobRun.job, func.count())
            .outerjoin(done, done.c.job == JobRun.job)
            .where(
                recent,
                JobRun.failed_at.is_not(None),
                or_(done.c.slot.is_(None), JobRun.slot > done.c.slot),
            )
            .group_by(JobRun.job)
        )
        self.failing = {row[0]: row[1] for row in failing}
        self.asked = {order.job: order.asked_at for order in read_orders(uow)}


def _newest(uow: UnitOfWork, among: ColumnElement[bool]) -> dict[str, RunView]:
    newest = (
        select(JobRun.job, func.max(JobRun.slot).label("slot"))
        .where(among)
        .group_by(JobRun.job)
        .subquery()
    )
    rows = uow.session.scalars(
        select(JobRun).join(newest, (newest.c.job == JobRun.job) & (newest.c.slot == JobRun.slot))
    )
    return {run.job: _view(run) for run in rows}


def _job(job: Job, runs: _Runs, now: datetime) -> JobView:
    slot = job.slot_at(now)
    last = runs.last.get(job.name)
    count, failures = runs.counts.get(job.name, (0, 0))
    return JobView(
        name=job.name,
        every=job.every,
        next_at=slot + job.every,
        last=last,
        last_failure=runs.last_failure.get(job.name),
        runs=count,
        failures=failures,
        failing=runs.failing.get(job.name, 0),
        is_overdue=job.waits is None and (last is None or last.slot < slot - job.every),
        asked_at=runs.asked.get(job.name),
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
