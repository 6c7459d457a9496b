"""Numbered units, ready for the step that a test is about."""

from collections.abc import Sequence
from datetime import date

from lending.accounts.permissions import SYSTEM
from lending.catalogue.inspections import Done, ask_for_inspection, record_inspection
from lending.catalogue.units import UnitDetails, add_units
from lending.db.database import Database

AS_USUAL = UnitDetails()


def number_pieces(
    database: Database, item_id: int, count: int, details: UnitDetails = AS_USUAL
) -> list[int]:
    """Number so many pieces of an item from 1 on; return the units."""
    units = database.write(lambda uow: add_units(uow, SYSTEM, item_id, 1, count, details))
    return [unit.id for unit in units]


def inspected(
    database: Database, item_id: int, unit_ids: Sequence[int], done_on: date, months: int = 24
) -> int:
    """Ask for an inspection of an item, done on these units on a day; return its kind."""
    kind = database.write(
        lambda uow: ask_for_inspection(uow, SYSTEM, item_id, "Registre de sécurité", months)
    ).id
    if unit_ids:
        done = Done(done_on, "Bureau de contrôle fictif")
        database.write(lambda uow: record_inspection(uow, SYSTEM, kind, unit_ids, done))
    return kind
