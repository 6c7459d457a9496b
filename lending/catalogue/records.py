"""The record of an item's stock: movements and maintenance, for the staff that keeps it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from lending.accounts.models import User
from lending.accounts.permissions import Action, Principal
from lending.catalogue.models import Item, Maintenance, StockMovement
from lending.db.database import UnitOfWork
from lending.errors import NotFound

SINCE_EVER = 0
"""The instant of the first movement of an item: its stock was always there."""


@dataclass(frozen=True)
class Movement:
    """Pieces that came or went."""

    id: int
    quantity_delta: int
    effective_at: datetime | None
    """None: since ever."""
    stock_after: int
    reason: str
    actor: str


@dataclass(frozen=True)
class MaintenanceEntry:
    """Pieces out of lending for a while."""

    id: int
    quantity: int
    starts_at: datetime
    ends_at: datetime | None
    """None: until somebody says that they are back."""
    reason: str
    actor: str


def stock_at(uow: UnitOfWork, item_ids: Collection[int], at: datetime) -> dict[int, int]:
    """Return how many pieces there are at an instant, lent or not."""
    query = (
        select(StockMovement.item_id, func.sum(StockMovement.quantity_delta))
        .where(
            StockMovement.item_id.in_(item_ids),
            StockMovement.effective_at <= int(at.timestamp()),
        )
        .group_by(StockMovement.item_id)
    )
    found = {item_id: int(total) for item_id, total in uow.session.execute(query)}
    return {item_id: found.get(item_id, 0) for item_id in item_ids}


def list_movements(uow: UnitOfWork, actor: Principal, item_id: int) -> list[Movement]:
    """Return the stock movements of an item, the latest first.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not see them.
    """
    _check_details(uow, actor, item_id)
    rows = uow.session.execute(
        select(StockMovement, User.name)
        .outerjoin(User, User.id == StockMovement.actor_id)
        .where(StockMovement.item_id == item_id)
        .order_by(StockMovement.effective_at, StockMovement.id)
    )
    level = 0
    movements = []
    for movement, actor_name in rows:
        level += movement.quantity_delta
        at = movement.effective_at
        movements.append(
            Movement(
                id=movement.id,
                quantity_delta=movement.quantity_delta,
                effective_at=None if at == SINCE_EVER else datetime.fromtimestamp(at, UTC),
                stock_after=level,
                reason=movement.reason,
                actor=actor_name or "",
            )
        )
    return movements[::-1]


def list_maintenance(
    uow: UnitOfWork, actor: Principal, item_id: int, *, with_past: bool = False
) -> list[MaintenanceEntry]:
    """Return the maintenance of an item that runs or comes, soonest first; past on demand.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not see it.
    """
    _check_details(uow, actor, item_id)
    query = (
        select(Maintenance, User.name)
        .outerjoin(User, User.id == Maintenance.actor_id)
        .where(Maintenance.item_id == item_id)
        .order_by(Maintenance.starts_at, Maintenance.id)
    )
    if not with_past:
        query = query.where(Maintenance.is_on(uow.now))
    return [
        MaintenanceEntry(m.id, m.quantity, m.starts_at, m.ends_at, m.reason, actor_name or "")
        for m, actor_name in uow.session.execute(query)
    ]


def get_maintenance(uow: UnitOfWork, maintenance_id: int) -> tuple[int, MaintenanceEntry]:
    """Return one maintenance and the number of its item.

    Raises:
        NotFound: there is none of this number.
    """
    row = uow.session.get(Maintenance, maintenance_id)
    if row is None:
        raise NotFound
    entry = MaintenanceEntry(row.id, row.quantity, row.starts_at, row.ends_at, row.reason, "")
    return row.item_id, entry


def _check_details(uow: UnitOfWork, actor: Principal, item_id: int) -> None:
    authority_id = uow.session.scalar(select(Item.authority_id).where(Item.id == item_id))
    if authority_id is None:
        raise NotFound
    actor.check(Action.SEE_STOCK_DETAILS, authority_id=authority_id)
