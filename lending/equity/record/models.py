"""The tables of the decision record."""

from datetime import datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id, choice
from lending.db.guards import Guard, guard_with_its_table
from lending.equity.record.decision import Kind


class DecisionRecord(Base):
    """A decision, as it was recorded: never changed, never removed.

    What is hashed is `payload`; `authority_id`, `sequence`, `kind`, `booking_id`, `round_id` and
    `recorded_at` repeat what it says, to be searched. The booking is named without a foreign key:
    the record outlives what it is about.
    """

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("authority_id", "sequence"),
        CheckConstraint("sequence > 0", name="sequence"),
        Index("ix_decision_booking", "booking_id"),
        Index("ix_decision_round", "round_id"),
    )

    id: Mapped[Id]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    sequence: Mapped[int]
    """From 1, without a gap, within the authority."""
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    booking_id: Mapped[int | None]
    round_id: Mapped[int | None]
    recorded_at: Mapped[datetime]
    payload: Mapped[str] = mapped_column(Text)
    """Canonical JSON (see canonical.py)."""
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class DecisionWords(Base):
    """The reason of a decision in words. It can be erased; its digest stays in the payload."""

    __tablename__ = "decision_words"
    __table_args__ = (
        CheckConstraint(
            "(words IS NULL) = (salt IS NULL) AND (words IS NULL) = (erased_at IS NOT NULL)",
            name="erased",
        ),
    )

    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    salt: Mapped[str | None] = mapped_column(String(32))
    words: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None]


class DecisionChain(Base):
    """The head of an authority's chain: the row that is locked to add to it."""

    __tablename__ = "decision_chain"

    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


class RecordCheck(Base):
    """What the last check of a lender's record found (see checks.py)."""

    __tablename__ = "record_check"

    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), primary_key=True)
    checked_at: Mapped[datetime]
    decisions: Mapped[int]
    erased: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    broken_at: Mapped[int | None]
    fault: Mapped[str] = mapped_column(String(20))
    told: Mapped[str] = mapped_column(Text)
    rounds: Mapped[int]
    differences: Mapped[int]
    doubts: Mapped[int]


GUARDS = (
    Guard("decision", key=("authority_id", "sequence")),
    Guard("decision_words", key=("decision_id",), erasable=("salt", "words")),
)
"""The migration makes them too: what copies the tables (SQLite's ALTER) makes them anew."""

for _model, _guard in zip((DecisionRecord, DecisionWords), GUARDS, strict=True):
    guard_with_its_table(cast(Table, _model.__table__), _guard)
