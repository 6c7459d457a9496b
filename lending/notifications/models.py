"""Tables of messages, of how people want them, and of addresses that cannot be reached."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lending.accounts.models import User
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.db.base import Base, Id, Uuid, choice
from lending.notifications.kinds import Delivery, Family, Kind, Pace
from lending.organisations.models import Organisation


class Message(Base):
    """Something that one person, or one organisation's contact, is told once for one cause.

    It is written in the transaction of its cause, with everything that it says: what changes
    later does not change what was told.
    """

    __tablename__ = "message"
    __table_args__ = (
        # Never twice for the same cause, whoever writes it and however often.
        UniqueConstraint("cause", "recipient", "kind"),
        CheckConstraint("(user_id IS NULL) <> (organisation_id IS NULL)", name="recipient"),
        CheckConstraint("delivery <> 'waiting' OR due_at IS NOT NULL", name="due"),
        Index("ix_message_user", "user_id", "read_at", "id"),
        Index("ix_message_organisation", "organisation_id"),
        Index("ix_message_due", "delivery", "due_at"),
        Index("ix_message_booking", "booking_id"),
        Index("ix_message_digest", "digest_id"),
        Index("ix_message_created", "created_at"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    """Its Message-ID is made of it: a mail that is sent again is known by it."""
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    cause: Mapped[str] = mapped_column(String(120))
    """What happened, as `transition:12` or `reminder:7`."""
    recipient: Mapped[str] = mapped_column(String(60))
    """`person:3` or `organisation:4`."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE")
    )
    """Its contact, who needs no account and reads by mail only."""
    booking_id: Mapped[int | None] = mapped_column(ForeignKey(Booking.id, ondelete="CASCADE"))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey(Authority.id))
    """The lender in whose name it is sent; none: the installation."""
    language: Mapped[str] = mapped_column(String(5))
    data: Mapped[str] = mapped_column(Text)
    """What it says, as JSON."""
    path: Mapped[str] = mapped_column(String(200))
    """The page that its button opens."""
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    pace: Mapped[Pace] = mapped_column(choice(Pace))
    """How soon it is mailed, as its reader wanted when it was written."""
    delivery: Mapped[Delivery] = mapped_column(choice(Delivery))
    due_at: Mapped[datetime | None]
    """When it is mailed, or tried again; who tries moves it on first, and so claims it."""
    attempts: Mapped[int] = mapped_column(default=0)
    address: Mapped[str] = mapped_column(String(254), default="")
    """Where it was mailed last."""
    sent_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(Text, default="")
    """What the mail server said last, when it did not take it."""
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
    """The mail in which it goes together with others."""


class Preference(Base):
    """How somebody wants to hear of a family of messages."""

    __tablename__ = "message_preference"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    family: Mapped[Family] = mapped_column(choice(Family), primary_key=True)
    pace: Mapped[Pace] = mapped_column(choice(Pace))


class DeadAddress(Base):
    """An address that a mail server refuses for good: nothing more is mailed there."""

    __tablename__ = "dead_address"

    address: Mapped[str] = mapped_column(String(254), primary_key=True)
    """In lower case."""
    since: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
