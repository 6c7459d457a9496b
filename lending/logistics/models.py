"""Tables of field work."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.authorities.models import Depot
from lending.bookings.models import Booking
from lending.catalogue.models import Item
from lending.db.base import Base, Choices, Id, Uuid, choice
from lending.logistics.kinds import TaskKind, TaskState, Told
from lending.skills import Skill


class Task(Base):
    """One piece of field work for a booking.

    Booking, kind, depot and part say which one it is: when the booking changes, what remains
    needed keeps its row, its number and what was done of it.
    """

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("latest > earliest", name="window"),
        CheckConstraint("part BETWEEN 1 AND parts", name="part"),
        CheckConstraint("minutes > 0 AND crew > 0", name="effort"),
        Index("ix_task_booking", "booking_id"),
        Index("ix_task_authority", "authority_id", "earliest"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id"))
    kind: Mapped[TaskKind] = mapped_column(choice(TaskKind))
    part: Mapped[int]
    """Which trip, counted from 1."""
    parts: Mapped[int]
    state: Mapped[TaskState] = mapped_column(choice(TaskState))
    earliest: Mapped[datetime]
    latest: Mapped[datetime]
    """It begins and ends between the two."""
    minutes: Mapped[int]
    """How long it takes `crew` people."""
    base_minutes: Mapped[int]
    """The same without the correction of its kind, for what it took to be compared with."""
    crew: Mapped[int]
    skills: Mapped[frozenset[Skill]] = mapped_column(Choices(Skill), default=frozenset())
    """What must be held, among those who do it."""
    needs_lift: Mapped[bool] = mapped_column(default=False)
    """Whether one person alone needs a vehicle with a tail lift; two people do not."""
    weight_g: Mapped[int]
    volume_l: Mapped[int]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(120), default="")
    """Who said last that it began, ended or could not be done."""
    problem: Mapped[str] = mapped_column(Text, default="")

    booking: Mapped[Booking] = relationship()
    depot: Mapped[Depot | None] = relationship()
    lines: Mapped[list["TaskLine"]] = relationship(
        cascade="all, delete-orphan", order_by="TaskLine.item_id"
    )


class TaskLine(Base):
    """How many pieces of an item a task is about."""

    __tablename__ = "task_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("done >= 0", name="done"),
    )

    task_id: Mapped[int] = mapped_column(
        ForeignKey("task.id", ondelete="CASCADE"), primary_key=True
    )
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    quantity: Mapped[int]
    done: Mapped[int | None]
    """How many were brought, or fetched, once somebody counted."""

    item: Mapped[Item] = relationship()


class TaskEvent(Base):
    """What somebody told of a task. Rows are added, never changed.

    The key names it, given by whoever tells: what comes twice is written once.
    """

    __tablename__ = "task_event"
    __table_args__ = (UniqueConstraint("task_id", "key"),)

    id: Mapped[Id]
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[Told] = mapped_column(choice(Told))
    happened_at: Mapped[datetime]
    """By the clock of the telephone, which may have been out of reach for hours."""
    arrived_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    told_by: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text, default="")
    counts: Mapped[str] = mapped_column(Text, default="")
    """Pieces by the number of their item, as a JSON object; empty when nobody counted."""
    photo: Mapped[str] = mapped_column(String(32), default="")
    receiver: Mapped[str] = mapped_column(String(120), default="")
    """Who confirmed it on the spot."""
    signature: Mapped[str] = mapped_column(String(32), default="")
    """The name of the picture of what was drawn."""
    has_moved: Mapped[bool]
    """Whether it changed where the task stands, and did not merely agree."""
    conflict: Mapped[TaskState | None] = mapped_column(choice(TaskState))
    """Where somebody else had brought the task meanwhile: what was told did not change it."""
