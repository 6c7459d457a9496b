"""Tables of statements (états des lieux), and of loans that were told to be late."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.bookings.models import Booking, BookingLine
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_models import Unit
from lending.db.base import Base, Id, Uuid, choice
from lending.handover.kinds import Fate, Place, Standing, StatementKind


class Statement(Base):
    """What left, or came back, in what state, and who said so.

    The key names it, given by whoever tells: what comes twice is written once.
    """

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("booking_id", "key"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="position"),
        Index("ix_statement_standing", "standing"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[StatementKind] = mapped_column(choice(StatementKind))
    standing: Mapped[Standing] = mapped_column(choice(Standing))
    happened_at: Mapped[datetime]
    """By the clock of the telephone, which may have been out of reach for hours."""
    arrived_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    told_by: Mapped[str] = mapped_column(String(120))
    place: Mapped[Place] = mapped_column(choice(Place))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    rest_follows: Mapped[bool] = mapped_column(default=False)
    """Whether what did not leave is brought later, and stays reserved until then."""
    borrower_name: Mapped[str] = mapped_column(String(120), default="")
    """Who received it, or brought it back."""
    lender_name: Mapped[str] = mapped_column(String(120), default="")
    borrower_signature: Mapped[str] = mapped_column(String(32), default="")
    """The name of the picture of what was drawn, as `lender_signature`."""
    lender_signature: Mapped[str] = mapped_column(String(32), default="")
    is_contradictory: Mapped[bool] = mapped_column(default=False)
    """Whether both sides were there and agreed."""
    absence: Mapped[str] = mapped_column(String(300), default="")
    """Why it is not."""
    remarks: Mapped[str] = mapped_column(Text, default="")

    booking: Mapped[Booking] = relationship()
    lines: Mapped[list["StatementLine"]] = relationship(
        cascade="all, delete-orphan", order_by="StatementLine.line_id"
    )
    photos: Mapped[list["StatementPhoto"]] = relationship(
        cascade="all, delete-orphan", order_by="StatementPhoto.id"
    )
    units: Mapped[list["StatementUnit"]] = relationship(
        cascade="all, delete-orphan", order_by="StatementUnit.unit_id"
    )


class StatementLine(Base):
    """What a statement says of one line of the booking."""

    __tablename__ = "statement_line"
    __table_args__ = (
        CheckConstraint(
            "delivered >= 0 AND returned >= 0 AND dirty >= 0 AND damaged >= 0 AND lost >= 0",
            name="counts",
        ),
        CheckConstraint("dirty <= returned", name="dirty"),
    )

    statement_id: Mapped[int] = mapped_column(
        ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True
    )
    line_id: Mapped[int] = mapped_column(
        ForeignKey("booking_line.id", ondelete="CASCADE"), primary_key=True
    )
    expected: Mapped[int]
    """How many were to leave, or to come back."""
    delivered: Mapped[int] = mapped_column(default=0)
    returned: Mapped[int] = mapped_column(default=0)
    """In good order, or dirty."""
    dirty: Mapped[int] = mapped_column(default=0)
    damaged: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    condition: Mapped[Condition | None] = mapped_column(choice(Condition))
    remark: Mapped[str] = mapped_column(String(300), default="")
    maintenance_id: Mapped[int | None] = mapped_column(
        ForeignKey("maintenance.id", ondelete="SET NULL")
    )
    """The repair of what is damaged."""

    line: Mapped[BookingLine] = relationship()


class StatementUnit(Base):
    """What a statement says of one numbered unit."""

    __tablename__ = "statement_unit"

    statement_id: Mapped[int] = mapped_column(
        ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(
        ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True
    )
    fate: Mapped[Fate] = mapped_column(choice(Fate))
    condition: Mapped[Condition | None] = mapped_column(choice(Condition))

    unit: Mapped[Unit] = relationship()


class StatementPhoto(Base):
    """A picture that was told with a statement, of one line or of all."""

    __tablename__ = "statement_photo"
    __table_args__ = (Index("ix_statement_photo_statement", "statement_id"),)

    id: Mapped[Id]
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id", ondelete="CASCADE"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("booking_line.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(32))


class LateLoan(Base):
    """A loan that was told to be late: it is told once."""

    __tablename__ = "late_loan"

    booking_id: Mapped[int] = mapped_column(
        ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True
    )
    told_at: Mapped[datetime]
