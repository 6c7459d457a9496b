"""The types that all schemas share."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from calendars.intervals import Interval
from lending.errors import InvalidInput
from lending.i18n import N_

Row = TypeVar("Row")

EARLIEST, LATEST = 1971, 2199
"""Years: beyond them, dates are mistakes, and arithmetic on them may leave the calendar."""

WITHOUT_NUL = r"^[^\u0000]*$"
"""PostgreSQL keeps every character but this one."""

# A plus sign that nobody escaped arrives as a space: 2026-06-05T16:00:00 02:00.
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if not isinstance(value, str):
        raise PydanticCustomError("instant", "not a time")
    try:
        at = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", value.strip()))
    except ValueError as error:
        raise PydanticCustomError("instant", "not a time") from error
    if at.tzinfo is None:
        raise PydanticCustomError("naive_instant", "no time zone")
    if not EARLIEST <= at.year <= LATEST:
        raise PydanticCustomError("far_instant", "too far away")
    return at.astimezone(UTC).replace(microsecond=0)


def _with_offset(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    PlainSerializer(_with_offset, return_type=str),
    WithJsonSchema(
        {"type": "string", "format": "date-time", "examples": ["2026-06-05T16:00:00+02:00"]}
    ),
]
"""ISO 8601 with an offset, whole seconds; answers are in UTC."""

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""The number of a thing."""

Quantity = Annotated[int, Field(ge=1, le=1_000_000)]
"""Pieces."""

Part = Annotated[int, Field(ge=0, le=1_000_000)]
"""Pieces, or none."""

Minutes = Annotated[int, Field(ge=0, le=60 * 24 * 60)]

Insee = Annotated[
    str, StringConstraints(pattern=r"^[0-9][0-9AB][0-9]{3}$"), Field(examples=["35238"])
]
"""The INSEE code of a commune."""

Hour = Annotated[
    str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), Field(examples=["08:00"])
]
"""A time on the local clock."""


Text = Annotated[str, StringConstraints(pattern=WITHOUT_NUL)]
Reason = Annotated[Text, Field(min_length=1, max_length=2000)]


def without_defaults(schema: dict[str, Any]) -> None:
    """Take the defaults out of the description of a change: what is left out stays as it is."""
    for described in schema.get("properties", {}).values():
        described.pop("default", None)


class Input(BaseModel):
    """What is sent: nothing is guessed, and what we do not know is refused."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Change(Input):
    """What is sent to change something: only the fields that are given."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    def given(self) -> dict[str, Any]:
        """Return the fields that were sent, objects within as they are."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Nothing(Input):
    """No fields: the address says everything."""


class Output(BaseModel):
    """What is answered."""


def _digits(value: object) -> object:
    """Refuse spellings of numbers that only Python knows, such as 1_000."""
    if isinstance(value, str) and not re.fullmatch(r"\d{1,10}", value, re.ASCII):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return value


QueryNumber = Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(_digits)]
Words = Annotated[Text, Field(max_length=200)]


class Paged(BaseModel):
    """Which part of a list is wanted."""

    page: Annotated[int, BeforeValidator(_digits)] = Field(
        1, description="Pages count from 1.", ge=1, le=1_000_000
    )
    per_page: Annotated[int, BeforeValidator(_digits)] = Field(
        100, description="How many on a page.", ge=1, le=1000
    )

    @property
    def offset(self) -> int:
        """How many come before."""
        return (self.page - 1) * self.per_page

    def cut(self, rows: list[Row]) -> list[Row]:
        """Return the rows of the page."""
        return rows[self.offset : self.offset + self.per_page]


class Page(Output):
    """A part of a list."""

    total: int = Field(description="How many there are in all.")
    page: int
    per_page: int
    next: str | None = Field(description="The address of the next page, if there is one.")


def page_fields(wanted: Paged, total: int, address: str) -> dict[str, Any]:
    """Return what a page says of itself."""
    following = None
    if wanted.page * wanted.per_page < total:
        path, _, query = address.partition("?")
        pairs = [(k, v) for k, v in parse_qsl(query) if k != "page"]
        following = f"{path}?{urlencode([*pairs, ('page', wanted.page + 1)])}"
    return {"total": total, "page": wanted.page, "per_page": wanted.per_page, "next": following}


class Stretch(Output):
    """A stretch of time; its end is not part of it."""

    start: Instant
    end: Instant

    @classmethod
    def of(cls, interval: Interval) -> "Stretch":
        """Return an interval as it is answered."""
        return cls(start=interval.start, end=interval.end)


class PeriodQuery(BaseModel):
    """A stretch of time that is asked about."""

    start: Instant = Field(description="When the loan begins.")
    end: Instant = Field(description="When it ends; not part of it.")

    def period(self) -> Interval:
        """Return the time that is asked about.

        Raises:
            InvalidInput: it ends before it begins.
        """
        return period_between(self.start, self.end)


def period_between(start: datetime, end: datetime) -> Interval:
    """Return the interval between two instants.

    Raises:
        InvalidInput: it ends before it begins.
    """
    if end <= start:
        raise InvalidInput(end=N_("The end must come after the start."))
    return Interval(start, end)
