"""Requests, decisions and what is handed over: what is sent."""

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field

from lending.api.schemas.common import (
    Change,
    Hour,
    Input,
    Insee,
    Instant,
    Number,
    Paged,
    Part,
    Quantity,
    QueryNumber,
    Reason,
    Text,
    Words,
)
from lending.authorities.models import Competence
from lending.bookings.models import Logistics
from lending.bookings.queries import Order
from lending.bookings.states import RefusalReason, State

IN_FRENCH = {
    "jeunesse": Competence.YOUTH.value,
    "environnement": Competence.ENVIRONMENT.value,
    "patrimoine": Competence.HERITAGE.value,
    "animation": Competence.LOCAL_LIFE.value,
    "vie_locale": Competence.LOCAL_LIFE.value,
    "economie": Competence.ECONOMY.value,
}
"""What the French files of communes call these causes."""


def _cause(value: object) -> object:
    return IN_FRENCH.get(value, value) if isinstance(value, str) else value


Cause = Annotated[Competence, BeforeValidator(_cause)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Attendance = Annotated[int, Field(ge=0, le=10_000_000)]


class Site(Input):
    """Where the event takes place."""

    address: Text = Field("", max_length=250, examples=["Place du Marché"])
    lat: Latitude | None = None
    lon: Longitude | None = None
    contact: Text = Field("", max_length=120, description="Who receives the equipment there.")
    phone: Text = Field("", max_length=30, examples=["01 99 00 12 34"])
    access: Text = Field("", max_length=500, description="Gate, code, where to put things down.")
    opens: Hour | None = Field(None, description="From when one gets in, in local time.")
    closes: Hour | None = Field(None, description="Until when; with `opens`.")


class EventIn(Input):
    """What the organisation prepares."""

    name: Text = Field(min_length=1, max_length=200, examples=["Fête de l'été"])
    start: Instant | None = Field(None, description="The loan's, if nothing is said.")
    end: Instant | None = Field(None, description="The loan's, if nothing is said.")
    commune_insee: Insee | None = Field(
        None, description="The commune of the organisation's seat, if nothing is said."
    )
    competence: Cause = Field(Competence.LOCAL_LIFE, description="The public cause it serves.")
    attendance: Attendance | None = None
    site: Site | None = None
    description: Text = Field("", max_length=5000)
    public: bool = Field(
        default=False,
        description="Whether the public programme may show it once something is granted for it:"
        " name, dates, commune and place, never who organises it.",
    )


class EventChange(Change, EventIn):
    """The fields of an event that change."""

    name: Text = Field("", min_length=1, max_length=200)


class LineIn(Input):
    """A quantity of an item."""

    item_id: Number
    quantity: Quantity
    all_or_nothing: bool | None = Field(
        None,
        description="Whether a part is of no use. Not said, it stays as it was; at first, false.",
    )


class KitUnitsIn(Input):
    """So many units of a kit."""

    kit_id: Number
    units: Annotated[int, Field(ge=1, le=1000)]


EXAMPLE: dict[str, Any] = {
    "organisation_id": 1,
    "authority_id": 1,
    "event": {
        "name": "Bal du kiosque",
        "start": "2026-06-06T18:00:00+02:00",
        "end": "2026-06-07T01:00:00+02:00",
        "commune_insee": "35238",
        "competence": "culture",
        "attendance": 200,
        "site": {"address": "Place du Marché", "lat": 48.11, "lon": -1.68},
    },
    "start": "2026-06-05T16:00:00+02:00",
    "end": "2026-06-08T09:00:00+02:00",
    "logistics": "pickup",
    "lines": [{"item_id": 1, "quantity": 30}],
    "submit": True,
}

Lines = Annotated[list[LineIn], Field(max_length=200)]


class BookingIn(Input):
    """A request. As a draft it holds nothing; submitted, it holds what it asks for."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    organisation_id: Number | None = Field(
        None, description="Who asks; a token of one organisation need not say."
    )
    authority_id: Number
    event: EventIn | None = Field(None, description="What it is for; or `event_id`.")
    event_id: Number | None = Field(
        None, description="An event of the same organisation that exists already."
    )
    start: Instant = Field(description="When the loan begins.")
    end: Instant = Field(description="When it ends.")
    logistics: Logistics = Logistics.PICKUP
    note: Text = Field("", max_length=5000)
    lines: Lines = Field(default_factory=list)
    kits: list[KitUnitsIn] = Field(
        default_factory=list,
        max_length=50,
        description="They become lines, besides those that are asked for by themselves.",
    )
    submit: bool = Field(default=False, description="Send it at once, or keep a draft.")


class BookingChange(Change):
    """The fields of a booking that change.

    Of what is granted, a part can be given back (`lines`; staff give a `reason`); `event.public`
    alone can change at any time.
    """

    event: EventChange | None = None
    start: Instant | None = Field(None)
    end: Instant | None = Field(None)
    logistics: Logistics = Logistics.PICKUP
    note: Text = Field("", max_length=5000)
    lines: Lines = Field(default_factory=list)
    reason: Text = Field(
        "", max_length=2000, description="Why staff take back a part; the borrower reads it."
    )


class BookingQuery(Paged):
    """Which bookings are wanted."""

    q: Words = Field("", description="In the reference, the event's or the organisation's name.")
    state: list[State] = Field(default_factory=list, description="Several may be given.")
    organisation_id: QueryNumber | None = None
    authority_id: QueryNumber | None = None
    event_id: QueryNumber | None = None
    start: Instant | None = Field(None, description="With `end`: loans that share a time with it.")
    end: Instant | None = None
    order: Order = Order.NEWEST


class MissingPiecesIn(Input):
    """What a request lacks."""

    what: Reason


class Completion(Input):
    """What was handed in."""

    answer: Text = Field("", max_length=2000)


class GrantLine(Input):
    """What is granted of an item."""

    item_id: Number
    granted: Part


class Approval(Input):
    """What is granted: everything, apart from the lines that say less."""

    lines: list[GrantLine] | None = Field(None, max_length=200)
    reason: Text = Field("", max_length=2000, description="Why only a part; the borrower reads it.")
    capacity_reason: Text = Field(
        "",
        max_length=2000,
        description="Why it is granted although the crews cannot do its field work; asked for "
        "(422, `capacity_exceeded`) only then. Staff alone read it.",
    )
    opinions_reason: Text = Field(
        "",
        max_length=2000,
        description="Why it is granted although departments are against it or were not heard; "
        "asked for (422, `opinions_stand`) only then. Staff alone read it.",
    )


class Refusal(Input):
    """Why a request is refused: a reason from the list, and in words."""

    reason_code: RefusalReason
    reason: Reason


class Because(Input):
    """Why; the other side reads it."""

    reason: Reason


class DeliveredLine(Input):
    """What is handed over of an item."""

    item_id: Number
    delivered: Part


class CheckOut(Input):
    """What is handed over: everything granted, apart from the lines that say less."""

    lines: list[DeliveredLine] | None = Field(None, max_length=200)
    unsigned_reason: str = Field(
        "",
        max_length=1000,
        description="Why it leaves although the agreement that must be signed is not.",
    )


class ReturnedLine(Input):
    """What came back of an item."""

    item_id: Number
    returned: Part = 0
    damaged: Part = 0
    lost: Part = 0


class CheckIn(Input):
    """What came back: everything in good order, if no lines are given."""

    lines: list[ReturnedLine] | None = Field(None, max_length=200)
