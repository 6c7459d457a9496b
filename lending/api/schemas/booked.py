"""Requests, decisions and what was handed over: what is answered."""

from datetime import time

from pydantic import Field

from lending.api.schemas.common import Hour, Instant, Output, Page
from lending.authorities.models import Competence
from lending.bookings.detail import BookingDetail, EventView, HistoryLine, LineView
from lending.bookings.models import Ground, Logistics, Source
from lending.bookings.queries import BookingRow
from lending.bookings.states import RefusalReason, State
from lending.catalogue.plugs import Plug


class SiteOut(Output):
    """Where an event takes place."""

    address: str
    lat: float | None
    lon: float | None
    contact: str
    phone: str
    access: str
    opens: Hour | None
    closes: Hour | None
    tents_apart_m: int | None
    ground: Ground | None
    stage_height_cm: int | None
    power: Plug | None
    sockets: int


class EventOut(Output):
    """What an organisation prepares."""

    id: int
    name: str
    start: Instant
    end: Instant
    commune_insee: str
    competence: Competence
    attendance: int | None
    site: SiteOut
    description: str
    public: bool = Field(description="Whether the public programme may show it.")


class LineKitOut(Output):
    """A kit that takes pieces of a line."""

    kit_id: int
    name: str
    units: int
    pieces: int


class LineOut(Output):
    """A quantity of one item, through its life."""

    item_id: int
    code: str
    name: str
    quantity: int = Field(description="Granted if that is decided, requested otherwise.")
    requested: int
    granted: int | None
    delivered: int
    awaited: int = Field(description="What a later delivery brings.")
    returned: int
    damaged: int
    lost: int
    kits: list[LineKitOut] = Field(description="The kits that take pieces of it.")
    all_or_nothing: bool = Field(description="Whether a part is of no use to who asks.")


class HistoryOut(Output):
    """Something that happened to a booking."""

    at: Instant
    move: str
    old: State | None
    new: State
    actor: str
    reason: str


class BookingSummary(Output):
    """A booking as lists show it."""

    id: int
    reference: str = Field(examples=["R-2026-0042"])
    state: State
    organisation_id: int
    organisation: str
    authority_id: int
    authority: str
    event_id: int
    event_name: str
    start: Instant
    end: Instant
    logistics: Logistics
    source: Source
    created_at: Instant
    submitted_at: Instant | None
    complete_at: Instant | None
    arrival: int | None = Field(description="The number of the complete file.")
    option_until: Instant | None = Field(description="When it lapses if nobody decides.")
    pieces_until: Instant | None = Field(description="Until when what is missing is awaited.")
    waiting_since: Instant | None
    decided_at: Instant | None


class BookingPage(Page):
    """Bookings."""

    items: list[BookingSummary]


class BookingOut(BookingSummary):
    """A booking."""

    event: EventOut
    lines: list[LineOut]
    note: str
    reason_code: RefusalReason | None = Field(description="Why it was refused.")
    history: list[HistoryOut] = Field(description="Newest first.")
    moves: list[str] = Field(description="What this token may do with it now.")


_SAME = set(BookingSummary.model_fields) - {"event_name", "start", "end"}


def summary_fields(row: BookingRow) -> dict[str, object]:
    """Return the fields that a booking has in lists and alone."""
    return {
        "event_name": row.event,
        "start": row.starts_at,
        "end": row.ends_at,
        **{name: getattr(row, name) for name in _SAME},
    }


def summary_out(row: BookingRow) -> BookingSummary:
    """Return a booking as lists answer it."""
    return BookingSummary.model_validate(summary_fields(row))


def booking_out(booking: BookingDetail) -> BookingOut:
    """Return a booking as it is answered."""
    return BookingOut.model_validate(
        {
            **summary_fields(booking),
            "event": _event(booking.event_view),
            "lines": [_line(line) for line in booking.line_views],
            "note": booking.note,
            "reason_code": booking.refusal_reason,
            "history": [_happened(line) for line in booking.history],
            "moves": [move.name for move in booking.moves],
        }
    )


def _hour(at: time | None) -> str | None:
    return f"{at:%H:%M}" if at else None


def _event(event: EventView) -> EventOut:
    return EventOut(
        id=event.id,
        name=event.name,
        start=event.starts_at,
        end=event.ends_at,
        commune_insee=event.commune_insee,
        competence=Competence(event.competence),
        attendance=event.attendance,
        site=SiteOut(
            address=event.site_address,
            lat=event.lat,
            lon=event.lon,
            contact=event.access.contact,
            phone=event.access.phone,
            access=event.access.note,
            opens=_hour(event.access.opens),
            closes=_hour(event.access.closes),
            **vars(event.setting),
        ),
        description=event.description,
        public=event.is_public,
    )


def _line(line: LineView) -> LineOut:
    return LineOut.model_validate(line, from_attributes=True)


def _happened(line: HistoryLine) -> HistoryOut:
    return HistoryOut.model_validate(line, from_attributes=True)
