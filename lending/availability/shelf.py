"""The catalogue with what is free: any number of items in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from calendars.intervals import Interval
from lending.availability.answers import free_for_loan
from lending.availability.holds import Terms
from lending.catalogue.queries import (
    ItemDetail,
    ItemFilter,
    ItemSummary,
    equivalents_of,
    find_items,
)
from lending.catalogue.records import stock_at
from lending.db.database import UnitOfWork

FEW = 40
"""Up to so many items are looked up one by one; of more, reading all holds is quicker."""


@dataclass(frozen=True)
class ShelfItem:
    """An item, its stock, and how much of it is free for the dates in question, if any."""

    item: ItemSummary
    stock: int
    """At the beginning of the dates; without dates, now."""
    free: int | None
    """Signed: below zero, more is promised than there is."""


def list_shelf(
    uow: UnitOfWork,
    wanted: ItemFilter,
    period: Interval | None = None,
    *,
    free_only: bool = False,
) -> list[ShelfItem]:
    """Return the items of the catalogue with what is free of them over the period.

    With `free_only`, those of which nothing is free are left out; it needs a period.
    """
    shelf = with_free(uow, find_items(uow, wanted), period)
    if period is None or not free_only:
        return shelf
    return [entry for entry in shelf if entry.free is not None and entry.free > 0]


def equivalents_with_free(
    uow: UnitOfWork, item: ItemDetail, period: Interval | None = None
) -> list[ShelfItem]:
    """Return the items that can stand in for this one, with what is free of them."""
    return with_free(uow, equivalents_of(uow, item), period)


def with_free(
    uow: UnitOfWork, items: Sequence[ItemSummary], period: Interval | None
) -> list[ShelfItem]:
    """Return the items with what is free of them over the period, in the same order."""
    if period is None or not items:
        stock = stock_at(uow, [item.id for item in items], uow.now)
        return [ShelfItem(item, stock[item.id], None) for item in items]
    terms = {
        item.id: Terms(item.id, item.preparation_minutes, item.turnaround_minutes, item.week_zone)
        for item in items
    }
    few = list(terms) if len(terms) <= FEW else None
    free = free_for_loan(uow, period, item_ids=few, terms=terms)
    return [ShelfItem(item, free[item.id].stock, free[item.id].free) for item in items]
