"""What a request asks for as a round shares it: kits, and pieces by themselves; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lending.equity.allocation.values import Grant, Limit


@dataclass(frozen=True)
class Tie:
    """A kit that takes pieces of a line."""

    kit_id: int
    units: int
    per_unit: int


@dataclass(frozen=True)
class AskedLine:
    """A line of a request."""

    id: int
    item_id: int
    item: str
    quantity: int
    is_whole: bool = False
    """Whether a part is of no use."""
    ties: tuple[Tie, ...] = ()
    """The kits that take pieces of it."""


@dataclass(frozen=True)
class Bundle:
    """What is shared as one: so many units, each so many pieces of some items."""

    units: int
    pieces: tuple[tuple[int, int], ...]
    """Item, and pieces in one unit."""
    is_whole: bool = False


def bundles_of(lines: Sequence[AskedLine]) -> tuple[Bundle, ...]:
    """Return what the lines of a request ask for: kits, and pieces by themselves.

    A line of which a part is of no use takes the kits it belongs to along: together they are one
    bundle of one unit, so that none of it is given without the rest.
    """
    kits: dict[int, dict[int, int]] = {}
    units: dict[int, int] = {}
    for line in lines:
        for tie in line.ties:
            kits.setdefault(tie.kit_id, {})[line.item_id] = tie.per_unit
            units[tie.kit_id] = tie.units
    loose = {
        line.item_id: line.quantity - sum(tie.units * tie.per_unit for tie in line.ties)
        for line in lines
    }
    found = []
    for group, whole in _wholes(lines, kits):
        total: Counter[int] = Counter({item: loose.pop(item) for item in whole})
        for kit_id in group:
            for item, each in kits.pop(kit_id).items():
                total[item] += units[kit_id] * each
        if len(total) == 1:  # said as usual: so many pieces, or none
            ((item, pieces),) = total.items()
            found.append(Bundle(pieces, ((item, 1),), is_whole=True))
        else:
            found.append(Bundle(1, tuple(sorted(total.items())), is_whole=True))
    found += [Bundle(units[kit], tuple(sorted(recipe.items()))) for kit, recipe in kits.items()]
    found += [Bundle(pieces, ((item, 1),)) for item, pieces in loose.items() if pieces]
    return tuple(found)


def _wholes(
    lines: Sequence[AskedLine], kits: Mapping[int, Mapping[int, int]]
) -> list[tuple[set[int], set[int]]]:
    """Return the kits and items that belong together because a part of them is of no use."""
    found: list[tuple[set[int], set[int]]] = []
    for line in lines:
        if not line.is_whole:
            continue
        group, items = {tie.kit_id for tie in line.ties}, {line.item_id}
        for other in [one for one in found if one[0] & group]:
            found.remove(other)
            group, items = group | other[0], items | other[1]
        found.append((group, items))
    return found


def grants_of_lines(
    lines: Sequence[AskedLine], bundles: Sequence[Bundle], grants: Sequence[Grant]
) -> tuple[Grant, ...]:
    """Return what each line is granted, in pieces, with the reason of the bundle that lacks most.

    The moment of that reason may be one of another item, with which it is in a kit.
    """
    found = []
    for line in lines:
        taken = [
            (bundle, grant, dict(bundle.pieces)[line.item_id])
            for bundle, grant in zip(bundles, grants, strict=True)
            if line.item_id in dict(bundle.pieces)
        ]
        _, decisive, _ = max(
            taken,
            key=lambda one: (
                (one[0].units - one[1].units) * one[2],
                one[1].limit is not Limit.ENOUGH,
                one[1].squeeze.item_id == line.item_id,
            ),
        )
        pieces = sum(grant.units * each for _, grant, each in taken)
        found.append(Grant(pieces, decisive.limit, decisive.squeeze))
    return tuple(found)
