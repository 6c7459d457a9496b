"""Stock that comes and goes, and what is under repair."""

from datetime import UTC

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import Nothing, Paged, page_fields
from lending.api.schemas.items import (
    MaintenanceIn,
    MaintenanceOut,
    MaintenancePage,
    MaintenanceQuery,
    MovementIn,
    MovementOut,
    MovementPage,
    maintenance_out,
    movement_out,
)
from lending.bookings.supply import end_maintenance, move_stock, plan_maintenance
from lending.catalogue.records import get_maintenance, list_maintenance, list_movements
from lending.db.database import UnitOfWork

operations = Operations("Stock")

MOVEMENTS = "/items/{item_id}/stock-movements"
MAINTENANCE = "/items/{item_id}/maintenance"


@operations.add("GET", MOVEMENTS, Action.SEE_STOCK_DETAILS, MovementPage, query=Paged)
def list_stock_movements(uow: UnitOfWork, call: Call[Paged, None]) -> MovementPage:
    """List the movements of an item's stock, the latest first."""
    item_id = call.ids["item_id"]
    found = list_movements(uow, call.actor, item_id)
    return MovementPage(
        items=[movement_out(item_id, movement) for movement in call.query.cut(found)],
        **page_fields(call.query, len(found), call.address),
    )


@operations.add("POST", MOVEMENTS, Action.MANAGE_STOCK, MovementOut, status=201, body=MovementIn)
def add_stock_movement(uow: UnitOfWork, call: Call[None, MovementIn]) -> MovementOut:
    """Record pieces that come or go.

    Stock may fall below what is promised: what no longer fits is listed as a shortage.
    """
    item_id, body = call.ids["item_id"], call.body
    at = body.effective_at or uow.now.astimezone(UTC)
    made = move_stock(uow, call.actor, item_id, body.quantity_delta, at, body.reason)
    movements = list_movements(uow, call.actor, item_id)
    return movement_out(item_id, next(m for m in movements if m.id == made.id))


@operations.add(
    "GET", MAINTENANCE, Action.SEE_STOCK_DETAILS, MaintenancePage, query=MaintenanceQuery
)
def list_item_maintenance(uow: UnitOfWork, call: Call[MaintenanceQuery, None]) -> MaintenancePage:
    """List the maintenance of an item that runs or comes."""
    item_id = call.ids["item_id"]
    found = list_maintenance(uow, call.actor, item_id, with_past=call.query.with_past)
    return MaintenancePage(
        items=[maintenance_out(item_id, entry) for entry in call.query.cut(found)],
        **page_fields(call.query, len(found), call.address),
    )


@operations.add(
    "POST", MAINTENANCE, Action.MANAGE_STOCK, MaintenanceOut, status=201, body=MaintenanceIn
)
def add_maintenance(uow: UnitOfWork, call: Call[None, MaintenanceIn]) -> MaintenanceOut:
    """Take pieces out of lending for a while.

    What no longer fits is listed as a shortage.
    """
    body = call.body
    made = plan_maintenance(
        uow,
        call.actor,
        call.ids["item_id"],
        body.quantity,
        body.start,
        body.end,
        body.reason,
    )
    return maintenance_out(*get_maintenance(uow, made.id))


@operations.add(
    "POST", "/maintenance/{maintenance_id}/end", Action.MANAGE_STOCK, None, status=204, body=Nothing
)
def end_maintenance_now(uow: UnitOfWork, call: Call[None, Nothing]) -> None:
    """Give the pieces back to lending now; maintenance that had not begun is forgotten."""
    end_maintenance(uow, call.actor, call.ids["maintenance_id"])
