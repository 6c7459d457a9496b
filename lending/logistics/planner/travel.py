"""How long it takes to drive from one place to another."""

from collections.abc import Sequence
from math import ceil, hypot
from typing import Protocol

from lending import distances
from lending.distances import DETOUR
from lending.logistics.planner.values import Place

MANOEUVRE = 1.0
"""Minutes to park and to leave, once per drive."""

Bands = tuple[tuple[float, float], ...]
"""Kilometres up to which a speed in km/h holds, the last without end."""

SPEEDS: dict[str, Bands] = {
    "VL": ((3, 24), (15, 42), (float("inf"), 60)),
    "PL": ((3, 20), (15, 36), (float("inf"), 50)),
}
"""Short drives are town drives."""


class Travel(Protocol):
    """Who knows the roads: an estimate, or a routing service."""

    def matrix(self, places: Sequence[Place], kind: str) -> list[list[int]]:
        """Return minutes from each place (rows) to each place for a kind of vehicle."""


class GreatCircle:
    """Estimates from the great circle, with a speed by kind of vehicle and length of drive."""

    def matrix(self, places: Sequence[Place], kind: str) -> list[list[int]]:
        """Return minutes, rounded up; an unknown kind drives like a lorry."""
        bands = SPEEDS.get(kind, SPEEDS["PL"])
        rows = [[0] * len(places) for _ in places]
        for here, origin in enumerate(places):
            for there in range(here):
                minutes = drive(DETOUR * kilometres(origin, places[there]), bands)
                rows[here][there] = rows[there][here] = minutes
        return rows


class Plane:
    """Straight lines at one unit a minute: the world of the public routing benchmarks.

    `latitude` and `longitude` are taken as plain coordinates, and distances are cut to whole
    numbers after scaling, as the benchmarks do.
    """

    def __init__(self, scale: int = 10) -> None:
        self.scale = scale

    def matrix(self, places: Sequence[Place], kind: str) -> list[list[int]]:
        """Return scaled distances."""
        return [
            [
                int(self.scale * hypot(here.latitude - to.latitude, here.longitude - to.longitude))
                for to in places
            ]
            for here in places
        ]


def kilometres(origin: Place, destination: Place) -> float:
    """Return the length of the great circle between two places."""
    return distances.kilometres(
        (origin.latitude, origin.longitude), (destination.latitude, destination.longitude)
    )


def drive(distance: float, bands: Bands) -> int:
    """Return the minutes of a drive of so many kilometres, rounded up.

    A band's speed holds for the whole drive. So that a longer drive never takes less time (16 km
    on the open road against 14 km through towns), no drive is quicker than the end of the band
    before its own; with that, going round is never quicker than going straight.
    """
    if distance <= 0:
        return 0
    minutes, slowest = 0.0, 0.0
    for limit, speed in bands:
        minutes = max(slowest, 60 * min(distance, limit) / speed)
        if distance <= limit:
            break
        slowest = minutes
    return ceil(minutes + MANOEUVRE)
