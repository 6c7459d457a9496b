"""Tables of rounds, pins and runs of the planner."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.db.base import Base, Id, Uuid, choice
from lending.logistics.means.models import Crew
from lending.logistics.models import Task
from lending.logistics.rounds.kinds import RunState, Version


class Round(Base):
    """What a crew does on a local day, as drafted or as published."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("crew_id", "day", "version"),
        CheckConstraint("leaves_at <= returns_at", name="order"),
        CheckConstraint("(break_starts_at IS NULL) = (break_ends_at IS NULL)", name="break"),
        Index("ix_round_authority", "authority_id", "day"),
    )

    id: Mapped[Id]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id"))
    day: Mapped[date]
    version: Mapped[Version] = mapped_column(choice(Version))
    leaves_at: Mapped[datetime]
    returns_at: Mapped[datetime]
    break_starts_at: Mapped[datetime | None]
    break_ends_at: Mapped[datetime | None]
    driving_minutes: Mapped[int]

    crew: Mapped[Crew] = relationship()
    stops: Mapped[list["Stop"]] = relationship(
        cascade="all, delete-orphan", order_by="Stop.position", back_populates="round"
    )


class Stop(Base):
    """A halt of a round: a task, or the depot to load again."""

    __tablename__ = "stop"
    __table_args__ = (
        UniqueConstraint("round_id", "position"),
        # A task is never planned twice, whoever plans at the same moment.
        UniqueConstraint("task_id", "version"),
        CheckConstraint("arrives_at <= starts_at AND starts_at <= ends_at", name="order"),
    )

    id: Mapped[Id]
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Counted from 1."""
    version: Mapped[Version] = mapped_column(choice(Version))
    """That of its round."""
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    """None: back at the depot, to load again."""
    arrives_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    round: Mapped[Round] = relationship(back_populates="stops")
    task: Mapped[Task | None] = relationship()


class Pin(Base):
    """A task that somebody fixed to a crew's day, and perhaps to a minute."""

    __tablename__ = "pin"

    task_id: Mapped[int] = mapped_column(
        ForeignKey("task.id", ondelete="CASCADE"), primary_key=True
    )
    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id"))
    day: Mapped[date]
    starts_at: Mapped[datetime | None]
    pinned_by: Mapped[str] = mapped_column(String(120))


class Publication(Base):
    """A week of rounds that was shown to the crews."""

    __tablename__ = "publication"
    __table_args__ = (Index("ix_publication_week", "authority_id", "monday"),)

    id: Mapped[Id]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    monday: Mapped[date]
    published_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(120))
    added: Mapped[int]
    moved: Mapped[int]
    """To another crew, day or time."""
    removed: Mapped[int]


class PlanRun(Base):
    """A plan of a week that was asked of the planner, and what it proposes."""

    __tablename__ = "plan_run"
    __table_args__ = (
        CheckConstraint("progress BETWEEN 0 AND 1000", name="progress"),
        Index("ix_plan_run_week", "authority_id", "monday"),
        Index("ix_plan_run_state", "state"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    monday: Mapped[date]
    state: Mapped[RunState] = mapped_column(choice(RunState))
    iterations: Mapped[int]
    """How often it may try."""
    seed: Mapped[int]
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    heard_at: Mapped[datetime]
    """The last sign of life: who is silent for long is taken for dead."""
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[int] = mapped_column(default=0)
    """Thousandths."""
    input_hash: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of what was asked: with iterations, seed and roads it gives the same plan again."""
    roads: Mapped[str] = mapped_column(String(120), default="")
    """Who told how long drives take, as `osrm, 3 pairs by great circle`."""
    proposal: Mapped[str] = mapped_column(Text, default="")
    """The plan as JSON."""
    bolder: Mapped[str] = mapped_column(Text, default="")
    """A second plan that moves more to serve more, where the first drops published tasks."""
    failure: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    decided_at: Mapped[datetime | None]
