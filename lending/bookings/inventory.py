"""An inventory from a file: items and their stock, in one transaction under one lock."""

from collections.abc import Sequence

from lending.accounts.permissions import Principal
from lending.bookings.holding import lock_with_waiting
from lending.bookings.supply import move_stock
from lending.catalogue.importing import ImportedItems, existing_items, import_items
from lending.csvfiles import BadFile, LineError, Row
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_

COUNTED = N_("Inventory from a file")


def import_inventory(
    uow: UnitOfWork, actor: Principal, rows: Sequence[Row], authority_code: str = ""
) -> ImportedItems:
    """Write the items of a file; where it counts other than we do, record a stock movement.

    Raises:
        BadFile: a line cannot be used; nothing may be kept.
        NotSignedIn, Forbidden: the actor may not.
    """
    # All at once and before anything is written: the movements below would lock one by one.
    lock_with_waiting(uow, existing_items(uow, rows, authority_code))
    imported = import_items(uow, actor, rows, authority_code)
    errors = []
    for difference in imported.differences:
        delta = difference.quantity_delta
        try:
            move_stock(uow, actor, difference.item_id, delta, uow.now, COUNTED)
        except InvalidInput as error:
            errors += [LineError(difference.line, "stock", e.message, e.data) for e in error.errors]
    if errors:
        raise BadFile(errors)
    return imported
