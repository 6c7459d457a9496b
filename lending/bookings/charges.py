"""What a borrower owes for damage: the tables, which rooms above write and eligibility reads.

Damage is told and charged by the hand-over; whether somebody owes something is asked when the next
request is judged, which is further down.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.bookings.models import Booking
from lending.db.base import Base, Id, Uuid, choice
from lending.db.database import UnitOfWork
from lending.i18n import N_


class ChargeState(StrEnum):
    """Where a charge stands."""

    PROPOSED = "proposed"
    CONTESTED = "contested"
    ACCEPTED = "accepted"
    REDUCED = "reduced"
    UPHELD = "upheld"
    WAIVED = "waived"
    EXPORTED = "exported"
    CREDITING = "crediting"
    SETTLED = "settled"

    @property
    def label(self) -> str:
        """Return the gettext id of the state's name."""
        return {
            "proposed": N_("Charge proposed"),
            "contested": N_("Charge contested"),
            "accepted": N_("Charge accepted"),
            "reduced": N_("Charge reduced"),
            "upheld": N_("Charge upheld"),
            "waived": N_("Charge waived"),
            "exported": N_("Sent to the finance department"),
            "crediting": N_("Revenue order to be cancelled"),
            "settled": N_("Charge paid"),
        }[self.value]


DUE = frozenset({ChargeState.ACCEPTED, ChargeState.REDUCED, ChargeState.UPHELD})
"""Decided, and not yet with the finance department."""
FOR_FINANCE = DUE | {ChargeState.CREDITING}
"""What waits for the finance department: orders to issue, and to cancel."""
OWED = DUE | {ChargeState.EXPORTED}
"""What stands in the way of a new loan; what is only proposed, or contested, does not."""


class Charge(Base):
    """What the lender proposes to charge for what a statement found, and what became of it."""

    __tablename__ = "charge"
    __table_args__ = (
        CheckConstraint("cents >= 0 AND cents <= proposed_cents", name="cents"),
        Index("ix_charge_booking", "booking_id"),
        Index("ix_charge_state", "authority_id", "state"),
        Index("ix_charge_organisation", "organisation_id", "state"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), unique=True)
    """A statement is charged once."""
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("lending_policy.id"))
    """The version of the rules whose scale was counted with; none for those one begins with."""
    state: Mapped[ChargeState] = mapped_column(choice(ChargeState))
    proposed_cents: Mapped[int] = mapped_column(BigInteger)
    """By the scale."""
    cents: Mapped[int] = mapped_column(BigInteger)
    """What is asked for now."""
    bill: Mapped[str] = mapped_column(Text)
    """All that it takes to count it again (lending.handover.scale), as JSON."""
    proposed_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(String(60), default="")
    """The number of the titre de recettes, once there is one."""

    booking: Mapped[Booking] = relationship()
    moves: Mapped[list["ChargeMove"]] = relationship(
        cascade="all, delete-orphan", order_by="ChargeMove.id"
    )


class ChargeMove(Base):
    """A move of a charge from one state to another, with the words of whoever made it."""

    __tablename__ = "charge_move"
    __table_args__ = (Index("ix_charge_move_charge", "charge_id"),)

    id: Mapped[Id]
    charge_id: Mapped[int] = mapped_column(ForeignKey("charge.id", ondelete="CASCADE"))
    old: Mapped[ChargeState | None] = mapped_column(choice(ChargeState))
    new: Mapped[ChargeState] = mapped_column(choice(ChargeState))
    cents: Mapped[int] = mapped_column(BigInteger)
    """What is asked for from then on."""
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


def unpaid_charges(
    uow: UnitOfWork, organisation_ids: Collection[int], authority_ids: Collection[int]
) -> dict[tuple[int, int], int]:
    """Count by organisation and lender the charges that are decided and not paid."""
    rows = uow.session.execute(
        select(Charge.organisation_id, Charge.authority_id, func.count())
        .where(
            Charge.organisation_id.in_(organisation_ids),
            Charge.authority_id.in_(authority_ids),
            Charge.state.in_(OWED),
        )
        .group_by(Charge.organisation_id, Charge.authority_id)
    )
    return {(organisation, lender): count for organisation, lender, count in rows}
