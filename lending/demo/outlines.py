"""The limits of communes that do not exist: each has what is nearer to it than to the others."""

from collections.abc import Mapping, Sequence
from math import cos, radians

Point = tuple[float, float]
MARGIN = 0.06
"""How far the territory reaches beyond its outermost centres, in degrees."""


def cells(centres: Mapping[str, Point]) -> dict[str, list[Point]]:
    """Return a closed ring of (longitude, latitude) for each centre (latitude, longitude).

    Voronoi's cells, each cut out of a rectangle by the halfway line to every other centre.
    """
    latitudes = [latitude for latitude, _ in centres.values()]
    longitudes = [longitude for _, longitude in centres.values()]
    west, east = min(longitudes) - MARGIN, max(longitudes) + MARGIN
    south, north = min(latitudes) - MARGIN, max(latitudes) + MARGIN
    frame = [(west, south), (east, south), (east, north), (west, north)]
    # A degree of longitude is shorter than one of latitude.
    squeeze = cos(radians(sum(latitudes) / len(latitudes))) ** 2
    found = {}
    for name, (latitude, longitude) in centres.items():
        ring = frame
        for other, (their_latitude, their_longitude) in centres.items():
            if other != name:
                ring = _nearer(
                    ring, (longitude, latitude), (their_longitude, their_latitude), squeeze
                )
        found[name] = [(round(x, 5), round(y, 5)) for x, y in (*ring, ring[0])]
    return found


def _nearer(ring: Sequence[Point], here: Point, there: Point, squeeze: float) -> list[Point]:
    """Return the part of a convex ring that is nearer to one point than to another."""

    def beyond(point: Point) -> float:
        """Return by how much a point lies on the other side of the halfway line."""
        return sum(
            scale * (b - a) * (p - (a + b) / 2)
            for scale, a, b, p in zip((squeeze, 1.0), here, there, point, strict=True)
        )

    kept: list[Point] = []
    for first, second in zip(ring, [*ring[1:], ring[0]], strict=True):
        one, two = beyond(first), beyond(second)
        if one <= 0:
            kept.append(first)
        if (one < 0 < two) or (two < 0 < one):
            part = one / (one - two)
            kept.append(
                (first[0] + part * (second[0] - first[0]), first[1] + part * (second[1] - first[1]))
            )
    return kept
