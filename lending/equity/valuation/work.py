"""The work and the way that a loan costs the authority, as they are estimated: pure arithmetic.

What is fetched at the depot costs neither. What is delivered is loaded and unloaded twice, on the
way there and on the way back; what is set up is also taken down. How long the crews really took
is another figure: a value does not depend on who was on duty.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lending.distances import DETOUR, Point, kilometres

HANDLINGS = 4
"""Loaded and unloaded, there and back."""
HANDLING_SECONDS, HANDLED_G = 72, 25_000
"""One person handles 25 kg in 1.2 minutes."""
PIECE_SECONDS = 2
"""The least that handling a piece takes, however light."""
TAKE_DOWN_PERCENT = 70
"""Of the time of the set-up."""
DRIVES = 4
"""There and back, once to bring and once to fetch."""


@dataclass(frozen=True)
class Handled:
    """Some pieces of one item, with what they cost in work."""

    quantity: int
    weight_g: int
    """Of one piece."""
    setup_seconds: int
    """Work of one person to set up one piece."""


def labour_minutes(pieces: Iterable[Handled], *, is_carried: bool, is_set_up: bool) -> int:
    """Return the minutes of one person, the last one counting whole."""
    if not is_carried:
        return 0
    hundredths = 0
    for each in pieces:
        handled = max(PIECE_SECONDS, HANDLING_SECONDS * each.weight_g // HANDLED_G)
        hundredths += each.quantity * handled * HANDLINGS * 100
        if is_set_up:
            hundredths += each.quantity * each.setup_seconds * (100 + TAKE_DOWN_PERCENT)
    return -(-hundredths // 6000)


def transport_km(depots: Sequence[Point | None], site: Point | None) -> int | None:
    """Return the kilometres driven from the depots, to the nearest whole; none if unknown."""
    if site is None or any(depot is None for depot in depots):
        return None
    ways = sum(kilometres(depot, site) for depot in depots if depot is not None)
    return round(DRIVES * DETOUR * ways)
