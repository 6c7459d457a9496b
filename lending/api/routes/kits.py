"""Kits: what goes together, and how many are free."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import page_fields, period_between
from lending.api.schemas.kits import KitIn, KitOut, KitPage, KitsQuery, kit_out
from lending.availability.kits import kits_with_free
from lending.catalogue.kits import KitDetails, create_kit, get_kit
from lending.catalogue.kits import list_kits as lent_kits
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_

operations = Operations("Catalogue")


@operations.add("GET", "/kits", Action.BROWSE_CATALOGUE, KitPage, query=KitsQuery)
def list_kits(uow: UnitOfWork, call: Call[KitsQuery, None]) -> KitPage:
    """List the kits that are lent, and for dates how many of each are free.

    Each is counted by itself: what several kits share is free for one or for the other.
    """
    wanted = call.query
    if (wanted.start is None) != (wanted.end is None):
        raise InvalidInput(end=N_("Give both times, or none."))
    period = period_between(wanted.start, wanted.end) if wanted.start and wanted.end else None
    only = None if wanted.authority_id is None else [wanted.authority_id]
    found = list(lent_kits(uow, only))
    shelf = kits_with_free(uow, wanted.cut(found), period)
    return KitPage(
        items=[kit_out(entry) for entry in shelf],
        **page_fields(wanted, len(found), call.address),
    )


@operations.add(
    "POST",
    "/kits",
    Action.EDIT_CATALOGUE,
    KitOut,
    status=201,
    body=KitIn,
    location="/kits/{id}",
)
def add_kit(uow: UnitOfWork, call: Call[None, KitIn]) -> KitOut:
    """Write a kit."""
    body = call.body
    parts: dict[int, int] = {}
    for part in body.parts:
        parts[part.item_id] = parts.get(part.item_id, 0) + part.quantity
    details = KitDetails(body.code, body.name, parts, body.name_en, body.description)
    return _told(uow, create_kit(uow, call.actor, body.authority_id, details).id)


@operations.add("GET", "/kits/{kit_id}", Action.BROWSE_CATALOGUE, KitOut)
def read_kit(uow: UnitOfWork, call: Call[None, None]) -> KitOut:
    """Read a kit."""
    return _told(uow, call.ids["kit_id"])


def _told(uow: UnitOfWork, kit_id: int) -> KitOut:
    (entry,) = kits_with_free(uow, [get_kit(uow, kit_id)], None)
    return kit_out(entry)
