"""Hand over and take back."""

from collections.abc import Sequence

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.booked import BookingOut, booking_out
from lending.api.schemas.common import Nothing, Paged, page_fields
from lending.api.schemas.handover import (
    ChargeOut,
    ChargePage,
    ChargeQuery,
    CheckIn,
    CheckOut,
    Contest,
    HandedOverOut,
    LeavingUnit,
    StatementPage,
    charge_out,
    handed_over_out,
    statement_out,
)
from lending.bookings.detail import get_booking
from lending.db.database import UnitOfWork
from lending.handover.charge_views import get_charge, list_charges
from lending.handover.charging import accept_charge, contest_charge
from lending.handover.queries import statements_of
from lending.handover.service import close_booking, prepare_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted, UnitTold

operations = Operations("Handover")
ONE = "/bookings/{booking_id}"


@operations.add("POST", f"{ONE}/prepare", Action.HAND_OVER, BookingOut, body=Nothing)
def prepare(uow: UnitOfWork, call: Call[None, Nothing]) -> BookingOut:
    """Tell that everything stands ready."""
    prepare_booking(uow, call.actor, call.ids["booking_id"])
    return _told(uow, call)


@operations.add(
    "POST",
    f"{ONE}/check-out",
    Action.HAND_OVER,
    HandedOverOut,
    body=CheckOut,
    may_conflict=True,
)
def hand_over(uow: UnitOfWork, call: Call[None, CheckOut]) -> HandedOverOut:
    """Hand the equipment over.

    `statement` says what became of it: one that contradicts others is kept, and changes nothing.
    What leaves early may be promised to others until the loan begins: then the answer is 409.
    """
    lines = call.body.lines or []
    delivered = {line.item_id: line.delivered for line in lines}
    notes = {line.item_id: line.note() for line in lines}
    told = call.body.circumstances(
        rest_follows=call.body.rest_follows, unsigned_reason=call.body.unsigned_reason
    )
    units, booking_id = _units(call.body.units), call.ids["booking_id"]
    outcome = tell_check_out(uow, call.actor, booking_id, delivered, told, notes, units)
    return handed_over_out(get_booking(uow, call.actor, booking_id), outcome)


@operations.add("POST", f"{ONE}/check-in", Action.HAND_OVER, HandedOverOut, body=CheckIn)
def take_back(uow: UnitOfWork, call: Call[None, CheckIn]) -> HandedOverOut:
    """Take back what came; lost pieces leave the stock.

    `statement` says what became of it: one that contradicts others is kept, and changes nothing.
    """
    lines = call.body.lines
    counted = (
        {
            line.item_id: Counted(line.returned, line.damaged, line.lost, line.dirty, line.note())
            for line in lines
        }
        if lines is not None
        else None
    )
    told, booking_id = call.body.circumstances(), call.ids["booking_id"]
    units = _units(call.body.units)
    outcome = tell_check_in(uow, call.actor, booking_id, counted, told, units)
    return handed_over_out(get_booking(uow, call.actor, booking_id), outcome)


@operations.add("POST", f"{ONE}/close", Action.HAND_OVER, BookingOut, body=Nothing)
def close(uow: UnitOfWork, call: Call[None, Nothing]) -> BookingOut:
    """Close a loan that is back and settled."""
    close_booking(uow, call.actor, call.ids["booking_id"])
    return _told(uow, call)


@operations.add("GET", f"{ONE}/statements", Action.SEE_BOOKING, StatementPage, query=Paged)
def read_statements(uow: UnitOfWork, call: Call[Paged, None]) -> StatementPage:
    """List what was told to have left and come back, also what does not count."""
    found = statements_of(uow, call.actor, call.ids["booking_id"])
    return StatementPage(
        items=[statement_out(each) for each in call.query.cut(found)],
        **page_fields(call.query, len(found), call.address),
    )


@operations.add("GET", "/charges", Action.SEE_CHARGE, ChargePage, query=ChargeQuery)
def read_charges(uow: UnitOfWork, call: Call[ChargeQuery, None]) -> ChargePage:
    """List charges for damage."""
    found = list_charges(uow, call.actor, [call.query.state] if call.query.state else [])
    return ChargePage(
        items=[charge_out(each) for each in call.query.cut(found)],
        **page_fields(call.query, len(found), call.address),
    )


CHARGE = "/charges/{charge_id}"


@operations.add("GET", CHARGE, Action.SEE_CHARGE, ChargeOut)
def read_charge(uow: UnitOfWork, call: Call[None, None]) -> ChargeOut:
    """Read a charge with how it was counted."""
    return charge_out(get_charge(uow, call.actor, call.ids["charge_id"]))


@operations.add("POST", f"{CHARGE}/accept", Action.ANSWER_CHARGE, ChargeOut, body=Nothing)
def accept(uow: UnitOfWork, call: Call[None, Nothing]) -> ChargeOut:
    """Agree, for the borrower, to pay."""
    accept_charge(uow, call.actor, call.ids["charge_id"])
    return charge_out(get_charge(uow, call.actor, call.ids["charge_id"]))


@operations.add("POST", f"{CHARGE}/contest", Action.ANSWER_CHARGE, ChargeOut, body=Contest)
def contest(uow: UnitOfWork, call: Call[None, Contest]) -> ChargeOut:
    """Say, for the borrower, what it does not agree with."""
    contest_charge(uow, call.actor, call.ids["charge_id"], call.body.words)
    return charge_out(get_charge(uow, call.actor, call.ids["charge_id"]))


def _units(given: Sequence[LeavingUnit] | None) -> list[UnitTold] | None:
    return None if given is None else [unit.told() for unit in given]


def _told(uow: UnitOfWork, call: Call[object, object]) -> BookingOut:
    return booking_out(get_booking(uow, call.actor, call.ids["booking_id"]))
