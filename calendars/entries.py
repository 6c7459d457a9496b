"""What a feed says, as plain values: entries and the calendar around them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from calendars.colours import CSS3_COLOURS
from calendars.intervals import Interval

_HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


class Status(StrEnum):
    """How sure the entry is."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, order=True, slots=True)
class Days:
    """Whole local days, `[first, after)`: they float with whoever looks at them.

    Raises:
        ValueError: `first` is not before `after`.
    """

    first: date
    after: date

    def __post_init__(self) -> None:
        if self.first >= self.after:
            raise ValueError(f"no day from {self.first} to before {self.after}")


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, in degrees.

    Raises:
        ValueError: no such latitude or longitude.
    """

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (-90 <= self.lat <= 90 and -180 <= self.lon <= 180):
            raise ValueError(f"no such place: {self.lat}, {self.lon}")


@dataclass(frozen=True, slots=True)
class Alarm:
    """A reminder that shows a text some time before the start.

    Raises:
        ValueError: a reminder after the start.
    """

    before: timedelta
    text: str

    def __post_init__(self) -> None:
        if self.before < timedelta(0):
            raise ValueError("a reminder comes before the start")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of a feed.

    `modified` is when anything that it shows last changed and `sequence` how often that
    happened; `created` is when its object was made. All three are aware.

    Raises:
        ValueError: an identity or address that could break a line, a naive stamp, a negative
            sequence, or a colour without a CSS3 name.
    """

    uid: str
    when: Interval | Days
    title: str
    created: datetime
    modified: datetime
    sequence: int = 0
    description: str = ""
    location: str = ""
    place: Place | None = None
    status: Status = Status.CONFIRMED
    transparent: bool = True
    """Whether the reader counts as free meanwhile."""
    categories: tuple[str, ...] = ()
    colour: str = ""
    url: str = ""
    """The page of the object: different for each entry, or some clients merge twins."""
    alarms: tuple[Alarm, ...] = ()

    def __post_init__(self) -> None:
        if not _is_plain(self.uid):
            raise ValueError(f"unusable uid {self.uid!r}")
        if self.url and not _is_plain(self.url):
            raise ValueError(f"unusable address {self.url!r}")
        if self.sequence < 0:
            raise ValueError("a sequence counts from 0")
        if self.colour and self.colour not in CSS3_COLOURS:
            raise ValueError(f"not a CSS3 colour name: {self.colour!r}")
        for name in ("created", "modified"):
            stamp: datetime = getattr(self, name)
            if stamp.tzinfo is None:
                raise ValueError(f"naive datetime {stamp!r}: say which zone it is in")
            object.__setattr__(self, name, stamp.astimezone(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What stands around the entries of a feed.

    Raises:
        ValueError: a colour that is none, or a refresh interval that is not positive.
    """

    product: str
    """As in `-//Tréteau//Feed 1//FR`."""
    name: str
    description: str = ""
    timezone: str = "Europe/Paris"
    colour: str = ""
    """A CSS3 name, for RFC 7986."""
    colour_hex: str = ""
    """The same as `#rrggbb`, for Apple."""
    refresh: timedelta = timedelta(hours=4)

    def __post_init__(self) -> None:
        if self.colour and self.colour not in CSS3_COLOURS:
            raise ValueError(f"not a CSS3 colour name: {self.colour!r}")
        if self.colour_hex and not _HEX_COLOUR.match(self.colour_hex):
            raise ValueError(f"not a colour: {self.colour_hex!r}")
        if self.refresh <= timedelta(0):
            raise ValueError("a feed is refreshed after a positive time")


def _is_plain(name: str) -> bool:
    return name.isascii() and name.isprintable() and " " not in name and name != ""
