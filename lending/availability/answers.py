"""What is free for a loan, and what stands in the way: the questions that everything asks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from calendars.intervals import Interval
from lending.availability.holds import (
    FOREVER,
    NOTHING,
    Supply,
    Terms,
    read_rows,
    read_supply,
    seconds,
    terms_of,
)
from lending.availability.sweep import Gap, Step, gaps, lowest_in_each, lowest_of_each, timeline
from lending.db.database import UnitOfWork


class Free(NamedTuple):
    """How much of an item can be lent over a loan's whole duration, and out of how many."""

    item_id: int
    stock: int
    free: int
    """Signed: below zero, more is promised than there is."""


@dataclass(frozen=True)
class Wanted:
    """A quantity of an item that somebody asks for."""

    item_id: int
    quantity: int
    whole: bool | None = None
    """Whether a part is of no use; where nobody said, it stays as it was."""


@dataclass(frozen=True)
class FreeStep:
    """A stretch over which the free quantity stays the same."""

    period: Interval
    free: int


@dataclass(frozen=True)
class Missing:
    """A stretch of the loan, buffers included, over which too little is free."""

    period: Interval
    quantity: int


@dataclass(frozen=True)
class LineConflict:
    """One item of which too little is free, and why."""

    item_id: int
    requested: int
    stock: int
    free: int
    """Signed, over the whole loan."""
    missing: tuple[Missing, ...]
    free_if_undecided_yield: int
    """What would be free if no undecided request stood in the way."""

    @property
    def possible(self) -> int:
        """The part that can be had."""
        return max(self.free, 0)

    @property
    def only_undecided_in_the_way(self) -> bool:
        """Whether everything would fit, were it not for requests that nobody has decided."""
        return self.free_if_undecided_yield >= self.requested


def instant(at: int) -> datetime:
    """Return whole seconds since 1970 as an aware datetime."""
    return datetime.fromtimestamp(at, UTC)


def free_for_loan(
    uow: UnitOfWork,
    period: Interval,
    *,
    item_ids: Collection[int] | None = None,
    terms: Mapping[int, Terms] | None = None,
    without_lines: Collection[int] = (),
    decided_only: bool = False,
) -> dict[int, Free]:
    """Return what can be lent over the period, each item's own preparation and turnaround counted.

    Without `item_ids`, of all items of `terms`, and of every item when these are not given
    either. The holds of the booking lines `without_lines` do not count: they are the asker's own.
    """
    if terms is None:
        terms = terms_of(uow.session, item_ids)
    if not terms:
        return {}
    starts, ends = seconds(period.start), seconds(period.end)
    windows = {item_id: term.widen(starts, ends) for item_id, term in terms.items()}
    rows = read_rows(
        uow.session,
        min(window[0] for window in windows.values()),
        max(window[1] for window in windows.values()),
        seconds(uow.now),
        item_ids=item_ids,
        decided_only=decided_only,
        without_lines=without_lines,
    )
    stock, claims = rows.stock, rows.claims
    for item_id, (at, delta) in rows.changes:
        if item_id not in windows:
            continue
        if at <= windows[item_id][0]:
            stock[item_id] = stock.get(item_id, 0) + delta
        else:  # what comes and stays is the contrary of what is taken and never given back
            claims.append((item_id, at, FOREVER, -delta))
    free = lowest_of_each(windows, stock, claims)
    return {item_id: Free(item_id, stock.get(item_id, 0), least) for item_id, least in free.items()}


def _supply_of(
    uow: UnitOfWork, item_id: int, starts: int, ends: int, without_lines: Collection[int] = ()
) -> Supply:
    """Return what decides over `[starts, ends)`, taken as it is."""
    supplies = read_supply(
        uow.session,
        starts,
        ends,
        seconds(uow.now),
        item_ids=[item_id],
        without_lines=without_lines,
    )
    return supplies.get(item_id, NOTHING)


def steps_of(
    uow: UnitOfWork, item_id: int, starts: int, ends: int, *, without_lines: Collection[int] = ()
) -> list[Step]:
    """Return the free quantity of one item over `[starts, ends)`, taken as it is."""
    supply = _supply_of(uow, item_id, starts, ends, without_lines)
    return timeline(starts, ends, supply.stock, supply.claims, supply.changes)


def free_steps(
    uow: UnitOfWork, item_id: int, period: Interval, *, without_lines: Collection[int] = ()
) -> tuple[FreeStep, ...]:
    """Return how the free quantity of an item goes over the period, instant by instant."""
    steps = steps_of(
        uow, item_id, seconds(period.start), seconds(period.end), without_lines=without_lines
    )
    return tuple(
        FreeStep(Interval(instant(step.starts), instant(step.ends)), step.free) for step in steps
    )


def free_by_day(uow: UnitOfWork, item_id: int, days: Sequence[Interval]) -> list[int]:
    """Return for each day what could be lent over that whole day, buffers counted.

    The days must follow each other in order.
    """
    if not days:
        return []
    term = terms_of(uow.session, [item_id])[item_id]
    windows = [term.widen(seconds(day.start), seconds(day.end)) for day in days]
    supply = _supply_of(uow, item_id, windows[0][0], windows[-1][1])
    return lowest_in_each(windows, supply.stock, supply.claims, supply.changes)


def find_conflicts(
    uow: UnitOfWork,
    period: Interval,
    wanted: Iterable[Wanted],
    terms: Mapping[int, Terms],
    *,
    without_lines: Collection[int] = (),
) -> list[LineConflict]:
    """Return the items of which less is free than wanted, in the order of their ids.

    The items must be locked if something will be written on the strength of the answer.
    """
    quantities = {want.item_id: want.quantity for want in wanted}
    free = free_for_loan(
        uow, period, item_ids=list(quantities), terms=terms, without_lines=without_lines
    )
    short = [
        free[item_id] for item_id in sorted(quantities) if free[item_id].free < quantities[item_id]
    ]
    if not short:
        return []
    ids = [answer.item_id for answer in short]
    decided = free_for_loan(
        uow,
        period,
        item_ids=ids,
        terms={item_id: terms[item_id] for item_id in ids},
        without_lines=without_lines,
        decided_only=True,
    )
    return [
        LineConflict(
            item_id=answer.item_id,
            requested=quantities[answer.item_id],
            stock=answer.stock,
            free=answer.free,
            missing=_missing(
                uow, period, terms[answer.item_id], quantities[answer.item_id], without_lines
            ),
            free_if_undecided_yield=decided[answer.item_id].free,
        )
        for answer in short
    ]


def _missing(
    uow: UnitOfWork,
    period: Interval,
    term: Terms,
    wanted: int,
    without_lines: Collection[int],
) -> tuple[Missing, ...]:
    starts, ends = term.widen(seconds(period.start), seconds(period.end))
    steps = steps_of(uow, term.item_id, starts, ends, without_lines=without_lines)
    return tuple(_as_missing(gap) for gap in gaps(steps, wanted))


def _as_missing(gap: Gap) -> Missing:
    return Missing(Interval(instant(gap.starts), instant(gap.ends)), gap.missing)
