"""What can be borrowed."""

from dataclasses import fields, replace

from lending.accounts.permissions import Action, Principal
from lending.api.operations import Call, Operations
from lending.api.schemas.common import Paged, page_fields
from lending.api.schemas.items import (
    CategoryOut,
    CategoryPage,
    ItemChange,
    ItemIn,
    ItemOut,
    ItemPage,
    ItemQuery,
    item_fields,
    item_out,
)
from lending.catalogue.families import family_code, family_for
from lending.catalogue.queries import ItemDetail, ItemFilter, find_items, get_item, get_items
from lending.catalogue.queries import list_categories as families
from lending.catalogue.records import stock_at
from lending.catalogue.service import (
    ItemDetails,
    create_item,
    create_service,
    deactivate_item,
    edit_item,
    reactivate_item,
)
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_

operations = Operations("Catalogue")


@operations.add("GET", "/items", Action.BROWSE_CATALOGUE, ItemPage, query=ItemQuery)
def list_items(uow: UnitOfWork, call: Call[ItemQuery, None]) -> ItemPage:
    """List items, those that are called by the words first."""
    wanted = call.query
    found = find_items(uow, item_filter(uow, wanted, with_inactive=wanted.with_inactive))
    ids = [summary.id for summary in wanted.cut(found)]
    details = get_items(uow, ids)
    stock = stock_at(uow, ids, uow.now)
    return ItemPage(
        items=[item_out(details[item_id], stock[item_id]) for item_id in ids],
        **page_fields(wanted, len(found), call.address),
    )


def item_filter(
    uow: UnitOfWork, wanted: ItemQuery | object, *, with_inactive: bool = False
) -> ItemFilter:
    """Return what the parameters of a list of items ask for."""
    authority_id = getattr(wanted, "authority_id", None)
    category = getattr(wanted, "category", "")
    return ItemFilter(
        words=getattr(wanted, "q", ""),
        category=family_code(uow, category) if category else "",
        authority_ids=None if authority_id is None else [authority_id],
        with_inactive=with_inactive,
    )


@operations.add(
    "POST",
    "/items",
    Action.EDIT_CATALOGUE,
    ItemOut,
    status=201,
    body=ItemIn,
    location="/items/{id}",
)
def add_item(uow: UnitOfWork, call: Call[None, ItemIn]) -> ItemOut:
    """Add an item."""
    given = call.body.model_dump(exclude={"authority_id", "category", "stock", "is_service"})
    details = ItemDetails(
        category_id=family_for(uow, call.actor, call.body.category), **item_fields(given)
    )
    authority_id = call.body.authority_id or _own_authority(call.actor)
    add = create_service if call.body.is_service else create_item
    item = add(uow, call.actor, authority_id, details, call.body.stock)
    return _told(uow, item.id)


@operations.add("GET", "/items/{item_id}", Action.BROWSE_CATALOGUE, ItemOut)
def read_item(uow: UnitOfWork, call: Call[None, None]) -> ItemOut:
    """Read an item."""
    return _told(uow, call.ids["item_id"])


@operations.add("PATCH", "/items/{item_id}", Action.EDIT_CATALOGUE, ItemOut, body=ItemChange)
def change_item(uow: UnitOfWork, call: Call[None, ItemChange]) -> ItemOut:
    """Change what is said of an item.

    What was promised keeps its preparation and turnaround; stock changes by movements.
    """
    item_id, given = call.ids["item_id"], item_fields(call.body.given())
    item = get_item(uow, item_id)
    call.actor.check(Action.EDIT_CATALOGUE, authority_id=item.authority_id)
    is_active = given.pop("is_active", None)
    if "category" in given:
        given["category_id"] = family_for(uow, call.actor, given.pop("category"))
    edit_item(uow, call.actor, item_id, replace(_details(item), **given))
    if is_active is not None:
        switch = reactivate_item if is_active else deactivate_item
        switch(uow, call.actor, item_id)
    return _told(uow, item_id)


@operations.add("GET", "/categories", Action.BROWSE_CATALOGUE, CategoryPage, query=Paged)
def list_categories(uow: UnitOfWork, call: Call[Paged, None]) -> CategoryPage:
    """List the families of equipment."""
    found = families(uow)
    return CategoryPage(
        items=[
            CategoryOut.model_validate(family, from_attributes=True)
            for family in call.query.cut(found)
        ],
        **page_fields(call.query, len(found), call.address),
    )


def _details(item: ItemDetail) -> ItemDetails:
    return ItemDetails(**{field.name: getattr(item, field.name) for field in fields(ItemDetails)})


def _told(uow: UnitOfWork, item_id: int) -> ItemOut:
    return item_out(get_item(uow, item_id), stock_at(uow, [item_id], uow.now)[item_id])


def _own_authority(actor: Principal) -> int:
    """Return the one authority that the actor works for.

    Raises:
        InvalidInput: there are several, or none in particular.
    """
    scope = actor.authority_scope(Action.EDIT_CATALOGUE)
    if scope is None or len(scope) != 1:
        raise InvalidInput(authority_id=N_("Say which authority lends it."))
    return next(iter(scope))
