"""Tables of the rates by which an authority counts its field work."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id


class WorkRate(Base):
    """A rate that an authority has set; of one that is not here, the default holds."""

    __tablename__ = "work_rate"

    authority_id: Mapped[int] = mapped_column(
        ForeignKey("authority.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    """The field of `lending.logistics.work.Rates`."""
    value: Mapped[int]


class WorkRateChange(Base):
    """Who changed a rate, when, from what to what; none is the default."""

    __tablename__ = "work_rate_change"
    __table_args__ = (Index("ix_work_rate_change_authority", "authority_id", "id"),)

    id: Mapped[Id]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    old: Mapped[int | None]
    new: Mapped[int | None]
    changed_by: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime]
