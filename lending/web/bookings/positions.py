"""A place on the map as people paste it: numbers, or the address of a map."""

import re

_NUMBER = r"(-?\d{1,3}\.\d+)"
_WAYS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^geo:{_NUMBER},{_NUMBER}",
        rf"[?&]mlat={_NUMBER}&mlon={_NUMBER}",
        rf"#map=\d+/{_NUMBER}/{_NUMBER}",
        rf"/@{_NUMBER},{_NUMBER}",
        rf"[?&](?:q|query|ll)={_NUMBER}(?:,|%2C){_NUMBER}",
        rf"^{_NUMBER}°?(?:\s*[,;]\s*|\s+){_NUMBER}°?$",
    )
)
_COMMAS = re.compile(r"(\d),(\d+)\s*[;\s]\s*(-?\d+),(\d+)")
Position = tuple[float, float]


def read_position(text: str) -> Position | None:
    """Return latitude and longitude in degrees, None where the text holds none on Earth.

    Numbers (48.11, -1.68), a `geo:` address, and links of OpenStreetMap and Google Maps are known.
    """
    text = _COMMAS.sub(r"\1.\2 \3.\4", text.strip())
    for way in _WAYS:
        if found := way.search(text):
            latitude, longitude = float(found[1]), float(found[2])
            if -90 <= latitude <= 90 and -180 <= longitude <= 180:
                return latitude, longitude
    return None


def position_text(latitude: float | None, longitude: float | None) -> str:
    """Return a position as the form shows it; empty if there is none."""
    return "" if latitude is None or longitude is None else f"{latitude:.6f}, {longitude:.6f}"
