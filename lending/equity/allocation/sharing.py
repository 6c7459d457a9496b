"""Max-min fair shares in whole pieces, by progressive filling.

The definition. At level 1, 2, 3... each organisation, in the order of places, may have each of
its wants raised by one unit as long as at no instant it would hold more pieces of an item than
the level, and as long as everything the unit takes is free over its whole time. A want that
cannot be raised because something is not free never can be again: it is settled. It ends when
every want is met or settled.

So at each scarce instant those who got less than they asked hold as many pieces as the others,
or one unit less where the last odd pieces did not go round; who gets these is told by the order
of places. Two wants of one organisation at the same instant share its one share: splitting a
request gains nothing. A kit counts by its pieces, so that it advances as slowly as its most
numerous part.

Progressive filling: D. Bertsekas, R. Gallager, Data Networks (2nd ed., 1992), section 6.5.2;
J. Jaffe, Bottleneck flow control, IEEE Transactions on Communications 29 (1981).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from lending.equity.allocation.moments import Moments, Shelf, Span
from lending.equity.allocation.values import Limit, Want


@dataclass(slots=True)
class Filling:
    """A want while it is being filled."""

    key: str
    index: int
    """Which want of its request."""
    organisation: str
    place: int
    served: int
    want: Want
    spans: tuple[Span, ...]
    units: int = 0
    limit: Limit | None = None
    stretch: tuple[Shelf, int] | None = None
    """What settled it."""


@dataclass(slots=True)
class _Last:
    """Who took the last pieces of a stretch, at which level."""

    level: int
    served: int


@dataclass
class _State:
    free: Mapping[Shelf, list[int]]
    fillings: Sequence[Filling]
    level: int = 0
    holds: dict[tuple[str, Shelf], list[int]] = field(default_factory=dict)
    """Pieces of an organisation in each stretch of a shelf, where it has several wants."""
    last: dict[tuple[Shelf, int], _Last] = field(default_factory=dict)


def fill(moments: Moments, fillings: Sequence[Filling]) -> None:
    """Share what is free among wants of one class; `moments` is left with what remains."""
    for group in _groups(fillings):
        _fill_group(moments, group)


def _groups(fillings: Sequence[Filling]) -> list[list[Filling]]:
    group = groups_of(filling.spans for filling in fillings)
    found: dict[Shelf, list[Filling]] = defaultdict(list)
    for filling in fillings:
        found[group[filling.spans[0].shelf]].append(filling)
    return list(found.values())


def groups_of(wants: Iterable[Sequence[Span]]) -> dict[Shelf, Shelf]:
    """Return for each shelf the one that its group is named after: only kits join shelves."""
    parent: dict[Shelf, Shelf] = {}

    def root(shelf: Shelf) -> Shelf:
        while parent.setdefault(shelf, shelf) != shelf:
            parent[shelf] = shelf = parent[parent[shelf]]
        return shelf

    for spans in wants:
        into = root(spans[0].shelf)
        for span in spans[1:]:
            parent[root(span.shelf)] = into
    return {shelf: root(shelf) for shelf in list(parent)}


def _fill_group(moments: Moments, group: list[Filling]) -> None:
    group.sort(key=lambda each: (each.place, each.key, each.index))
    state = _State(moments.free, group)
    _watch_several(state, group)
    active = [each for each in group if each.units < each.want.units]
    simple = not state.holds and all(
        len(each.spans) == 1 and each.spans[0].pieces == 1 for each in group
    )
    while active:
        if simple and (turns := _turns_for_all(state, active)):
            _raise_all(state, active, turns)
        else:
            _one_level(state, active)
        active = [each for each in active if each.limit is None and each.units < each.want.units]


def _watch_several(state: _State, group: Sequence[Filling]) -> None:
    seen: dict[tuple[str, Shelf], list[tuple[int, int]]] = defaultdict(list)
    for each in group:
        for shelf, first, behind, _ in each.spans:
            mine = seen[each.organisation, shelf]
            if any(first < other[1] and other[0] < behind for other in mine):
                state.holds[each.organisation, shelf] = [0] * len(state.free[shelf])
            mine.append((first, behind))


def _turns_for_all(state: _State, active: Sequence[Filling]) -> int:
    """Return for how many levels every want can be raised without anything running out."""
    turns = min(each.want.units - each.units for each in active)
    steps: dict[Shelf, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for each in active:
        shelf, first, behind, _ = each.spans[0]
        steps[shelf][first] += 1
        steps[shelf][behind] -= 1
    for shelf, changes in steps.items():
        free, demand = state.free[shelf], 0
        edges = sorted(changes)
        for edge, following in pairwise(edges):
            demand += changes[edge]
            if demand:
                turns = min(turns, min(free[edge:following]) // demand)
    return turns


def _raise_all(state: _State, active: Sequence[Filling], turns: int) -> None:
    for each in active:
        shelf, first, behind, _ = each.spans[0]
        free = state.free[shelf]
        for stretch in range(first, behind):
            free[stretch] -= turns
        each.units += turns
    state.level += turns


def _one_level(state: _State, active: Sequence[Filling]) -> None:
    """Raise each want by one unit, in the order of places; settle those that cannot be."""
    state.level += 1
    for organisation in _by_organisation(active):
        # Among several wants of one organisation the least filled comes first.
        for each in sorted(organisation, key=lambda one: (one.units, one.key, one.index)):
            full = _full(state, each)
            if full is not None:
                _settle(state, each, full)
            elif _below_level(state, each):
                _raise(state, each)


def _by_organisation(active: Sequence[Filling]) -> list[list[Filling]]:
    found: dict[str, list[Filling]] = defaultdict(list)
    for each in active:
        found[each.organisation].append(each)
    return list(found.values())


def _full(state: _State, each: Filling) -> tuple[Shelf, int] | None:
    for shelf, first, behind, pieces in each.spans:
        free = state.free[shelf]
        if min(free[first:behind]) < pieces:
            stretch = next(at for at in range(first, behind) if free[at] < pieces)
            return shelf, stretch
    return None


def _below_level(state: _State, each: Filling) -> bool:
    for shelf, first, behind, pieces in each.spans:
        held = state.holds.get((each.organisation, shelf))
        most = max(held[first:behind]) if held else each.units * pieces
        if most + pieces > state.level:
            return False
    return True


def _raise(state: _State, each: Filling) -> None:
    each.units += 1
    for shelf, first, behind, pieces in each.spans:
        free, held = state.free[shelf], state.holds.get((each.organisation, shelf))
        for stretch in range(first, behind):
            free[stretch] -= pieces
            if held:
                held[stretch] += pieces
            if not free[stretch]:
                state.last[shelf, stretch] = _Last(state.level, each.served)


def _settle(state: _State, each: Filling, full: tuple[Shelf, int]) -> None:
    each.stretch, each.limit = full, Limit.SHARE
    last = state.last.get(full)
    if last is not None and last.level == state.level:
        # Others got one more at this level, and with it the last piece.
        each.limit = Limit.LOTTERY if last.served == each.served else Limit.SERVED
