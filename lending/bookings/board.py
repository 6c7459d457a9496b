"""The planning board: items down, days across, who has what, what is free, where it is short.

One read serves all items: the number of queries does not depend on how many there are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import ColumnExpressionArgument, Row, Select, select, union_all

from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.availability.answers import instant
from lending.availability.holds import FOREVER, NOTHING, Supply, Terms, read_supply, seconds
from lending.availability.models import LONG_TIER, SHORT_SECONDS, SHORT_TIER, Hold, HoldKind
from lending.availability.sweep import lowest_in_each
from lending.bookings.models import Booking, BookingLine, Event
from lending.bookings.packing import columns_of, pack
from lending.bookings.states import State
from lending.catalogue.models import Category, Item, Maintenance
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation


@dataclass(frozen=True)
class BoardFilter:
    """Which items to show; none named means all that the actor may see."""

    authority_ids: frozenset[int] = frozenset()
    category_ids: frozenset[int] = frozenset()
    item_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Figure:
    """What is free of an item in one column."""

    free: int
    """What could be lent for the whole column, preparation and turnaround counted; signed."""
    missing: int
    """How many more are promised than there are, at the worst instant of the column."""


@dataclass(frozen=True)
class Bar:
    """Something that takes pieces of an item, and the columns it covers."""

    kind: HoldKind
    quantity: int
    starts_at: datetime
    """Of the loan or the maintenance, without preparation and turnaround."""
    ends_at: datetime | None
    """None: of a repair, until somebody says that it is over."""
    first: int
    columns: int
    before: int
    """How many of its first columns are preparation only."""
    after: int
    """How many of its last columns are turnaround only, or waiting for what is late."""
    is_late: bool
    booking_id: int | None = None
    reference: str = ""
    state: State | None = None
    organisation: str = ""
    event: str = ""
    reason: str = ""

    @property
    def end(self) -> int:
        """The first column after it."""
        return self.first + self.columns


@dataclass(frozen=True)
class Cell:
    """A stretch of a row: a bar, or nothing."""

    columns: int
    bar: Bar | None = None


@dataclass(frozen=True)
class BoardItem:
    """An item with its figures, one per column, and its bars in rows."""

    item_id: int
    code: str
    name: str
    name_en: str
    authority_id: int
    authority: str
    stock: int
    """At the beginning."""
    figures: tuple[Figure, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def is_short(self) -> bool:
        """Whether more is promised than there is at some time."""
        return any(figure.missing for figure in self.figures)


@dataclass(frozen=True)
class BoardCategory:
    """Items of one family."""

    category_id: int
    name: str
    name_en: str
    pictogram: str
    items: tuple[BoardItem, ...]


def read_board(
    uow: UnitOfWork, actor: Principal, wanted: BoardFilter, columns: Sequence[Interval]
) -> tuple[BoardCategory, ...]:
    """Return the board over columns that follow each other without a gap.

    Raises:
        Forbidden, NotSignedIn: the actor may not see it.
    """
    actor.check(Action.SEE_BOARD)
    rows = _items(uow, actor, wanted)
    terms = {
        item.id: Terms(item.id, item.preparation_minutes, item.turnaround_minutes, item.week_zone)
        for item, *_ in rows
    }
    bounds = [seconds(column.start) for column in columns] + [seconds(columns[-1].end)]
    supplies = _supplies(uow, terms, bounds)
    bars = _bars(uow, terms.keys(), bounds)
    items: dict[int, list[BoardItem]] = defaultdict(list)
    categories: dict[int, Category] = {}
    for item, category, authority in rows:
        supply = supplies.get(item.id, NOTHING)
        categories[category.id] = category
        items[category.id].append(
            BoardItem(
                item_id=item.id,
                code=item.code,
                name=item.name,
                name_en=item.name_en,
                authority_id=item.authority_id,
                authority=authority,
                stock=supply.stock_at(bounds[0]),
                figures=_figures(terms[item.id], supply, bounds),
                rows=arrange(bars.get(item.id, ()), len(columns)),
            )
        )
    return tuple(
        BoardCategory(
            category.id, category.name, category.name_en, category.pictogram, tuple(items[number])
        )
        for number, category in categories.items()
    )


def _items(
    uow: UnitOfWork, actor: Principal, wanted: BoardFilter
) -> Sequence[Row[Item, Category, str]]:
    conditions: list[ColumnExpressionArgument[bool]] = [Item.is_active]
    scope = actor.authority_scope(Action.SEE_BOARD)
    if scope is not None:
        conditions.append(Item.authority_id.in_(scope))
    for column, chosen in (
        (Item.authority_id, wanted.authority_ids),
        (Item.category_id, wanted.category_ids),
        (Item.id, wanted.item_ids),
    ):
        if chosen:
            conditions.append(column.in_(chosen))
    return uow.session.execute(
        select(Item, Category, Authority.name)
        .join(Category, Category.id == Item.category_id)
        .join(Authority, Authority.id == Item.authority_id)
        .where(*conditions)
        .order_by(Category.position, Category.id, Item.name, Authority.name, Item.id)
    ).all()


def _supplies(
    uow: UnitOfWork, terms: Mapping[int, Terms], bounds: Sequence[int]
) -> dict[int, Supply]:
    """Return what decides over the columns, with the items' buffers around them."""
    if not terms:
        return {}
    around = [term.widen(*column) for term in terms.values() for column in pairwise(bounds)]
    starts, ends = min(each[0] for each in around), max(each[1] for each in around)
    return read_supply(uow.session, starts, ends, seconds(uow.now), item_ids=list(terms))


