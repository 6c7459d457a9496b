"""Tables of events, bookings, their lines and their history."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, Time
from sqlalchemy.orm import Mapped, composite, mapped_column, relationship

from lending.authorities.models import Authority, Commune, Competence
from lending.bookings.states import RefusalReason, State
from lending.catalogue.models import Item, Kit
from lending.catalogue.plugs import Plug
from lending.db.base import Base, Id, Uuid, choice
from lending.i18n import N_
from lending.organisations.models import Organisation


class Logistics(StrEnum):
    """Who carries and who sets up."""

    PICKUP = "pickup"
    DELIVERY = "delivery"
    DELIVERY_SETUP = "delivery_setup"

    @property
    def label(self) -> str:
        """Return the gettext id of the way's name."""
        return {
            "pickup": N_("Collection at the depot"),
            "delivery": N_("Delivery"),
            "delivery_setup": N_("Delivery and set-up"),
        }[self.value]


class Source(StrEnum):
    """How a request came in."""

    WEB = "web"
    PHONE = "phone"
    API = "api"


@dataclass(frozen=True)
class SiteAccess:
    """How to reach the place of an event with a vehicle, and whom to ask for there."""

    contact: str = ""
    phone: str = ""
    note: str = ""
    """Gate, code, slope, where to put things down."""
    opens: time | None = None
    """From when one gets in, each day, in local time; always without."""
    closes: time | None = None
    plan: str = ""
    """The name of a picture that shows where to stop and where things go; empty without."""


class Ground(StrEnum):
    """What the equipment stands on."""

    SOFT = "soft"
    HARD = "hard"

    @property
    def label(self) -> str:
        """Return the gettext id of the ground's name."""
        return {"soft": N_("Grass or earth: stakes hold"), "hard": N_("Tarmac, paving, indoors")}[
            self.value
        ]


@dataclass(frozen=True)
class SiteSetting:
    """How things are set up on the place of an event; None where nobody has said."""

    tents_apart_m: int | None = None
    """The smallest distance between two tents."""
    ground: Ground | None = None
    stage_height_cm: int | None = None
    power: Plug | None = None
    """The strongest socket there."""
    sockets: int = 0
    """How many ordinary ones, of 16 A."""


class Event(Base):
    """What an organisation prepares: a festival, a fair, a tournament."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("attendance IS NULL OR attendance >= 0", name="attendance"),
        Index("ix_event_organisation", "organisation_id", "starts_at"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    commune_insee: Mapped[str] = mapped_column(ForeignKey("commune.insee"))
    competence: Mapped[Competence] = mapped_column(choice(Competence))
    attendance: Mapped[int | None]
    site_address: Mapped[str] = mapped_column(String(250), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    access: Mapped[SiteAccess] = composite(
        mapped_column("site_contact", String(120), default=""),
        mapped_column("site_phone", String(30), default=""),
        mapped_column("site_access", String(500), default=""),
        mapped_column("site_opens", Time),
        mapped_column("site_closes", Time),
        mapped_column("site_plan", String(64), default=""),
    )
    setting: Mapped[SiteSetting] = composite(
        mapped_column("site_tents_apart_m"),
        mapped_column("site_ground", choice(Ground)),
        mapped_column("site_stage_height_cm"),
        mapped_column("site_power", choice(Plug)),
        mapped_column("site_sockets", default=0),
    )
    description: Mapped[str] = mapped_column(Text, default="")
    is_public: Mapped[bool] = mapped_column(default=False)
    """Whether the organisation agrees that the public programme shows it."""

    organisation: Mapped[Organisation] = relationship()
    commune: Mapped[Commune] = relationship()


class Booking(Base):
    """One organisation's request to one authority for one event."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="order"),
        Index("ix_booking_state", "authority_id", "state", "starts_at"),
        Index("ix_booking_organisation", "organisation_id", "starts_at"),
        Index("ix_booking_period", "starts_at", "ends_at"),
        Index("ix_booking_option", "state", "option_until"),
        Index("ix_booking_round", "round_id"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    state: Mapped[State] = mapped_column(choice(State))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    logistics: Mapped[Logistics] = mapped_column(choice(Logistics))
    note: Mapped[str] = mapped_column(Text, default="")
    """What the borrower wants to say."""
    source: Mapped[Source] = mapped_column(choice(Source))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    submitted_at: Mapped[datetime | None]
    complete_at: Mapped[datetime | None]
    """When the file became complete; with `arrival` it fixes the order of decisions."""
    arrival: Mapped[int | None]
    """The number of the complete file, without gap within its authority."""
    option_until: Mapped[datetime | None]
    pieces_until: Mapped[datetime | None]
    """Until when the borrower has time to hand in what is missing; none if nothing is."""
    waiting_since: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("allocation_round.id"))
    """The round that decides about it, or did; until then it holds nothing."""
    is_safety: Mapped[bool] = mapped_column(default=False)
    """Whether it serves elections, safety or a crisis; staff say so, with a reason."""
    refusal_reason: Mapped[RefusalReason | None] = mapped_column(choice(RefusalReason))

    organisation: Mapped[Organisation] = relationship()
    authority: Mapped[Authority] = relationship()
    event: Mapped[Event] = relationship()
    lines: Mapped[list["BookingLine"]] = relationship(
        back_populates="booking", cascade="all, delete-orphan", order_by="BookingLine.id"
    )
    transitions: Mapped[list["Transition"]] = relationship(
        cascade="all, delete-orphan", order_by="Transition.id"
    )


