"""The table of lending policies."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.authorities.models import Authority
from lending.db.base import Base, Id, Uuid


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
