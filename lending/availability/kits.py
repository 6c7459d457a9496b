"""How many kits are free: as many as the scarcest of their parts allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calendars.intervals import Interval
from lending.availability.answers import free_for_loan
from lending.catalogue.kits import KitView
from lending.catalogue.records import stock_at
from lending.db.database import UnitOfWork


@dataclass(frozen=True)
class ShelfKit:
    """A kit, how many there are, and how many are free for the dates in question, if any."""

    kit: KitView
    stock: int
    free: int | None


def kits_from(pieces: Mapping[int, int], recipe: Mapping[int, int]) -> int:
    """Return how many kits so many pieces of each item make; none where something is missing."""
    return max(0, min(pieces.get(item, 0) // each for item, each in recipe.items()))


def kits_with_free(
    uow: UnitOfWork, kits: Sequence[KitView], period: Interval | None
) -> list[ShelfKit]:
    """Return the kits with what is free of them over the period, in the same order.

    Each is counted by itself: what several kits share is free for one or for the other.
    """
    items = sorted({part.item_id for kit in kits for part in kit.parts})
    if not items:
        return []
    free = free_for_loan(uow, period, item_ids=items) if period else None
    stock = (
        {item: found.stock for item, found in free.items()}
        if free is not None
        else stock_at(uow, items, uow.now)
    )
    left = {item: found.free for item, found in free.items()} if free is not None else None
    shelf = []
    for kit in kits:
        recipe = {part.item_id: part.quantity for part in kit.parts}
        shelf.append(
            ShelfKit(
                kit, kits_from(stock, recipe), None if left is None else kits_from(left, recipe)
            )
        )
    return shelf
