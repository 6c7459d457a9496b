"""Tables of calendar subscriptions and of the entries that are kept rendered."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id, choice
from lending.i18n import N_


class View(StrEnum):
    """What a feed shows."""

    ORGANISATION = "organisation"
    """The bookings of an organisation."""
    ITEM = "item"
    """When an item is taken, and how much of it."""
    DEPOT = "depot"
    """What leaves a depot and comes back to it."""
    DEPARTMENT = "department"
    """What a department lends and gets back."""
    AUTHORITY = "authority"
    """Every request and loan of an authority."""
    CREW = "crew"
    """The stops of the rounds that a crew was shown."""
    AGENT = "agent"
    """The stops of the rounds with which an agent goes."""
    PROGRAMME = "programme"
    """The events that their organisations agreed to show; anyone reads it, without a secret."""

    @property
    def label(self) -> str:
        """Return the gettext id of the view's name."""
        return {
            "organisation": N_("Requests and loans"),
            "item": N_("Occupation of an item"),
            "depot": N_("Loans from a depot"),
            "department": N_("Loans from a department"),
            "authority": N_("All loans of a lender"),
            "crew": N_("Rounds of a crew"),
            "agent": N_("Rounds of an agent"),
            "programme": N_("Public programme"),
        }[self.value]

    @property
    def is_public(self) -> bool:
        """Whether it lies at an address that everybody knows, so that nobody subscribes."""
        return self is View.PROGRAMME

    @property
    def has_alarms(self) -> bool:
        """Whether a reader may want to be reminded of what it shows."""
        return self in (View.ORGANISATION, View.CREW, View.AGENT)


class Audience(StrEnum):
    """Whether the reader may know who has what."""

    PUBLIC = "public"
    STAFF = "staff"


class Installation(Base):
    """This installation, in one row: calendars need a name that no other one has."""

    __tablename__ = "installation"

    id: Mapped[Id]
    uuid: Mapped[str] = mapped_column(String(36))


class CalendarSubscription(Base):
    """A secret address at which one person, or one program, reads one feed.

    That of the public programme is nobody's, and its `token_hash` the hash of no secret.
    """

    __tablename__ = "calendar_subscription"
    __table_args__ = (Index("ix_calendar_subscription_scope", "view", "scope_id"),)

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    view: Mapped[View] = mapped_column(choice(View))
    scope_id: Mapped[int]
    """The organisation, item, depot, department, authority, crew or agent, as the view says; 0
    is the programme of all authorities."""
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id", ondelete="CASCADE"), index=True
    )
    api_token_id: Mapped[int | None] = mapped_column(
        ForeignKey("api_token.id", ondelete="CASCADE"), index=True
    )
    language: Mapped[str] = mapped_column(String(5))
    audience: Mapped[Audience] = mapped_column(choice(Audience))
    """What the reader was allowed to know at the last fetch."""
    with_alarms: Mapped[bool] = mapped_column(default=False)
    with_cancelled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    revoked_at: Mapped[datetime | None]
    etag: Mapped[str] = mapped_column(String(64), default="")
    """The feed's validator at the last fetch."""
    basis: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of all that it was made from: rights, and the mark of the feed."""
    etag_until: Mapped[datetime | None]
    """When it will be another even if nothing changes, because something leaves the feed."""
    changed_at: Mapped[datetime | None]
    """When that validator was first seen: the feed's Last-Modified."""


class CalendarFeed(Base):
    """A feed that somebody reads, and so is kept rendered: see `live.py`."""

    __tablename__ = "calendar_feed"
    __table_args__ = (UniqueConstraint("view", "scope_id", "language", "audience", "alarms"),)

    id: Mapped[Id]
    view: Mapped[View] = mapped_column(choice(View))
    scope_id: Mapped[int]
    language: Mapped[str] = mapped_column(String(5))
    audience: Mapped[Audience] = mapped_column(choice(Audience))
    alarms: Mapped[bool]
    mark: Mapped[str] = mapped_column(String(32))
    """Another one with each change; empty until the feed was rendered for the first time."""
    head: Mapped[bytes] = mapped_column(LargeBinary)
    """What stands before the first entry."""


class CalendarEntry(Base):
    """One entry of one feed, rendered in the transaction that changed what it shows."""

    __tablename__ = "calendar_entry"
    __table_args__ = (
        Index(
            "ix_calendar_entry_feed",
            "view",
            "scope_id",
            "language",
            "audience",
            "alarms",
            "uid",
            unique=True,
        ),
        Index("ix_calendar_entry_source", "source"),
    )

    id: Mapped[Id]
    view: Mapped[View] = mapped_column(choice(View))
    scope_id: Mapped[int]
    language: Mapped[str] = mapped_column(String(5))
    audience: Mapped[Audience] = mapped_column(choice(Audience))
    alarms: Mapped[bool]
    uid: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(40))
    """The row it is drawn from: `booking:12`, `maintenance:3`."""
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    """Whose affair it is: staff read only the entries of their own authorities."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sequence: Mapped[int]
    modified_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    """Of what it shows, its stamps left out."""
    version: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the body: a feed's validator is made of these, without reading bodies."""
    body: Mapped[bytes] = mapped_column(LargeBinary)
    cancelled_at: Mapped[datetime | None]
    shown_until: Mapped[datetime | None]
    """From then on it is left out of the feed; the row stays, so that its sequence goes on."""
