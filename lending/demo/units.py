"""Numbered units of the demonstration: tents, stages, sound; their registers; who took which."""

from contextlib import suppress
from datetime import date, timedelta

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM, Principal
from lending.catalogue.conditions import Condition
from lending.catalogue.inspection_queries import inspections_due
from lending.catalogue.inspections import Done, ask_for_inspection, record_inspection
from lending.catalogue.models import Item
from lending.catalogue.records import stock_at
from lending.catalogue.unit_models import Result
from lending.catalogue.units import UnitDetails, add_units
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.handover.assigning import assign_proposed, free_unit
from lending.handover.assignment_queries import units_of_booking
from lending.handover.service import prepare_booking
from lending.handover.statements import tell_check_out

BODY = "Bureau de contrôle fictif"
TENTS = ("Vérification par un organisme agréé", 24, "CTS 34, arrêté du 25 juin 1980")
STAGES = ("Contrôle de stabilité", 12, "Notice du fabricant")
ELECTRICAL = ("Contrôle électrique annuel", 12, "Code du travail, R4226-16")
NUMBERED = {
    "TEN-5X12": TENTS,
    "CHA-10X20": TENTS,
    "BAM-4X4": TENTS,
    "BAM-3X6": TENTS,
    "POD-REM": STAGES,
    "SON-KIT": ELECTRICAL,
    "SON-BAT": ELECTRICAL,
}
FORGOTTEN, NOT_IN_ORDER = ("SON-KIT", 2), ("POD-REM", 2)
FAILED = (Result.FAILED, "Un vérin de stabilisation fuit : à réparer avant tout usage.")
OF_USE = (Condition.GOOD, Condition.GOOD, Condition.NEW, Condition.FAIR)
"""The conditions in which pieces are, one after the other."""


def write_units(uow: UnitOfWork) -> None:
    """Number all pieces of what has a register, as they were inspected when it was opened."""
    items = uow.session.scalars(select(Item).where(Item.code.in_(NUMBERED)).order_by(Item.id)).all()
    stocks = stock_at(uow, [item.id for item in items], uow.now)
    for item in items:
        name, months, source = NUMBERED[item.code]
        kind = ask_for_inspection(uow, SYSTEM, item.id, name, months, source)
        for number in range(1, stocks[item.id] + 1):
            details = UnitDetails(
                OF_USE[number % len(OF_USE)],
                date(2019 + number % 5, 3, 1 + number % 20),
                f"{item.code}-{item.authority_id}{number:03d}",
            )
            (unit,) = add_units(uow, SYSTEM, item.id, number, 1, details)
            done = Done(uow.now.date() - timedelta(days=20 + 11 * number), BODY)
            record_inspection(uow, SYSTEM, kind.id, [unit.id], done)


def inspect_units(uow: UnitOfWork) -> None:
    """Inspect what falls due soon; one piece of some kinds is forgotten, one is not in order."""
    due = inspections_due(uow, uow.now.date() + timedelta(days=75))
    wanted = select(Item.id, Item.code).where(Item.id.in_({each.item_id for each in due}))
    codes = dict(uow.session.execute(wanted).all())
    for each in due:
        piece = (codes[each.item_id], each.number)
        if piece == FORGOTTEN:
            continue
        done = FAILED if piece == NOT_IN_ORDER else (Result.PASSED, "")
        inspection = Done(uow.now.date(), BODY, *done)
        record_inspection(uow, SYSTEM, each.due.kind.id, [each.unit_id], inspection)


def prepare_with_units(uow: UnitOfWork, manager: Principal, booking_id: int) -> None:
    """Choose the units of a booking and tell that it stands ready."""
    _choose(uow, manager, booking_id)
    prepare_booking(uow, manager, booking_id)


def check_out_with_units(uow: UnitOfWork, manager: Principal, booking_id: int) -> None:
    """Hand a booking over, with other units where those that were chosen are not there."""
    for line in units_of_booking(uow, manager, booking_id):
        for each in line.chosen:
            if each.still_with or not each.is_fit:
                free_unit(uow, manager, booking_id, each.unit.id)
    _choose(uow, manager, booking_id)
    tell_check_out(uow, manager, booking_id)


def _choose(uow: UnitOfWork, manager: Principal, booking_id: int) -> None:
    for line in units_of_booking(uow, manager, booking_id):
        if line.missing:
            with suppress(InvalidInput):  # nothing is free: it goes without a number
                assign_proposed(uow, manager, booking_id, line.line_id)