def _figures(term: Terms, supply: Supply, bounds: Sequence[int]) -> tuple[Figure, ...]:
    columns = list(pairwise(bounds))
    loans = [term.widen(*column) for column in columns]
    return tuple(
        Figure(free=free, missing=max(0, -level))
        for free, level in zip(_least(supply, loans), _least(supply, columns), strict=True)
    )


def _least(supply: Supply, windows: Sequence[tuple[int, int]]) -> list[int]:
    stock = supply.stock_at(windows[0][0])
    return lowest_in_each(windows, stock, supply.claims, supply.changes)


def _bars(
    uow: UnitOfWork, item_ids: Collection[int], bounds: Sequence[int]
) -> dict[int, list[Bar]]:
    now = seconds(uow.now)
    held = _held(item_ids, bounds[0], bounds[-1], now).subquery()
    rows = uow.session.execute(
        select(
            held.c.item_id,
            held.c.starts,
            held.c.ends,
            held.c.quantity,
            held.c.kind,
            held.c.is_out,
            Booking,
            Organisation.name.label("organisation"),
            Event.name.label("event"),
            Maintenance,
        )
        .outerjoin(BookingLine, BookingLine.id == held.c.booking_line_id)
        .outerjoin(Booking, Booking.id == BookingLine.booking_id)
        .outerjoin(Organisation, Organisation.id == Booking.organisation_id)
        .outerjoin(Event, Event.id == Booking.event_id)
        .outerjoin(Maintenance, Maintenance.id == held.c.maintenance_id)
        .order_by(held.c.starts, held.c.id)
    )
    found: dict[int, list[Bar]] = defaultdict(list)
    for row in rows:
        bar = _bar(row, bounds, now)
        if bar is not None:
            found[row.item_id].append(bar)
    return found


def _held(item_ids: Collection[int], starts: int, ends: int, now: int) -> Select[Hold]:
    """Select the holds that take something over `[starts, ends)`, each once."""
    of_items = Hold.item_id.in_(item_ids)
    overlapping = (
        select(Hold.id).where(
            Hold.starts < ends,
            Hold.starts > starts - SHORT_SECONDS,
            Hold.ends > starts,
            SHORT_TIER,
            of_items,
        ),
        select(Hold.id).where(Hold.ends > starts, Hold.starts < ends, LONG_TIER, of_items),
        # What is late has no end: it takes its pieces until it is back.
        select(Hold.id).where(Hold.is_out, Hold.ends <= now, Hold.starts < ends, of_items),
    )
    return select(Hold).where(Hold.id.in_(union_all(*overlapping)))


def _bar(row: Row[*tuple[object, ...]], bounds: Sequence[int], now: int) -> Bar | None:
    is_late = bool(row.is_out) and row.ends <= now
    span = columns_of(row.starts, FOREVER if is_late else row.ends, bounds)
    if span is None:
        return None
    source = row.Booking or row.Maintenance
    starts_at = source.starts_at if source else instant(row.starts)
    ends_at = source.ends_at if source else instant(row.ends)
    ends = row.ends if ends_at is None else min(row.ends, seconds(ends_at))
    loan = columns_of(max(row.starts, seconds(starts_at)), now if is_late else ends, bounds)
    booking = row.Booking
    return Bar(
        kind=row.kind,
        quantity=row.quantity,
        starts_at=starts_at,
        ends_at=ends_at,
        first=span[0],
        columns=span[1] - span[0],
        before=max(loan[0] - span[0], 0) if loan else 0,
        after=max(span[1] - loan[1], 0) if loan else span[1] - span[0],
        is_late=is_late,
        booking_id=booking.id if booking else None,
        reference=booking.reference if booking else "",
        state=booking.state if booking else None,
        organisation=row.organisation or "",
        event=row.event or "",
        reason=row.Maintenance.reason if row.Maintenance else "",
    )


def arrange(bars: Sequence[Bar], columns: int) -> tuple[tuple[Cell, ...], ...]:
    """Lay bars out in rows of cells that add up to the columns, gaps included."""
    rows: dict[int, list[Bar]] = defaultdict(list)
    for bar, row in zip(bars, pack([(bar.first, bar.end) for bar in bars]), strict=True):
        rows[row].append(bar)
    return tuple(_cells(rows[row], columns) for row in sorted(rows))


def _cells(bars: Sequence[Bar], columns: int) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    at = 0
    for bar in sorted(bars, key=lambda bar: bar.first):
        if bar.first > at:
            cells.append(Cell(bar.first - at))
        cells.append(Cell(bar.columns, bar))
        at = bar.end
    if at < columns:
        cells.append(Cell(columns - at))
    return tuple(cells)
