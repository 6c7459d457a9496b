"""The table of holds: the one thing that takes stock."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id, choice

SHORT_SECONDS = 15 * 24 * 3600
"""Holds up to this long are found by their start, the few longer ones by their end: without the
two tiers a query would read the whole past of an item (docs/adr/0001)."""

_SHORT = text(f"ends - starts <= {SHORT_SECONDS}")
_LONG = text(f"ends - starts > {SHORT_SECONDS}")

SHORT_TIER: ColumnElement[bool] = literal_column(f"ends - starts <= {SHORT_SECONDS}")
LONG_TIER: ColumnElement[bool] = literal_column(f"ends - starts > {SHORT_SECONDS}")
OUT = text("is_out")
"""The very words of the partial index: SQLite would not recognise it in `is_out = 1`."""


class HoldKind(StrEnum):
    """Why stock is taken."""

    OPTION = "option"
    """A request that is not decided."""
    DECIDED = "decided"
    """A loan that was granted."""
    MAINTENANCE = "maintenance"


def _tier(name: str, *columns: str, where: object) -> Index:
    return Index(name, *columns, postgresql_where=where, sqlite_where=where)


class Hold(Base):
    """A quantity of an item taken over `[starts, ends)`, preparation and turnaround included.

    The bounds are whole seconds since 1970 (UTC), frozen when the hold is made: a later change
    of the item's preparation time does not move what was promised.
    """

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("ends > starts", name="order"),
        _tier("ix_hold_short_item", "item_id", "starts", "ends", "quantity", where=_SHORT),
        _tier("ix_hold_short_time", "starts", "ends", "item_id", "quantity", where=_SHORT),
        _tier("ix_hold_long_item", "item_id", "ends", "starts", "quantity", where=_LONG),
        _tier("ix_hold_long_time", "ends", "starts", "item_id", "quantity", where=_LONG),
        _tier("ix_hold_out", "ends", "item_id", "quantity", where=OUT),
        Index("ix_hold_booking_line", "booking_line_id"),
        Index("ix_hold_maintenance", "maintenance_id"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    starts: Mapped[int] = mapped_column(BigInteger)
    ends: Mapped[int] = mapped_column(BigInteger)
    quantity: Mapped[int]
    kind: Mapped[HoldKind] = mapped_column(choice(HoldKind))
    is_out: Mapped[bool] = mapped_column(default=False)
    """Whether the pieces have left the depot: until they are back, the hold does not end."""
    booking_line_id: Mapped[int | None] = mapped_column(
        ForeignKey("booking_line.id", ondelete="CASCADE")
    )
    maintenance_id: Mapped[int | None] = mapped_column(
        ForeignKey("maintenance.id", ondelete="CASCADE")
    )
