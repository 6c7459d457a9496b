"""Stock that comes, goes or is under repair, and what that does to bookings."""

from datetime import datetime

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.availability.holds import FOREVER, add_holds, drop_holds_of_maintenance, seconds
from lending.availability.models import HoldKind
from lending.bookings.facts import StockChanged
from lending.bookings.holding import lock_with_waiting
from lending.bookings.waiting import serve_waiting
from lending.catalogue.models import Item, Maintenance, StockMovement
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_


def move_stock(
    uow: UnitOfWork,
    actor: Principal,
    item_id: int,
    quantity_delta: int,
    effective_at: datetime,
    reason: str,
) -> StockMovement:
    """Record pieces that come (positive) or go at an instant.

    Stock may fall below what is promised: things do break. What no longer fits is then listed
    as a shortage (see `shortages`).

    Raises:
        InvalidInput: nothing moves, no reason, or the stock itself would fall below zero.
        NotFound, Forbidden: the actor cannot.
    """
    item = _item(uow, actor, item_id)
    errors = []
    if quantity_delta == 0:
        errors.append(FieldError("quantity_delta", N_("Give how many pieces come or go.")))
    if not reason.strip():
        errors.append(FieldError("reason", N_("Give a reason, for those who ask later.")))
    if errors:
        raise InvalidInput(errors)
    terms = lock_with_waiting(uow, [item.id])
    movement = StockMovement(
        item_id=item.id,
        quantity_delta=quantity_delta,
        effective_at=seconds(effective_at),
        reason=reason.strip(),
        actor_id=actor.user_id,
        created_at=uow.now,
    )
    uow.session.add(movement)
    uow.session.flush()  # the level is read back from the database
    if _lowest_level(uow, item.id) < 0:
        raise InvalidInput(quantity_delta=N_("There are not that many pieces at that time."))
    uow.events.publish(StockChanged(item.id), uow)
    if quantity_delta > 0:
        serve_waiting(uow, [item.id], terms)
    return movement


def plan_maintenance(
    uow: UnitOfWork,
    actor: Principal,
    item_id: int,
    quantity: int,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
) -> Maintenance:
    """Take pieces out of lending for a while; what no longer fits becomes a shortage.

    Raises:
        InvalidInput: a field cannot be used.
        NotFound, Forbidden: the actor cannot.
    """
    item = _item(uow, actor, item_id)
    errors = []
    if quantity <= 0:
        errors.append(FieldError("quantity", N_("Give a quantity of at least 1.")))
    if ends_at <= starts_at:
        errors.append(FieldError("end", N_("The end must come after the start.")))
    if not reason.strip():
        errors.append(FieldError("reason", N_("Give a reason, for those who ask later.")))
    if errors:
        raise InvalidInput(errors)
    lock_with_waiting(uow, [item.id])
    return put_in_maintenance(uow, actor, item.id, quantity, starts_at, ends_at, reason)


def put_in_maintenance(
    uow: UnitOfWork,
    actor: Principal,
    item_id: int,
    quantity: int,
    starts_at: datetime,
    ends_at: datetime | None,
    reason: str,
) -> Maintenance:
    """Take pieces out of lending, whoever finds that they must be; the item must be locked.

    Without an end they are away until somebody ends the maintenance.
    """
    maintenance = Maintenance(
        item_id=item_id,
        quantity=quantity,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip()[:300],
        actor_id=actor.user_id,
        created_at=uow.now,
    )
    uow.session.add(maintenance)
    uow.session.flush()  # the hold points at it
    _hold(uow, maintenance)
    uow.events.publish(StockChanged(item_id), uow)
    return maintenance


def end_maintenance(uow: UnitOfWork, actor: Principal, maintenance_id: int) -> Maintenance | None:
    """Give the pieces back to lending now; one that had not begun is forgotten (None).

    Raises:
        NotAllowedNow: it has ended already.
        NotFound, Forbidden: the actor cannot.
    """
    maintenance = uow.session.get(Maintenance, maintenance_id)
    if maintenance is None:
        raise NotFound
    item = _item(uow, actor, maintenance.item_id)
    terms = lock_with_waiting(uow, [item.id])
    uow.session.refresh(maintenance)
    if maintenance.ends_at is not None and maintenance.ends_at <= uow.now:
        raise NotAllowedNow
    drop_holds_of_maintenance(uow.session, maintenance.id)
    kept: Maintenance | None = maintenance
    if maintenance.starts_at >= uow.now:
        uow.session.delete(maintenance)
        kept = None
    else:
        maintenance.ends_at = uow.now
        _hold(uow, maintenance)
    uow.session.flush()  # subscribers read what the database holds
    uow.events.publish(StockChanged(item.id), uow)
    serve_waiting(uow, [item.id], terms)
    return kept


def _hold(uow: UnitOfWork, maintenance: Maintenance) -> None:
    starts = seconds(maintenance.starts_at)
    ends = FOREVER if maintenance.ends_at is None else seconds(maintenance.ends_at)
    add_holds(
        uow.session,
        [
            {
                "item_id": maintenance.item_id,
                "starts": starts,
                # At least a second: a maintenance that is ended as it begins stays in the record.
                "ends": max(ends, starts + 1),
                "quantity": maintenance.quantity,
                "kind": HoldKind.MAINTENANCE,
                "is_out": False,
                "maintenance_id": maintenance.id,
            }
        ],
    )


def _item(uow: UnitOfWork, actor: Principal, item_id: int) -> Item:
    item = uow.session.get(Item, item_id)
    if item is None:
        raise NotFound
    actor.check(Action.MANAGE_STOCK, authority_id=item.authority_id)
    return item


def _lowest_level(uow: UnitOfWork, item_id: int) -> int:
    """Return the lowest stock of an item over all time."""
    movements = uow.session.execute(
        select(StockMovement.effective_at, StockMovement.quantity_delta)
        .where(StockMovement.item_id == item_id)
        .order_by(StockMovement.effective_at, StockMovement.quantity_delta.desc())
    )
    level = lowest = 0
    for _, delta in movements:
        level += delta
        lowest = min(lowest, level)
    return lowest
