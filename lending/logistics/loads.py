"""Cut what has to be carried into trips that a vehicle can make: pure arithmetic."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lending.skills import Skill


@dataclass(frozen=True)
class Pieces:
    """Some pieces of one item, with what matters for carrying and setting them up."""

    item_id: int
    quantity: int
    weight_g: int = 0
    """Of one piece."""
    volume_l: int = 0
    """Of one piece."""
    setup_seconds: int = 0
    """Work of one person to set up one piece."""
    min_crew: int = 1
    """So many people are needed to set it up."""

    skills: frozenset[Skill] = frozenset()
    """What must be held, among those who handle and set it up."""

    @property
    def is_electrical(self) -> bool:
        """Whether it is connected, where it is set up."""
        return Skill.ELECTRICAL in self.skills

    def only(self, quantity: int) -> "Pieces":
        """Return another number of the same pieces."""
        return replace(self, quantity=quantity)


Load = tuple[Pieces, ...]


def weight_of(load: Sequence[Pieces]) -> int:
    """Return the grams of a load."""
    return sum(pieces.quantity * pieces.weight_g for pieces in load)


def volume_of(load: Sequence[Pieces]) -> int:
    """Return the litres of a load."""
    return sum(pieces.quantity * pieces.volume_l for pieces in load)


def trips(load: Sequence[Pieces], weight_g: int, volume_l: int) -> list[Load]:
    """Cut a load into trips of at most so many grams and litres, filled one after the other.

    A single piece that is over a limit by itself travels alone: there is no lighter way, and
    whoever plans it sees its weight.
    """
    done: list[Load] = []
    trip: list[Pieces] = []
    room_g, room_l = weight_g, volume_l
    for pieces in load:
        left = pieces.quantity
        while left:
            fits = min(left, _fitting(room_g, pieces.weight_g), _fitting(room_l, pieces.volume_l))
            if not fits and not trip:
                fits = 1
            if fits:
                trip.append(pieces.only(fits))
                left -= fits
                room_g -= fits * pieces.weight_g
                room_l -= fits * pieces.volume_l
            if left:
                done.append(tuple(trip))
                trip, room_g, room_l = [], weight_g, volume_l
    return [*done, tuple(trip)] if trip else done


def _fitting(room: int, each: int) -> int:
    """Return how many pieces the room takes; of those that take none of it, any number."""
    if room < 0:
        return 0
    return room // each if each else 10**9
