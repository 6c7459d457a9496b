"""Tables of overrides: those that were proposed, and those that two people carried out."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base


class OverrideProposal(Base):
    """Somebody wants to grant a request although the rules say no; a second person decides."""

    __tablename__ = "override_proposal"
    __table_args__ = (CheckConstraint("motive <> ''", name="motive"),)

    booking_id: Mapped[int] = mapped_column(
        ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True
    )
    motive: Mapped[str] = mapped_column(Text)
    granted: Mapped[dict[str, int]] = mapped_column(JSON)
    """Pieces by number of the item, as JSON has them."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """What the borrower reads, where only a part is granted."""
    capacity_reason: Mapped[str] = mapped_column(Text, default="")
    opinions_reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class RulesOverridden(Base):
    """A request was granted although the rules said no."""

    __tablename__ = "rules_overridden"
    __table_args__ = (CheckConstraint("motive <> ''", name="motive"),)

    transition_id: Mapped[int] = mapped_column(
        ForeignKey("transition.id", ondelete="CASCADE"), primary_key=True
    )
    """Its author is the second person."""
    motive: Mapped[str] = mapped_column(Text)
    criteria: Mapped[str] = mapped_column(String(200))
    """Those that said no, separated by blanks."""
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    proposed_by_name: Mapped[str] = mapped_column(String(120))


class WorseOff(Base):
    """Somebody else could have had these pieces, had the rules been followed."""

    __tablename__ = "worse_off"
    __table_args__ = (CheckConstraint("pieces > 0", name="pieces"),)

    transition_id: Mapped[int] = mapped_column(
        ForeignKey("rules_overridden.transition_id", ondelete="CASCADE"), primary_key=True
    )
    line_id: Mapped[int] = mapped_column(
        ForeignKey("booking_line.id", ondelete="CASCADE"), primary_key=True
    )
    pieces: Mapped[int]
