"""What could fill a shortage: pieces under repair, equivalent items that are free."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from calendars.intervals import Interval
from lending.authorities.models import Authority
from lending.availability.answers import free_for_loan
from lending.bookings.shortages import Shortage
from lending.catalogue.models import Item, Maintenance
from lending.db.database import UnitOfWork

OPEN_END = timedelta(days=7)
"""How far ahead equivalents are looked for while nobody knows when a late loan comes back."""


@dataclass(frozen=True)
class Repair:
    """Pieces in maintenance while the item is short."""

    maintenance_id: int
    quantity: int
    starts_at: datetime
    ends_at: datetime | None
    """None: nobody has said when they are back."""
    reason: str


@dataclass(frozen=True)
class StandIn:
    """An equivalent item that is free over the whole shortage."""

    item_id: int
    name: str
    authority: str
    free: int


@dataclass(frozen=True)
class Remedies:
    """What could fill the shortages of one item."""

    repairs: tuple[Repair, ...] = ()
    stand_ins: tuple[StandIn, ...] = ()


def find_remedies(uow: UnitOfWork, shortages: Sequence[Shortage]) -> dict[int, Remedies]:
    """Return for each item that is short what could help over all its shortages."""
    spans: dict[int, Interval] = {}
    for shortage in shortages:
        end = shortage.ends_at or shortage.starts_at + OPEN_END
        known = spans.get(shortage.item_id)
        spans[shortage.item_id] = Interval(
            min(shortage.starts_at, known.start) if known else shortage.starts_at,
            max(end, known.end) if known else end,
        )
    repairs = _repairs(uow, spans)
    stand_ins = _stand_ins(uow, spans)
    return {
        item_id: Remedies(tuple(repairs[item_id]), tuple(stand_ins[item_id])) for item_id in spans
    }


def _repairs(uow: UnitOfWork, spans: dict[int, Interval]) -> dict[int, list[Repair]]:
    rows = uow.session.scalars(
        select(Maintenance)
        .where(Maintenance.item_id.in_(spans), Maintenance.is_on(uow.now))
        .order_by(Maintenance.starts_at)
    )
    found: dict[int, list[Repair]] = defaultdict(list)
    for row in rows:
        span = spans[row.item_id]
        if row.starts_at < span.end and (row.ends_at is None or row.ends_at > span.start):
            found[row.item_id].append(
                Repair(row.id, row.quantity, row.starts_at, row.ends_at, row.reason)
            )
    return found


def _stand_ins(uow: UnitOfWork, spans: dict[int, Interval]) -> dict[int, list[StandIn]]:
    groups = dict(
        uow.session.execute(
            select(Item.id, Item.equivalence_group).where(
                Item.id.in_(spans), Item.equivalence_group != ""
            )
        ).all()
    )
    others = uow.session.execute(
        select(Item.id, Item.name, Item.equivalence_group, Authority.name)
        .join(Authority, Authority.id == Item.authority_id)
        .where(Item.equivalence_group.in_(groups.values()), Item.id.not_in(spans), Item.is_active)
        .order_by(Item.name)
    ).all()
    found: dict[int, list[StandIn]] = defaultdict(list)
    for item_id, group in groups.items():
        ids = [number for number, _, of_group, _ in others if of_group == group]
        free = free_for_loan(uow, spans[item_id], item_ids=ids) if ids else {}
        for number, name, of_group, authority in others:
            if of_group == group and free[number].free > 0:
                found[item_id].append(StandIn(number, name, authority, free[number].free))
    return found
