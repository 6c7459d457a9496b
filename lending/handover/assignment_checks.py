"""What keeps a unit in the depot."""

from typing import Any

from lending.bookings.models import Booking
from lending.catalogue.unit_queries import UnitView
from lending.db.database import UnitOfWork
from lending.handover.assignment_errors import (
    InspectionDue,
    UnitInRepair,
    UnitNotFit,
    UnitStillOut,
    UnitTaken,
)
from lending.handover.assignment_models import Assignment
from lending.handover.assignment_queries import in_the_way, last_day_of, out_now


def check_fit(booking: Booking, unit: UnitView) -> None:
    """Refuse a unit that may not be away until the end of the loan.

    Raises:
        UnitInRepair: it came back broken, and is not repaired.
        InspectionDue: one of its inspections falls due before, or failed.
        UnitNotFit: it is retired or out of use.
    """
    last_day = last_day_of(booking)
    if unit.is_fit_until(last_day):
        return
    if unit.is_in_repair and unit.is_active:
        raise UnitInRepair(number=unit.number)
    due = unit.first_due
    if due is not None and unit.is_active and due.forbids(last_day):
        raise InspectionDue(number=unit.number, inspection=due.kind.name)
    raise UnitNotFit(number=unit.number)


def check_free(uow: UnitOfWork, unit: UnitView, bounds: tuple[int, int]) -> None:
    """Refuse a unit that somebody else has at this time; its item must be locked.

    Raises:
        UnitStillOut: it has not come back from there.
        UnitTaken: it was chosen for another booking.
    """
    for found in in_the_way(uow, [unit.id], bounds):
        raise (UnitStillOut if found.is_out else UnitTaken)(**_who(found, unit.number))


def check_here(uow: UnitOfWork, unit: UnitView) -> None:
    """Refuse to hand over a unit that another loan has not brought back.

    Raises:
        UnitStillOut: it is there.
    """
    for found in out_now(uow, [unit.id]):
        raise UnitStillOut(**_who(found, unit.number))


def _who(found: Assignment, number: int) -> dict[str, Any]:
    booking = found.line.booking
    return {
        "number": number,
        "reference": booking.reference,
        "organisation": booking.organisation.name,
    }
