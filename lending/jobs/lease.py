"""The lease: which worker leads, and whether any lives.

The claims alone make each run happen once; the lease spares the other workers the polling and
is what a health page reads.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, text

from lending.db.base import UtcDateTime
from lending.db.database import UnitOfWork
from lending.jobs.models import WorkerLease

NAME = "worker"

_TAKE = text(
    "INSERT INTO worker_lease (name, worker, since, expires_at)"
    " VALUES (:name, :worker, :now, :expires_at) ON CONFLICT (name) DO UPDATE SET"
    " since = CASE WHEN worker_lease.worker = excluded.worker"
    " THEN worker_lease.since ELSE excluded.since END,"
    " worker = excluded.worker, expires_at = excluded.expires_at"
    " WHERE worker_lease.worker = excluded.worker OR worker_lease.expires_at <= :now"
    " RETURNING worker"
).bindparams(bindparam("now", type_=UtcDateTime()), bindparam("expires_at", type_=UtcDateTime()))


@dataclass(frozen=True)
class Leader:
    """The worker that leads, or led last."""

    worker: str
    since: datetime
    expires_at: datetime
    is_alive: bool


def take_lease(uow: UnitOfWork, worker: str, lasts: timedelta) -> bool:
    """Take the lease, or renew it. Returns whether the worker leads from now on."""
    values = {
        "name": NAME,
        "worker": worker,
        "now": uow.now,
        "expires_at": uow.now + lasts,
    }
    return uow.session.execute(_TAKE, values).first() is not None


def release_lease(uow: UnitOfWork, worker: str) -> None:
    """Let another worker lead at once."""
    ours = (WorkerLease.name == NAME) & (WorkerLease.worker == worker)
    uow.session.execute(delete(WorkerLease).where(ours))


def find_leader(uow: UnitOfWork) -> Leader | None:
    """Return who leads or led last, None when no worker ever ran."""
    lease = uow.session.get(WorkerLease, NAME)
    if lease is None:
        return None
    return Leader(lease.worker, lease.since, lease.expires_at, lease.expires_at > uow.now)
