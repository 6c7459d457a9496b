"""What takes stock: read it for any number of items in a fixed number of queries, lock, write."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Executable,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from calendars.zones import start_of_day, to_local
from lending.availability.models import LONG_TIER, OUT, SHORT_SECONDS, SHORT_TIER, Hold, HoldKind
from lending.availability.sweep import StockChange
from lending.catalogue.models import Item, StockMovement

Taken = tuple[int, int, int]
"""A claim as it comes from the database: start, end, quantity (see sweep.Claim)."""

FOREVER = 1 << 40
"""After the end of every calendar: until when a loan that is late may stay away."""


class Terms(NamedTuple):
    """What widens a loan of an item, in minutes; of a service, the week that its hours are of."""

    item_id: int
    preparation_minutes: int
    turnaround_minutes: int
    week_zone: str = ""
    """Of a service: the zone of its weeks."""

    def widen(self, starts: int, ends: int) -> tuple[int, int]:
        """Return the bounds over which the loan `[starts, ends)` occupies the item.

        The hours of a service are taken from the one week, Monday to Sunday, in which it is to be
        done: that of the loan's first day, earlier by the preparation.
        """
        if self.week_zone:
            return _week_of(starts - 60 * self.preparation_minutes, self.week_zone)
        return starts - 60 * self.preparation_minutes, ends + 60 * self.turnaround_minutes


def _week_of(at: int, name: str) -> tuple[int, int]:
    zone = ZoneInfo(name)
    day = to_local(datetime.fromtimestamp(at, UTC), zone).date()
    monday = day - timedelta(days=day.weekday())
    week = (start_of_day(first, zone) for first in (monday, monday + timedelta(days=7)))
    first, following = (int(midnight.timestamp()) for midnight in week)
    return first, following


# Statements are built once, with named values: building one anew costs more than running it.
_STARTS, _ENDS, _NOW = (bindparam(name, type_=BigInteger) for name in ("starts", "ends", "now"))
_ITEMS: BindParameter[list[int]] = bindparam("items", expanding=True)

_TERMS = select(
    Item.id, Item.preparation_minutes, Item.turnaround_minutes, Item.week_zone
).order_by(Item.id)
_TERMS_OF_ITEMS = _TERMS.where(Item.id.in_(_ITEMS))


class Supply(NamedTuple):
    """All that decides what is free of one item over a window."""

    stock: int
    """At the start of the window."""
    changes: Sequence[StockChange]
    claims: Sequence[Taken]

    def stock_at(self, at: int) -> int:
        """Return the stock at an instant of the window that the supply was read for."""
        if not self.changes:
            return self.stock
        return self.stock + sum(change.delta for change in self.changes if change.at <= at)


NOTHING = Supply(0, (), ())
"""The supply of an item that nobody ever bought or took."""


def seconds(at: datetime) -> int:
    """Return the instant as whole seconds since 1970, UTC.

    Raises:
        ValueError: the datetime is naive.
    """
    if at.tzinfo is None:
        raise ValueError(f"naive datetime {at!r}")
    return int(at.timestamp())


def lock_items(session: Session, item_ids: Iterable[int]) -> dict[int, Terms]:
    """Lock the items in the order of their ids until the transaction ends; return their terms.

    Every transaction that adds, moves or widens holds or lowers stock begins with this, so that
    what it then reads stays true until it commits, and two of them never wait for each other in
    a circle. On SQLite the transaction itself is the lock.
    """
    # FOR NO KEY UPDATE: rows that merely point at the item stay insertable.
    query = _TERMS.where(Item.id.in_(sorted(set(item_ids)))).with_for_update(key_share=True)
    return {row[0]: Terms(*row) for row in session.execute(query)}


def terms_of(session: Session, item_ids: Iterable[int] | None = None) -> dict[int, Terms]:
    """Return the terms of these items, or of all, without locking them."""
    if item_ids is None:
        rows = _fetch(session, _TERMS, {})
    else:
        rows = _fetch(session, _TERMS_OF_ITEMS, {"items": sorted(set(item_ids))})
    return {row[0]: Terms._make(row) for row in rows}


class Rows(NamedTuple):
    """All that decides what is free over a window, as the database gives it."""

    stock: dict[int, int]
    """Of each item at the start of the window."""
    changes: list[tuple[int, StockChange]]
    claims: list[tuple[int, int, int, int]]
    """Item, start, end, quantity."""


def read_rows(
    session: Session,
    starts: int,
    ends: int,
    now: int,
    *,
    item_ids: Collection[int] | None = None,
    decided_only: bool = False,
    without_lines: Collection[int] = (),
) -> Rows:
    """Return what decides over `[starts, ends)`, of all items when none are named.

    With `decided_only`, requests that are not decided do not count. The holds of the booking
    lines `without_lines` do not count.
    """
    values: dict[str, object] = {"starts": starts, "ends": ends}
    if item_ids is not None:
        values["items"] = list(item_ids)
    stock, changes = _read_stock(session, starts, values)
    if now < ends:
        values["now"] = now
    query = _claims_query("items" in values, decided_only, "now" in values)
    claims = _fetch(session, query, values)
    if without_lines:
        claims += _read_lines(session, without_lines, decided_only, now)
    return Rows(stock, changes, claims)


def read_supply(
    session: Session,
    starts: int,
    ends: int,
    now: int,
    *,
    item_ids: Collection[int] | None = None,
    without_lines: Collection[int] = (),
) -> dict[int, Supply]:
    """Return what `read_rows` does, item by item.

    Items without stock movement or claim are left out.
    """
    rows = read_rows(session, starts, ends, now, item_ids=item_ids, without_lines=without_lines)
    changes: dict[int, list[StockChange]] = defaultdict(list)
    for item_id, change in rows.changes:
        changes[item_id].append(change)
    claims: dict[int, list[Taken]] = defaultdict(list)
    for item_id, begin, end, quantity in rows.claims:
        claims[item_id].append((begin, end, quantity))
    return {
        item_id: Supply(
            rows.stock.get(item_id, 0), changes.get(item_id, ()), claims.get(item_id, ())
        )
        for item_id in rows.stock.keys() | changes.keys() | claims.keys()
    }


def _fetch(
    session: Session, query: Executable, values: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """Return the driver's own tuples; what the session has not written must be flushed before.

    Rows of the ORM, or even of the engine, cost more than the query, and a page reads thousands.
    """
    cursor = session.connection().execute(query, values).cursor
    if cursor is None:
        raise TypeError("the query returns no rows")
    rows = cast(list[tuple[Any, ...]], cursor.fetchall())
    cursor.close()
    return rows


def _read_stock(
    session: Session, starts: int, values: Mapping[str, object]
) -> tuple[dict[int, int], list[tuple[int, StockChange]]]:
    """Return the stock at the start, all movements up to then in one sum, and what moves later."""
    stock: dict[int, int] = {}
    changes: list[tuple[int, StockChange]] = []
    for item_id, when, delta in _fetch(session, _stock_query("items" in values), values):
        if when <= starts:
            stock[item_id] = int(delta)
        else:
            changes.append((item_id, StockChange(when, int(delta))))
    return stock, changes


@cache
def _stock_query(of_items: bool) -> Executable:
    at = case((StockMovement.effective_at > _STARTS, StockMovement.effective_at), else_=_STARTS)
    query = (
        select(StockMovement.item_id, at, func.sum(StockMovement.quantity_delta))
        .where(StockMovement.effective_at < _ENDS)
        .group_by(StockMovement.item_id, at)
        .order_by(at)
    )
    return query.where(StockMovement.item_id.in_(_ITEMS)) if of_items else query


@cache
def _claims_query(of_items: bool, decided_only: bool, with_late: bool) -> Executable:
    narrowed: list[ColumnElement[bool]] = []
    if of_items:
        narrowed.append(Hold.item_id.in_(_ITEMS))
    if decided_only:
        narrowed.append(Hold.kind != HoldKind.OPTION)
    columns = (Hold.item_id, Hold.starts, Hold.ends, Hold.quantity)
    branches = [
        select(*columns).where(
            Hold.starts < _ENDS,
            Hold.starts > _STARTS - literal_column(str(SHORT_SECONDS)),
            Hold.ends > _STARTS,
            SHORT_TIER,
            *narrowed,
        ),
        select(*columns).where(Hold.ends > _STARTS, Hold.starts < _ENDS, LONG_TIER, *narrowed),
    ]
    if (
        with_late
    ):  # what late loans take beyond their holds: from the promised end until they are back
        branches.append(
            select(Hold.item_id, Hold.ends, literal_column(str(FOREVER)), Hold.quantity).where(
                OUT, Hold.ends <= _NOW, *narrowed
            )
        )
    return union_all(*branches)


def _read_lines(
    session: Session, line_ids: Collection[int], decided_only: bool, now: int
) -> Iterable[tuple[int, int, int, int]]:
    """Yield the lines' own holds as negative claims, which take their effect away."""
    rows = session.execute(
        select(Hold.item_id, Hold.starts, Hold.ends, Hold.quantity, Hold.kind, Hold.is_out).where(
            Hold.booking_line_id.in_(line_ids)
        )
    )
    for item_id, begin, end, quantity, kind, is_out in rows:
        if decided_only and kind is HoldKind.OPTION:
            continue
        yield item_id, begin, FOREVER if is_out and end <= now else end, -quantity


def add_holds(session: Session, rows: list[dict[str, object]]) -> None:
    """Write holds; the items must be locked and the quantities checked."""
    if rows:
        # One statement for many rows, compiled once: values([...]) would compile anew each time.
        session.execute(insert(Hold), rows)


def drop_holds_of_lines(session: Session, line_ids: Collection[int]) -> None:
    """Give back everything that the booking lines hold."""
    if line_ids:
        session.execute(delete(Hold).where(Hold.booking_line_id.in_(line_ids)))


def drop_holds_of_maintenance(session: Session, maintenance_id: int) -> None:
    """Give back everything that a maintenance holds."""
    session.execute(delete(Hold).where(Hold.maintenance_id == maintenance_id))
