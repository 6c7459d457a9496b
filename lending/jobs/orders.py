"""Runs asked for by hand: a row that the worker that leads carries out, once."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, text

from lending.accounts.permissions import Action, Principal
from lending.db.base import UtcDateTime
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.jobs.models import JobOrder, JobRun, WorkerLease
from lending.jobs.schedule import Job

_INSERT = text(
    "INSERT INTO job_order (job, asked_at, asked_by) VALUES (:job, :now, :name)"
    " ON CONFLICT (job) DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime()))


def order_run(uow: UnitOfWork, actor: Principal, jobs: Iterable[Job], name: str) -> None:
    """Ask for a run of a job as soon as possible; asking again before it is over changes nothing.

    Raises:
        NotSignedIn, Forbidden: the actor may not.
        NotFound: there is no such job.
    """
    actor.check(Action.RUN_JOBS)
    if name not in {job.name for job in jobs}:
        raise NotFound
    uow.session.execute(_INSERT, {"job": name, "now": uow.now, "name": actor.name[:120]})


def read_orders(uow: UnitOfWork) -> list[JobOrder]:
    """Return what was asked for and is not over, the oldest first."""
    return list(uow.session.scalars(select(JobOrder).order_by(JobOrder.asked_at)))


def drop_order_if_over(uow: UnitOfWork, job: Job) -> None:
    """Forget what was asked for when its run is done, or was tried often enough."""
    tried_enough = JobRun.failed_at.is_not(None) & (JobRun.attempts >= job.tries)
    over = (
        select(JobRun.slot)
        .where(
            JobRun.job == JobOrder.job,
            JobRun.slot == JobOrder.asked_at,
            or_(JobRun.finished_at.is_not(None), tried_enough),
        )
        .exists()
    )
    uow.session.execute(
        delete(JobOrder)
        .where(JobOrder.job == job.name, over)
        .execution_options(synchronize_session=False)
    )


def another_goes_on(uow: UnitOfWork, job: Job, slot: datetime) -> bool:
    """Return whether a run of the job for another time goes on; nothing is claimed meanwhile."""
    uow.session.scalars(select(WorkerLease.name).with_for_update()).all()
    going_on = select(JobRun.slot).where(
        JobRun.job == job.name,
        JobRun.slot != slot,
        JobRun.finished_at.is_(None),
        JobRun.failed_at.is_(None),
        JobRun.claimed_at > uow.now - job.patience,
    )
    return uow.session.scalar(going_on.limit(1)) is not None
