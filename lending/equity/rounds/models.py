"""The table of shares: what a round gave for each line, and why."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.bookings.models import BookingLine
from lending.db.base import Base, choice
from lending.equity.allocation.values import Limit


class Share(Base):
    """What a round gave for a line of a request; the round is that of the booking."""

    __tablename__ = "allocation_share"
    __table_args__ = (
        CheckConstraint("granted >= 0 AND granted <= asked", name="granted"),
        CheckConstraint("place >= 1 AND rank >= 1", name="order"),
    )

    line_id: Mapped[int] = mapped_column(
        ForeignKey("booking_line.id", ondelete="CASCADE"), primary_key=True
    )
    round_id: Mapped[int] = mapped_column(ForeignKey("allocation_round.id"), index=True)
    asked: Mapped[int]
    granted: Mapped[int]
    limit: Mapped[Limit] = mapped_column("limited_by", choice(Limit))
    rank: Mapped[int]
    """Of the priority class."""
    place: Mapped[int]
    """Of the organisation when odd pieces were given."""
    served_cents: Mapped[int]
    """What the organisation received over the twelve months before."""
    ticket: Mapped[str] = mapped_column(String(64))
    tight_item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    """Of which the figures are: its own, or another of the same kit."""
    tight_from: Mapped[datetime]
    """The moment that decided, or the tightest one."""
    tight_until: Mapped[datetime]
    free_then: Mapped[int]
    """Left by the classes before."""
    asked_then: Mapped[int]
    """By everybody of the class."""

    line: Mapped[BookingLine] = relationship()
