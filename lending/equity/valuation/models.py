"""The table of what loans are worth."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.bookings.models import Booking
from lending.db.base import Base, Id, Uuid, choice
from lending.i18n import N_


class Stage(StrEnum):
    """When in its life a loan was valued."""

    GRANTED = "granted"
    REDUCED = "reduced"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Return the gettext id of the stage in words."""
        return {
            "granted": N_("when it was granted"),
            "reduced": N_("when a part was given back"),
            "closed": N_("when it was closed"),
            "cancelled": N_("when it was cancelled"),
        }[self.value]


class LoanValue(Base):
    """What a loan was worth at a stage; a row is never changed but for being replaced."""

    __tablename__ = "loan_value"
    __table_args__ = (
        CheckConstraint("cents >= 0", name="cents"),
        Index("ix_loan_value_year", "authority_id", "year", "organisation_id"),
        Index("ix_loan_value_organisation", "organisation_id", "year"),
        Index("ix_loan_value_booking", "booking_id"),
        # Of each loan one row counts.
        Index(
            "ix_loan_value_current",
            "booking_id",
            unique=True,
            sqlite_where=text("replaced_at IS NULL"),
            postgresql_where=text("replaced_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]
    """In which the loan begins, on the authority's clock: whose accounts it belongs to."""
    stage: Mapped[Stage] = mapped_column(choice(Stage))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("lending_policy.id"))
    """The version of the rules whose tariffs were counted with; none for those one begins with."""
    cents: Mapped[int] = mapped_column(BigInteger)
    breakdown: Mapped[str] = mapped_column(Text)
    """The `Valuation` as JSON."""
    valued_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]
    """When a later row took its place; the one without counts."""

    booking: Mapped[Booking] = relationship()
