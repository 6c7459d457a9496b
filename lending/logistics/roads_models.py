"""The table of drives that a service has measured."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base


class Road(Base):
    """How long the drive from one point to another takes, as a service told it."""

    __tablename__ = "road"
    __table_args__ = (
        CheckConstraint("minutes >= 0", name="minutes"),
        Index("ix_road_measured", "measured_at"),
    )

    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Of vehicle."""
    origin: Mapped[str] = mapped_column(String(24), primary_key=True)
    """Latitude and longitude, to some ten metres."""
    destination: Mapped[str] = mapped_column(String(24), primary_key=True)
    minutes: Mapped[int | None]
    """With parking and leaving; None: the service knows no road."""
    source: Mapped[str] = mapped_column(String(32))
    """The service that told it."""
    measured_at: Mapped[datetime]
