"""Tables of field work."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.authorities.models import Depot
from lending.bookings.models import Booking
from lending.catalogue.models import Item
from lending.db.base import Base, Choices, Id, Uuid, choice
from lending.logistics.kinds import TaskKind, TaskState
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
    crew: Mapped[int]
    skills: Mapped[frozenset[Skill]] = mapped_column(Choices(Skill), default=frozenset())
    """What must be held, among those who do it."""
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
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    task_id: Mapped[int] = mapped_column(
        ForeignKey("task.id", ondelete="CASCADE"), primary_key=True
    )
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    quantity: Mapped[int]

    item: Mapped[Item] = relationship()
