"""The table of what was forgotten."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id


class Erasure(Base):
    """The contacts of an organisation were made anonymous."""

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_organisation", "organisation_id", "at"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    by_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text, default="")
    """Empty when the time of the rules was over."""
