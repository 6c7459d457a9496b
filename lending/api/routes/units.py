"""Numbered units, and which goes with which booking."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import page_fields
from lending.api.schemas.units import (
    BookingUnitsOut,
    ChosenUnitIn,
    UnitChange,
    UnitOut,
    UnitOutcome,
    UnitPage,
    UnitsIn,
    UnitsQuery,
    line_units_out,
    unit_out,
)
from lending.catalogue.unit_queries import get_unit, list_units
from lending.catalogue.units import UnitDetails, add_units, edit_unit, load_unit, retire_unit
from lending.db.database import UnitOfWork
from lending.handover.assigning import assign_code, assign_unit
from lending.handover.assignment_queries import units_of_booking
from lending.handover.kinds import Fate
from lending.handover.naming_units import tell_fate

operations = Operations("Units")
OF_ITEM, OF_BOOKING = "/items/{item_id}/units", "/bookings/{booking_id}/units"


@operations.add("GET", OF_ITEM, Action.SEE_STOCK_DETAILS, UnitPage, query=UnitsQuery)
def list_item_units(uow: UnitOfWork, call: Call[UnitsQuery, None]) -> UnitPage:
    """List the numbered units of an item."""
    item_id, wanted = call.ids["item_id"], call.query
    found = list_units(uow, call.actor, item_id, with_retired=wanted.with_retired)
    return UnitPage(
        items=[unit_out(unit) for unit in wanted.cut(found)],
        **page_fields(wanted, len(found), call.address),
    )


@operations.add("POST", OF_ITEM, Action.MANAGE_STOCK, UnitPage, status=201, body=UnitsIn)
def add_item_units(uow: UnitOfWork, call: Call[None, UnitsIn]) -> UnitPage:
    """Number pieces of an item; the stock stays as it is."""
    body, item_id = call.body, call.ids["item_id"]
    details = UnitDetails(body.condition, body.acquired_on, body.serial, body.note)
    made = {
        unit.id for unit in add_units(uow, call.actor, item_id, body.first, body.count, details)
    }
    units = [unit for unit in list_units(uow, call.actor, item_id) if unit.id in made]
    wanted = UnitsQuery(page=1, per_page=len(units))
    return UnitPage(
        items=[unit_out(unit) for unit in units],
        **page_fields(wanted, len(units), call.address),
    )


@operations.add("GET", "/units/{unit_id}", Action.SEE_STOCK_DETAILS, UnitOut)
def read_unit(uow: UnitOfWork, call: Call[None, None]) -> UnitOut:
    """Read a unit."""
    return unit_out(get_unit(uow, call.actor, call.ids["unit_id"]))


@operations.add(
    "PATCH", "/units/{unit_id}", Action.MANAGE_STOCK, UnitOut, body=UnitChange, refusals=(409,)
)
def change_unit(uow: UnitOfWork, call: Call[None, UnitChange]) -> UnitOut:
    """Change what is said of a unit, or retire it."""
    unit_id, given = call.ids["unit_id"], call.body.given()
    unit = load_unit(uow, call.actor, unit_id)
    reason = given.pop("retired_reason", "")
    names = ("condition", "acquired_on", "serial", "note")
    details = UnitDetails(*(given.get(name, getattr(unit, name)) for name in names))
    edit_unit(uow, call.actor, unit_id, details)
    if reason:
        retire_unit(uow, call.actor, unit_id, reason)
    return unit_out(get_unit(uow, call.actor, unit_id))


@operations.add("GET", OF_BOOKING, Action.HAND_OVER, BookingUnitsOut)
def read_booking_units(uow: UnitOfWork, call: Call[None, None]) -> BookingUnitsOut:
    """Read which units go with a booking, and which could."""
    return _told(uow, call)


@operations.add("POST", OF_BOOKING, Action.HAND_OVER, BookingUnitsOut, body=ChosenUnitIn)
def choose_booking_unit(uow: UnitOfWork, call: Call[None, ChosenUnitIn]) -> BookingUnitsOut:
    """Choose a unit for a booking.

    A unit that somebody else has at that time, or that may not go, is refused with 409.
    """
    booking_id, body = call.ids["booking_id"], call.body
    if body.unit_id is None:
        assign_code(uow, call.actor, booking_id, body.code)
    else:
        assign_unit(uow, call.actor, booking_id, body.unit_id, instead_of=body.instead_of)
    return _told(uow, call)


@operations.add(
    "POST",
    f"{OF_BOOKING}/{{unit_id}}/outcome",
    Action.HAND_OVER,
    BookingUnitsOut,
    body=UnitOutcome,
    refusals=(409,),
)
def name_booking_unit(uow: UnitOfWork, call: Call[None, UnitOutcome]) -> BookingUnitsOut:
    """Tell which unit it was that a check-in counted as back, broken or lost without naming it.

    A loan is closed once this is known of all its units. What no statement counted so is refused
    with 409.
    """
    booking_id, unit_id, told = call.ids["booking_id"], call.ids["unit_id"], call.body
    tell_fate(uow, call.actor, booking_id, unit_id, Fate(told.fate), told.condition)
    return _told(uow, call)


def _told(uow: UnitOfWork, call: Call[None, object]) -> BookingUnitsOut:
    booking_id = call.ids["booking_id"]
    lines = units_of_booking(uow, call.actor, booking_id)
    return BookingUnitsOut(booking_id=booking_id, lines=[line_units_out(line) for line in lines])
