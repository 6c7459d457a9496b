"""What is free."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.routes.items import item_filter
from lending.api.schemas.availability import (
    AvailabilityPage,
    AvailabilityQuery,
    FreeItem,
    FreeStretch,
    ItemAvailability,
)
from lending.api.schemas.common import PeriodQuery, page_fields
from lending.availability.answers import free_for_loan, free_steps
from lending.catalogue.queries import find_items, get_item
from lending.db.database import UnitOfWork

operations = Operations("Availability")


@operations.add(
    "GET",
    "/items/{item_id}/availability",
    Action.BROWSE_CATALOGUE,
    ItemAvailability,
    query=PeriodQuery,
)
def read_item_availability(uow: UnitOfWork, call: Call[PeriodQuery, None]) -> ItemAvailability:
    """Read what is free of an item, for a loan and instant by instant."""
    item = get_item(uow, call.ids["item_id"])
    period = call.query.period()
    free = free_for_loan(uow, period, item_ids=[item.id])[item.id]
    return ItemAvailability(
        item_id=item.id,
        start=period.start,
        end=period.end,
        stock=free.stock,
        free=free.free,
        timeline=[
            FreeStretch(start=step.period.start, end=step.period.end, free=step.free)
            for step in free_steps(uow, item.id, period)
        ],
    )


@operations.add(
    "GET",
    "/availability",
    Action.BROWSE_CATALOGUE,
    AvailabilityPage,
    query=AvailabilityQuery,
)
def read_availability(uow: UnitOfWork, call: Call[AvailabilityQuery, None]) -> AvailabilityPage:
    """Read what is free of many items for a loan."""
    period = call.query.period()
    found = find_items(uow, item_filter(uow, call.query))
    shown = call.query.cut(found)
    free = free_for_loan(uow, period, item_ids=[item.id for item in shown])
    return AvailabilityPage(
        start=period.start,
        end=period.end,
        items=[
            FreeItem(
                item_id=item.id,
                code=item.code,
                name=item.name,
                authority_id=item.authority_id,
                category=item.category_code,
                stock=free[item.id].stock,
                free=free[item.id].free,
            )
            for item in shown
        ],
        **page_fields(call.query, len(found), call.address),
    )
