"""Tables of lending policies and of the rounds that they announce."""

from datetime import date, datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.authorities.models import Authority
from lending.db.base import Base, Id, Uuid
from lending.db.guards import Guard, guard_with_its_table


class LendingPolicy(Base):
    """A version of an authority's rules: a draft, or published and then never altered."""

    __tablename__ = "lending_policy"
    __table_args__ = (
        UniqueConstraint("authority_id", "number"),
        CheckConstraint("(number IS NULL) = (published_at IS NULL)", name="numbered"),
        CheckConstraint("(number IS NULL) = (effective_at IS NULL)", name="dated"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), index=True)
    number: Mapped[int | None]
    """From 1 on, without gap; none while it is a draft."""
    effective_on: Mapped[date | None]
    """From the beginning of this local day on it is in force."""
    effective_at: Mapped[datetime | None]
    """The same as an instant."""
    vote_reference: Mapped[str] = mapped_column(String(120), default="")
    """Of the vote of the assembly: its number and date."""
    note: Mapped[str] = mapped_column(Text, default="")
    """What changes and why, in words for the public."""
    content: Mapped[str] = mapped_column(Text)
    """The `Rules` as JSON, keys in order."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the content."""
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))

    authority: Mapped[Authority] = relationship()


GUARD = Guard(
    "lending_policy",
    key=("id",),
    other_keys=(("uuid",), ("authority_id", "number")),
    free_until="number",
)
"""What is published stays; the migration makes this too."""

guard_with_its_table(cast(Table, LendingPolicy.__table__), GUARD)


class AllocationRound(Base):
    """A period whose requests wait, to be decided together."""

    __tablename__ = "allocation_round"
    __table_args__ = (
        CheckConstraint("period_start < period_end", name="period"),
        CheckConstraint("opens_at < cut_off_at AND cut_off_at <= decides_at", name="order"),
        CheckConstraint("adopted_at IS NULL OR cancelled_at IS NULL", name="ended"),
        Index("ix_allocation_round_authority", "authority_id", "period_start"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    name: Mapped[str] = mapped_column(String(120))
    period_start: Mapped[datetime]
    period_end: Mapped[datetime]
    """Loans that begin in `[period_start, period_end)` are decided by it."""
    opens_at: Mapped[datetime]
    cut_off_at: Mapped[datetime]
    """Files complete by then take part."""
    decides_at: Mapped[datetime]
    """By when the authority says it will decide."""
    seed: Mapped[str] = mapped_column(String(64))
    """Of the lottery; shown to nobody before the round is adopted."""
    commitment: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the seed, published from the beginning."""
    announced_at: Mapped[datetime]
    announced_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    adopted_at: Mapped[datetime | None]
    adopted_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")

    authority: Mapped[Authority] = relationship()
