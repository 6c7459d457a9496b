"""Numbered units from a file and to a file: all of its lines or none."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.authorities.models import Authority
from lending.catalogue.conditions import Condition
from lending.catalogue.models import Item
from lending.catalogue.unit_models import Unit
from lending.catalogue.units import UnitDetails, add_units, edit_unit
from lending.csvfiles import BadFile, LineError, Row, Table, read_table
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.sheets import Sheet

COLUMNS = ("authority", "item", "number", "condition", "acquired_on", "serial", "note")
ONLY_TOLD = ("label", "retired_reason")
"""What an export tells and an import passes over: labels are drawn by lot, retiring is an act."""
ALIASES = {"article": "item", "code": "item", "numero": "number", "etat": "condition"}


@dataclass(frozen=True)
class ImportedUnits:
    """What an import did."""

    created: int
    updated: int
    unchanged: int


def read_units(content: bytes) -> Table:
    """Read a file of units; `item` is the code of the item, `condition` new, good, fair, ….

    Raises:
        BadFile: it cannot be read as a table with the columns `item` and `number`.
    """
    return read_table(
        content, COLUMNS, aliases=ALIASES, ignored=ONLY_TOLD, required=("item", "number")
    )


def import_units(
    uow: UnitOfWork, actor: Principal, rows: Sequence[Row], authority_code: str = ""
) -> ImportedUnits:
    """Write the units of a file: new ones, and known ones (by item and number) as it says.

    Raises:
        BadFile: a line cannot be used; nothing may be kept.
        NotSignedIn, Forbidden: the actor may not.
    """
    items = {
        (authority, code): item_id
        for authority, code, item_id in uow.session.execute(
            select(Authority.code, Item.code, Item.id).join(Item, Item.authority_id == Authority.id)
        )
    }
    units = {(unit.item_id, unit.number): unit for unit in uow.session.scalars(select(Unit))}
    seen: dict[tuple[int, int], int] = {}
    done = {"created": 0, "updated": 0, "unchanged": 0}
    for row in rows:
        item_id = items.get((row.text("authority") or authority_code, row.text("item")))
        number = row.number("number", whole=True) or 0
        if item_id is None:
            row.refuse("item", N_("This authority has no “%(text)s”."), text=row.text("item")[:40])
            continue
        key = (item_id, number)
        if key in seen:
            row.refuse("number", N_("Line %(line)d has the same number."), line=seen[key])
            continue
        seen[key] = row.line
        details = _details(row, units.get(key))
        if not row.errors:
            try:
                done[_write(uow, actor, key, details, units.get(key))] += 1
            except InvalidInput as error:
                row.errors += [
                    LineError(
                        row.line, RENAMED.get(each.field, each.field), each.message, each.data
                    )
                    for each in error.errors
                ]
    errors = [error for row in rows for error in row.errors]
    if errors:
        raise BadFile(errors)
    return ImportedUnits(**done)


RENAMED = {"first": "number", "count": "number"}
"""The column that a field of the service is read from."""


def _details(row: Row, known: Unit | None) -> UnitDetails:
    kept = _as_kept(known) if known else UnitDetails()
    condition = kept.condition
    if row.text("condition"):
        try:
            condition = Condition(row.text("condition").lower())
        except ValueError:
            row.refuse(
                "condition", N_("Write one of these: %(known)s."), known=", ".join(Condition)
            )
    return UnitDetails(
        condition=condition,
        acquired_on=row.day("acquired_on") if row.has("acquired_on") else kept.acquired_on,
        serial=row.text("serial") if row.has("serial") else kept.serial,
        note=row.text("note") if row.has("note") else kept.note,
    )


def _write(
    uow: UnitOfWork,
    actor: Principal,
    key: tuple[int, int],
    details: UnitDetails,
    known: Unit | None,
) -> str:
    if known is None:
        add_units(uow, actor, *key, 1, details)
        return "created"
    if details == _as_kept(known):
        return "unchanged"
    edit_unit(uow, actor, known.id, details)
    return "updated"


def _as_kept(unit: Unit) -> UnitDetails:
    return UnitDetails(unit.condition, unit.acquired_on, unit.serial, unit.note)


def export_units(uow: UnitOfWork) -> Sheet:
    """Return all units as a table that `import_units` reads back without changing anything."""
    rows = uow.session.execute(
        select(Unit, Item.code, Authority.code)
        .join(Item, Item.id == Unit.item_id)
        .join(Authority, Authority.id == Item.authority_id)
        .order_by(Authority.code, Item.code, Unit.number)
    )
    return Sheet(
        "units",
        (*COLUMNS, *ONLY_TOLD),
        [
            [
                authority,
                item,
                unit.number,
                unit.condition.value,
                unit.acquired_on.isoformat() if unit.acquired_on else "",
                unit.serial,
                unit.note,
                unit.code,
                unit.retired_reason,
            ]
            for unit, item, authority in rows
        ],
    )
