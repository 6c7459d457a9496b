"""Tables of runs and of the worker that leads."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base


class JobRun(Base):
    """A run of a job at its scheduled time: who inserted the row, runs it."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    """When it was scheduled, whenever it really began."""
    worker: Mapped[str] = mapped_column(String(80))
    attempts: Mapped[int]
    claimed_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    result: Mapped[str] = mapped_column(Text, default="")
    """What it counted, as JSON (see `runs.counts_of`), or why it failed."""


class WorkerLease(Base):
    """Which worker leads, and until when it does so without a sign of life."""

    __tablename__ = "worker_lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    worker: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime]
    expires_at: Mapped[datetime]
