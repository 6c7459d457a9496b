"""Tables of opinions, and of who may give them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id, choice
from lending.i18n import N_


class Verdict(StrEnum):
    """What a department thinks of a request."""

    PENDING = "pending"
    FAVOURABLE = "favourable"
    UNFAVOURABLE = "unfavourable"
    NOT_CONCERNED = "not_concerned"

    @property
    def label(self) -> str:
        """Return the gettext id of the verdict in words."""
        return {
            "pending": N_("Awaited"),
            "favourable": N_("Favourable"),
            "unfavourable": N_("Unfavourable"),
            "not_concerned": N_("Not concerned"),
        }[self.value]


class Opinion(Base):
    """What a department was asked about a request, and what it answered."""

    __tablename__ = "opinion"
    __table_args__ = (
        UniqueConstraint("booking_id", "department_id"),
        CheckConstraint("verdict <> 'unfavourable' OR reason <> ''", name="reason"),
        CheckConstraint("(verdict = 'pending') = (at IS NULL)", name="answered"),
        Index("ix_opinion_department", "department_id", "verdict"),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    asked_at: Mapped[datetime]
    verdict: Mapped[Verdict] = mapped_column(choice(Verdict), default=Verdict.PENDING)
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    by_name: Mapped[str] = mapped_column(String(120), default="")
    for_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Whose delegation the giver held, if it was not their own word."""
    for_name: Mapped[str] = mapped_column(String(120), default="")
    at: Mapped[datetime | None]


class DepartmentMember(Base):
    """Somebody who works for a department, and speaks for it."""

    __tablename__ = "department_member"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True
    )
    department_id: Mapped[int] = mapped_column(
        ForeignKey("department.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Delegation(Base):
    """Somebody lets a colleague give opinions during an absence, both days included."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="days"),
        CheckConstraint("from_id <> to_id", name="two_people"),
        Index("ix_delegation_to", "to_id", "last_day"),
    )

    id: Mapped[Id]
    from_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    created_at: Mapped[datetime]


class DecidedAgainst(Base):
    """A request was granted while opinions were awaited or against it."""

    __tablename__ = "decided_against"
    __table_args__ = (
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("pending + unfavourable > 0", name="something"),
    )

    transition_id: Mapped[int] = mapped_column(
        ForeignKey("transition.id", ondelete="CASCADE"), primary_key=True
    )
    reason: Mapped[str] = mapped_column(Text)
    pending: Mapped[int]
    """How many opinions were awaited."""
    unfavourable: Mapped[int]
