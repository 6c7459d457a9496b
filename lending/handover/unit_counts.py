"""How many numbered units of a line agree with what the statements count of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from lending.bookings.models import BookingLine
from lending.bookings.states import GRANTED
from lending.handover.assignment_models import Assignment
from lending.handover.kinds import Fate
from lending.handover.moving import away


@dataclass(frozen=True)
class Unnamed:
    """What was counted of a line without being named, while its units are still said to be out."""

    units: int
    """How many of those that are out are not away any more."""
    broken: int
    lost: int
    without_number: int
    """Pieces of the line that never had one: whatever was broken or lost may be one of them."""

    @property
    def harmed(self) -> int:
        """How many of the units are broken or lost for certain, although nobody said which."""
        return min(self.units, max(0, self.broken + self.lost - self.without_number))

    @property
    def fates(self) -> frozenset[Fate]:
        """What can be told of one of them, in agreement with the counts."""
        pieces = {
            Fate.BACK: self.units - self.harmed,
            Fate.DAMAGED: min(self.units, self.broken),
            Fate.LOST: min(self.units, self.lost),
        }
        return frozenset(fate for fate, count in pieces.items() if count > 0)


def unnamed_of(line: BookingLine, rows: Sequence[Assignment]) -> Unnamed:
    """Return what was counted of a line without being named; `rows` are its assignments."""
    return Unnamed(
        units=max(0, sum(row.is_out for row in rows) - away(line)),
        broken=line.damaged - sum(row.fate is Fate.DAMAGED for row in rows),
        lost=line.lost - sum(row.fate is Fate.LOST for row in rows),
        without_number=line.delivered - len(rows),
    )


def to_choose(line: BookingLine) -> int:
    """Return how many units of the line's item go with it."""
    if line.booking.state in GRANTED:
        return line.granted or 0
    return line.delivered


def to_choose_still(line: BookingLine, rows: Sequence[Assignment]) -> int:
    """Return how many more units can be chosen: of a loan that is out, for what is away of it."""
    open_places = to_choose(line) - len(rows)
    if line.booking.state not in GRANTED:
        open_places = min(open_places, away(line) - sum(row.is_out for row in rows))
    return max(0, open_places)
