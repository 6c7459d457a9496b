"""Tables of runs, of what was asked for, of findings, and of the worker that leads."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id, choice
from lending.jobs.finding_kinds import FindingKind


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


class JobOrder(Base):
    """A run that somebody asked for: the row stays until the run is over."""

    __tablename__ = "job_order"

    job: Mapped[str] = mapped_column(String(60), primary_key=True)
    asked_at: Mapped[datetime]
    """The run's scheduled time."""
    asked_by: Mapped[str] = mapped_column(String(120))


class Finding(Base):
    """Something that a nightly check found; the row is gone when it is put right."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("kind", "authority_id", "subject_id"),)

    id: Mapped[Id]
    kind: Mapped[FindingKind] = mapped_column(choice(FindingKind))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    subject_id: Mapped[int]
    """The number of what it is about: of what, the kind says."""
    name: Mapped[str] = mapped_column(String(200))
    day: Mapped[date | None]
    reference: Mapped[str] = mapped_column(String(20), default="")
    since: Mapped[datetime]


class WorkerLease(Base):
    """Which worker leads, and until when it does so without a sign of life."""

    __tablename__ = "worker_lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    worker: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime]
    expires_at: Mapped[datetime]
