"""The table of assignments: which numbered unit goes with which line of a booking, and when."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    String,
    event,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.bookings.models import BookingLine
from lending.catalogue.unit_models import Unit
from lending.db.base import Base, Id, choice
from lending.handover.kinds import Fate

_OUT = "left_at IS NOT NULL AND returned_at IS NULL"
OUT: ColumnElement[bool] = literal_column(_OUT)

NEVER_TWICE = (
    "ALTER TABLE unit_assignment ADD CONSTRAINT ex_unit_assignment_never_twice EXCLUDE USING gist"
    " (int4range(unit_id, unit_id, '[]') WITH &&, int8range(starts, ends) WITH &&)"
)
"""PostgreSQL itself refuses a unit at two places at once.

The range of a single number stands for equality, which GiST has for ranges without an extension.
SQLite has no such constraint: there the rule is kept under the lock alone.
"""


class Assignment(Base):
    """A unit that goes with a booking's line over `[starts, ends)`.

    The bounds are those of the line's hold, frozen when the unit was chosen: whole seconds since
    1970 (UTC), preparation and turnaround included.
    """

    __tablename__ = "unit_assignment"
    __table_args__ = (
        CheckConstraint("ends > starts", name="order"),
        CheckConstraint("returned_at IS NULL OR left_at IS NOT NULL", name="left_first"),
        CheckConstraint("(returned_at IS NULL) = (fate IS NULL)", name="fate"),
        Index("ix_unit_assignment_line", "line_id"),
        Index("ix_unit_assignment_unit", "unit_id", "ends"),
        Index(
            "ix_unit_assignment_out",
            "unit_id",
            unique=True,
            postgresql_where=text(_OUT),
            sqlite_where=text(_OUT),
        ),
    )

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    line_id: Mapped[int] = mapped_column(ForeignKey("booking_line.id", ondelete="CASCADE"))
    starts: Mapped[int] = mapped_column(BigInteger)
    ends: Mapped[int] = mapped_column(BigInteger)
    assigned_at: Mapped[datetime]
    assigned_by: Mapped[str] = mapped_column(String(120), default="")
    left_at: Mapped[datetime | None]
    """When it left the depot; until it is back, also late, it can go with no other booking."""
    returned_at: Mapped[datetime | None]
    fate: Mapped[Fate | None] = mapped_column(choice(Fate))
    """What became of it, once it is not away any more."""

    unit: Mapped[Unit] = relationship()
    line: Mapped[BookingLine] = relationship()

    @property
    def is_out(self) -> bool:
        """Whether it is away."""
        return self.left_at is not None and self.returned_at is None


def refuse_doubles(connection: Connection) -> None:
    """Let PostgreSQL refuse a unit at two places at once; the table exists."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(NEVER_TWICE))


@event.listens_for(Assignment.__table__, "after_create")
def _made(target: object, connection: Connection, **_: object) -> None:
    refuse_doubles(connection)
