"""What to offer when a loan does not fit: other dates, other items, other lenders, a part."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.intervals import Interval
from lending.authorities.models import Authority
from lending.availability.answers import LineConflict, Wanted, free_for_loan
from lending.availability.holds import Supply, Terms, read_supply, seconds, terms_of
from lending.availability.sweep import lowest
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork

HORIZON_DAYS = 21
"""How far from the wanted dates others are looked for, before and after."""
MOST_DATES = 4


@dataclass(frozen=True)
class Substitute:
    """Another item that could stand in for one that is short."""

    instead_of: int
    item_id: int
    name: str
    authority_id: int
    authority: str
    free: int
    """Over the loan as asked."""
    quantity: int
    """How many would be taken: what is missing, or as much of it as there is."""
    name_en: str = ""


@dataclass(frozen=True)
class Alternatives:
    """What else is possible."""

    dates: tuple[Interval, ...]
    """The nearest dates, of the same length and local hours, at which everything is free."""
    equivalents: tuple[Substitute, ...]
    """In the same authority."""
    elsewhere: tuple[Substitute, ...]
    """In another authority."""
    part: tuple[Wanted, ...]
    """The quantities that can be had now; empty when nothing can."""


def find_alternatives(
    uow: UnitOfWork,
    period: Interval,
    wanted: Sequence[Wanted],
    conflicts: Sequence[LineConflict],
    zone: ZoneInfo,
    *,
    without_lines: Collection[int] = (),
) -> Alternatives:
    """Return what to offer in place of a loan that does not fit.

    The holds of the booking lines `without_lines` do not count: they are the asker's own.
    """
    substitutes = _substitutes(uow, period, conflicts)
    home = _authority_of(uow, wanted[0].item_id) if wanted else None
    part = parts_of(wanted, conflicts)
    return Alternatives(
        dates=tuple(nearest_dates(uow, period, wanted, zone, without_lines=without_lines)),
        equivalents=tuple(s for s in substitutes if s.authority_id == home),
        elsewhere=tuple(s for s in substitutes if s.authority_id != home),
        part=tuple(want for want in part if want.quantity > 0),
    )


def parts_of(wanted: Sequence[Wanted], conflicts: Sequence[LineConflict]) -> list[Wanted]:
    """Return what can be had of all that is wanted: nothing of what is wanted whole and short."""
    possible = {conflict.item_id: conflict.possible for conflict in conflicts}
    return [
        Wanted(
            want.item_id,
            0
            if want.whole and want.item_id in possible
            else possible.get(want.item_id, want.quantity),
            want.whole,
        )
        for want in wanted
    ]


def nearest_dates(
    uow: UnitOfWork,
    period: Interval,
    wanted: Sequence[Wanted],
    zone: ZoneInfo,
    *,
    without_lines: Collection[int] = (),
    horizon_days: int = HORIZON_DAYS,
    most: int = MOST_DATES,
) -> list[Interval]:
    """Return the nearest later or earlier days at which everything wanted is free, nearest first.

    The loan keeps its local hours, also over a night in which the clocks change. Dates that have
    begun are not offered. One read serves all of them.
    """
    terms = terms_of(uow.session, [want.item_id for want in wanted])
    if not terms:
        return []
    margin = timedelta(days=horizon_days + 1)
    window = _widest(terms, seconds(period.start - margin), seconds(period.end + margin))
    supplies = read_supply(
        uow.session,
        *window,
        seconds(uow.now),
        item_ids=[want.item_id for want in wanted],
        without_lines=without_lines,
    )
    found: list[Interval] = []
    for distance in range(1, horizon_days + 1):
        for days in (distance, -distance):
            candidate = shifted(period, days, zone)
            if candidate.start > uow.now and _fits(candidate, wanted, terms, supplies):
                found.append(candidate)
        if len(found) >= most:
            break
    return found[:most]


def _widest(terms: Mapping[int, Terms], starts: int, ends: int) -> tuple[int, int]:
    windows = [term.widen(starts, ends) for term in terms.values()]
    return min(window[0] for window in windows), max(window[1] for window in windows)


def shifted(period: Interval, days: int, zone: ZoneInfo) -> Interval:
    """Return the period so many days later (or earlier) at the same local hours."""
    return Interval(_move(period.start, days, zone), _move(period.end, days, zone))


def _move(at: datetime, days: int, zone: ZoneInfo) -> datetime:
    """Return the same local hour some days later (wall-clock arithmetic, then back to UTC)."""
    return (at.astimezone(zone) + timedelta(days=days)).astimezone(at.tzinfo)


def _fits(
    period: Interval,
    wanted: Sequence[Wanted],
    terms: Mapping[int, Terms],
    supplies: Mapping[int, Supply],
) -> bool:
    starts, ends = seconds(period.start), seconds(period.end)
    for want in wanted:
        supply = supplies.get(want.item_id)
        if supply is None:
            return False
        window = terms[want.item_id].widen(starts, ends)
        if lowest(*window, supply.stock_at(window[0]), supply.claims, supply.changes) < (
            want.quantity
        ):
            return False
    return True


def _substitutes(
    uow: UnitOfWork, period: Interval, conflicts: Sequence[LineConflict]
) -> list[Substitute]:
    short = {conflict.item_id: conflict for conflict in conflicts}
    groups = dict(
        uow.session.execute(
            select(Item.id, Item.equivalence_group).where(
                Item.id.in_(short), Item.equivalence_group != ""
            )
        ).all()
    )
    others = uow.session.execute(
        select(Item, Authority.name)
        .join(Authority, Authority.id == Item.authority_id)
        .where(Item.equivalence_group.in_(groups.values()), Item.id.not_in(short), Item.is_active)
        .order_by(Item.name, Item.id)
    ).all()
    free = free_for_loan(uow, period, item_ids=[item.id for item, _ in others])
    return [
        Substitute(
            instead_of=item_id,
            item_id=item.id,
            name=item.name,
            authority_id=item.authority_id,
            authority=authority,
            free=free[item.id].free,
            quantity=min(short[item_id].requested - short[item_id].possible, free[item.id].free),
            name_en=item.name_en,
        )
        for item_id, group in groups.items()
        for item, authority in others
        if item.equivalence_group == group and free[item.id].free > 0
    ]


def _authority_of(uow: UnitOfWork, item_id: int) -> int | None:
    return uow.session.scalar(select(Item.authority_id).where(Item.id == item_id))
