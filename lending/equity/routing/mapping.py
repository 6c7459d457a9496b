"""What one authority lends in place of what was asked of another: pure, values in, values out.

An item stands for another when both are of one equivalence group, or else bear the same code, or
else are of one family and share a word of their names. The first of these ways that finds
anything is taken; of what it finds, the largest stock comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lending.words import stems

SHORTEST_WORD = 3
"""Shorter words and numbers say nothing about what a thing is."""


class Likeness(StrEnum):
    """Why one item stands for another."""

    GROUP = "group"
    CODE = "code"
    NAME = "name"


@dataclass(frozen=True)
class Thing:
    """An item as far as it matters here."""

    id: int
    code: str
    name: str
    category_id: int
    group: str = ""
    stock: int = 0
    limit: int | None = None
    """The most that one booking may ask for."""

    @property
    def most(self) -> int:
        """How many pieces one booking can reasonably ask for."""
        stock = max(self.stock, 0)
        return stock if self.limit is None else min(stock, self.limit)


@dataclass(frozen=True)
class Asked:
    """A quantity of something that was asked for."""

    thing: Thing
    quantity: int


@dataclass(frozen=True)
class Carried:
    """Pieces that are asked of the other authority."""

    asked_id: int
    item_id: int
    quantity: int
    likeness: Likeness


@dataclass(frozen=True)
class LeftOut:
    """Pieces for which the other authority has nothing."""

    item_id: int
    name: str
    quantity: int


@dataclass(frozen=True)
class CarryOver:
    """What comes of a request at another authority."""

    carried: tuple[Carried, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def totals(self) -> dict[int, int]:
        """How many pieces of each of its items the other authority is asked for."""
        found: dict[int, int] = {}
        for part in self.carried:
            found[part.item_id] = found.get(part.item_id, 0) + part.quantity
        return found


def carry_over(asked: Sequence[Asked], offered: Sequence[Thing]) -> CarryOver:
    """Return what is asked of the other authority, and what it has nothing for.

    Nothing is asked beyond the stock or the limit of an item; no piece is asked for twice.
    """
    room = {thing.id: thing.most for thing in offered}
    carried: list[Carried] = []
    left_out: list[LeftOut] = []
    for one in sorted(asked, key=lambda one: one.thing.id):
        missing = one.quantity
        likeness, candidates = _alike(one.thing, offered)
        for thing in candidates:
            taken = min(missing, room[thing.id])
            if likeness is not None and taken > 0:
                carried.append(Carried(one.thing.id, thing.id, taken, likeness))
                room[thing.id] -= taken
                missing -= taken
        if missing > 0:
            left_out.append(LeftOut(one.thing.id, one.thing.name, missing))
    return CarryOver(tuple(carried), tuple(left_out))


def _alike(thing: Thing, offered: Sequence[Thing]) -> tuple[Likeness | None, list[Thing]]:
    lent = [other for other in offered if other.most > 0]
    group = [other for other in lent if thing.group and other.group == thing.group]
    if group:
        return Likeness.GROUP, sorted(group, key=_largest_first)
    code = [other for other in lent if other.code.casefold() == thing.code.casefold()]
    if code:
        return Likeness.CODE, sorted(code, key=_largest_first)
    words = _words(thing)
    shared = {
        other.id: len(words & _words(other))
        for other in lent
        if other.category_id == thing.category_id
    }
    named = [other for other in lent if shared.get(other.id)]
    named.sort(key=lambda other: (-shared[other.id], *_largest_first(other)))
    return (Likeness.NAME, named) if named else (None, [])


def _largest_first(thing: Thing) -> tuple[int, int]:
    return -thing.most, thing.id


def _words(thing: Thing) -> set[str]:
    return {word for word in stems(thing.name) if len(word) >= SHORTEST_WORD and word.isalpha()}
