"""The table of decisions about the wind."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id


class WindCheck(Base):
    """Somebody looked at the forecast and said whether tents are set up; the latest one counts."""

    __tablename__ = "wind_check"
    __table_args__ = (
        CheckConstraint("forecast_kmh >= 0 AND limit_kmh > 0", name="speeds"),
        CheckConstraint("NOT is_go OR forecast_kmh <= limit_kmh", name="go"),
        Index("ix_wind_check_booking", "booking_id"),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    forecast_kmh: Mapped[int]
    limit_kmh: Mapped[int]
    is_go: Mapped[bool]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    by_name: Mapped[str] = mapped_column(String(120), default="")