class BookingLine(Base):
    """A quantity of one item; requested >= granted >= delivered >= returned + damaged + lost."""

    __tablename__ = "booking_line"
    __table_args__ = (
        CheckConstraint("requested > 0", name="requested"),
        CheckConstraint("granted IS NULL OR granted BETWEEN 0 AND requested", name="granted"),
        CheckConstraint("delivered >= 0 AND delivered <= COALESCE(granted, 0)", name="delivered"),
        CheckConstraint(
            "awaited >= 0 AND delivered + awaited <= COALESCE(granted, 0)", name="awaited"
        ),
        CheckConstraint("returned >= 0 AND damaged >= 0 AND lost >= 0", name="counts"),
        CheckConstraint("returned + damaged + lost <= delivered", name="returned"),
        Index("ix_booking_line_booking", "booking_id", "item_id", unique=True),
        Index("ix_booking_line_item", "item_id"),
    )

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"))
    requested: Mapped[int]
    granted: Mapped[int | None]
    delivered: Mapped[int] = mapped_column(default=0)
    awaited: Mapped[int] = mapped_column(default=0)
    """Of a loan that is out: what a later delivery brings, and what is reserved for it."""
    returned: Mapped[int] = mapped_column(default=0)
    damaged: Mapped[int] = mapped_column(default=0)
    lost: Mapped[int] = mapped_column(default=0)
    all_or_nothing: Mapped[bool] = mapped_column(default=False)
    """Whether a part of what is requested is of no use to who asks."""
    note: Mapped[str] = mapped_column(String(300), default="")

    booking: Mapped[Booking] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship()
    kits: Mapped[list["LineKit"]] = relationship(
        back_populates="line", cascade="all, delete-orphan", order_by="LineKit.kit_id"
    )


class LineKit(Base):
    """So many pieces of a line are asked for as parts of kits; the rest of it by itself.

    The lines of one kit in one booking have the same number of units; what one unit takes is
    kept as the recipe was when it was asked for.
    """

    __tablename__ = "booking_line_kit"
    __table_args__ = (CheckConstraint("units > 0 AND per_unit > 0", name="pieces"),)

    line_id: Mapped[int] = mapped_column(
        ForeignKey("booking_line.id", ondelete="CASCADE"), primary_key=True
    )
    kit_id: Mapped[int] = mapped_column(ForeignKey("kit.id"), primary_key=True, index=True)
    units: Mapped[int]
    per_unit: Mapped[int]

    line: Mapped[BookingLine] = relationship(back_populates="kits")
    kit: Mapped[Kit] = relationship()


class Redirection(Base):
    """A request that one authority passed on to another, with what was typed."""

    __tablename__ = "redirection"
    __table_args__ = (CheckConstraint("reason <> ''", name="reason"),)

    from_id: Mapped[int] = mapped_column(
        ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True
    )
    """A booking is passed on once: it is over for its authority from then on."""
    to_id: Mapped[int | None] = mapped_column(
        ForeignKey("booking.id", ondelete="SET NULL"), unique=True
    )
    """The booking at the other authority; none once its organisation has deleted the draft."""
    to_authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    by_name: Mapped[str] = mapped_column(String(120), default="")
    filed_at: Mapped[datetime]
    """When it was first sent, to whichever authority that was."""
    filed_with_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))


class Transition(Base):
    """A move of a booking from one state to another: its history."""

    __tablename__ = "transition"
    __table_args__ = (Index("ix_transition_booking", "booking_id"),)

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    move: Mapped[str] = mapped_column(String(40))
    old: Mapped[State | None] = mapped_column(choice(State))
    new: Mapped[State] = mapped_column(choice(State))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
