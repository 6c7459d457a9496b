"""How far apart two points are on a map. Contains no business logic."""

from math import asin, cos, radians, sin, sqrt

EARTH_KM = 6371.0
DETOUR = 1.3
"""Roads are longer than the line on the map by about a third."""

Point = tuple[float, float]
"""Latitude and longitude, in degrees."""


def kilometres(origin: Point, destination: Point) -> float:
    """Return the length of the great circle between two points."""
    north, south = radians(origin[0]), radians(destination[0])
    east = radians(destination[1] - origin[1])
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin(east / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(min(1.0, half)))
