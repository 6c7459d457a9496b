"""Tables of closed days and of the calendars that tell them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.authorities.models import Authority, Depot
from lending.closures.problems import Problem
from lending.db.base import Base, Id, Uuid, choice


class CalendarSource(Base):
    """A calendar that somebody else keeps: a file that was sent, or an address that is read."""

    __tablename__ = "calendar_source"
    __table_args__ = (Index("ix_calendar_source_authority", "authority_id"),)

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id", ondelete="CASCADE"))
    """The depot it is about; all of the authority without."""
    name: Mapped[str] = mapped_column(String(120))
    closes: Mapped[bool]
    """Whether its days are closed; otherwise they are only shown, as school holidays are."""
    address: Mapped[str] = mapped_column(String(1000), default="")
    """Where it is read again; empty for a file."""
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The last good copy."""
    etag: Mapped[str] = mapped_column(String(200), default="")
    last_modified: Mapped[str] = mapped_column(String(60), default="")
    good_at: Mapped[datetime]
    """When the copy was last known to be what the address gives."""
    tried_at: Mapped[datetime]
    problem: Mapped[Problem | None] = mapped_column(choice(Problem))
    """What was wrong at the last try; none when it went well."""
    problem_number: Mapped[int | None]
    """The line, the limit or the status that the problem is about."""

    authority: Mapped[Authority] = relationship()
    depot: Mapped[Depot | None] = relationship()


class Closure(Base):
    """Local days, both included, on which an authority or one of its depots is closed."""

    __tablename__ = "closure"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="order"),
        Index("ix_closure_authority", "authority_id", "last_day"),
        Index("ix_closure_source", "source_id"),
    )

    id: Mapped[Id]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id", ondelete="CASCADE"))
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id", ondelete="CASCADE"))
    source_id: Mapped[int | None] = mapped_column(
        ForeignKey("calendar_source.id", ondelete="CASCADE")
    )
    """The calendar that tells it; none when it was typed."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    title: Mapped[str] = mapped_column(String(200))
    closes: Mapped[bool]
    """False: shown, without closing anything."""

    depot: Mapped[Depot | None] = relationship()
    source: Mapped[CalendarSource | None] = relationship()
