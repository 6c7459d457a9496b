"""What a round decides about and what it answers: plain frozen values, whole numbers only."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256


@dataclass(frozen=True)
class Stock:
    """What there is of an item over time, and what is promised already."""

    item_id: int
    pieces: int
    """At the beginning of time."""
    changes: tuple[tuple[int, int], ...] = ()
    """Instant (seconds since 1970, UTC) and what comes or goes then."""
    taken: tuple[tuple[int, int, int], ...] = ()
    """From, to, and how many pieces are promised already; turnaround included."""


@dataclass(frozen=True)
class Part:
    """What one unit of a want takes of an item over `[starts, ends)`, turnaround included."""

    item_id: int
    starts: int
    ends: int
    pieces: int = 1


@dataclass(frozen=True)
class Want:
    """So many units of something: pieces of an item, or kits of several parts."""

    units: int
    parts: tuple[Part, ...]
    whole: bool = False
    """Whether less than all of it is of no use."""


@dataclass(frozen=True)
class Request:
    """A complete request, as far as its share is concerned."""

    key: str
    """Stable and unique: the booking's reference."""
    organisation: str
    """Stable: whose requests share one share."""
    rank: int
    """Of its priority class; 1 is served first."""
    served: int
    """What the organisation received over the twelve months before, in cents."""
    wants: tuple[Want, ...]
    whole: bool = False
    """Whether it is of no use unless every want is met."""


class Limit(StrEnum):
    """What decided how much a want was granted."""

    ENOUGH = "enough"
    """There was enough for everyone who asked."""
    MET = "met"
    """It was scarce, and the want stayed below the share."""
    SHARE = "share"
    """The share of everyone at that moment."""
    SERVED = "served"
    """The share; the odd pieces went to those who had received less."""
    LOTTERY = "lottery"
    """The share; the odd pieces were drawn by lot among those who had received as much."""
    RANK = "rank"
    """Classes that come first left nothing."""
    WHOLE = "whole"
    """All or nothing, and all was more than the share."""


@dataclass(frozen=True)
class Squeeze:
    """The moment that limited a want, with the figures that explain it."""

    item_id: int
    starts: int
    ends: int
    free: int
    """Pieces left by the classes before."""
    asked: int
    """Pieces asked for by the class at that moment."""


@dataclass(frozen=True)
class Grant:
    """What a want is granted and why."""

    units: int
    limit: Limit
    squeeze: Squeeze


@dataclass(frozen=True)
class Place:
    """Where an organisation stands when odd pieces are given: least served first, then by lot."""

    organisation: str
    served: int
    ticket: str
    position: int
    """From 1 on."""


@dataclass(frozen=True)
class Outcome:
    """The result of a round."""

    grants: dict[str, tuple[Grant, ...]]
    """By key of the request, in the order of its wants."""
    places: tuple[Place, ...]


def ticket(seed: str, organisation: str) -> str:
    """Return the lot of an organisation: SHA-256 of the seed, a colon and the organisation.

    One lot an organisation, not a request: asking twice does not draw twice.
    """
    return sha256(f"{seed}:{organisation}".encode()).hexdigest()


def commitment(seed: str) -> str:
    """Return what is published of a seed before it may be known: its SHA-256."""
    return sha256(seed.encode()).hexdigest()


def order_of(requests: tuple[Request, ...], seed: str) -> tuple[Place, ...]:
    """Return who gets an odd piece before whom; the same for every item and class."""
    served: dict[str, int] = {}
    for request in requests:
        served[request.organisation] = max(served.get(request.organisation, 0), request.served)
    lots = sorted((amount, ticket(seed, name), name) for name, amount in served.items())
    return tuple(
        Place(name, amount, lot, position) for position, (amount, lot, name) in enumerate(lots, 1)
    )
