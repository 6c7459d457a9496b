"""Hand over and take back."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.booked import BookingOut, booking_out
from lending.api.schemas.bookings import CheckIn, CheckOut
from lending.api.schemas.common import Nothing
from lending.bookings.detail import get_booking
from lending.db.database import UnitOfWork
from lending.handover.service import (
    Counted,
    check_in,
    check_out,
    close_booking,
    prepare_booking,
)

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
    BookingOut,
    body=CheckOut,
    may_conflict=True,
)
def hand_over(uow: UnitOfWork, call: Call[None, CheckOut]) -> BookingOut:
    """Hand the equipment over.

    What leaves early may be promised to others until the loan begins: then the answer is 409.
    """
    delivered = {line.item_id: line.delivered for line in call.body.lines or []}
    check_out(uow, call.actor, call.ids["booking_id"], delivered, call.body.unsigned_reason)
    return _told(uow, call)


@operations.add("POST", f"{ONE}/check-in", Action.HAND_OVER, BookingOut, body=CheckIn)
def take_back(uow: UnitOfWork, call: Call[None, CheckIn]) -> BookingOut:
    """Take back what came; lost pieces leave the stock."""
    lines = call.body.lines
    counted = (
        {line.item_id: Counted(line.returned, line.damaged, line.lost) for line in lines}
        if lines is not None
        else None
    )
    check_in(uow, call.actor, call.ids["booking_id"], counted)
    return _told(uow, call)


@operations.add("POST", f"{ONE}/close", Action.HAND_OVER, BookingOut, body=Nothing)
def close(uow: UnitOfWork, call: Call[None, Nothing]) -> BookingOut:
    """Close a loan that is back and settled."""
    close_booking(uow, call.actor, call.ids["booking_id"])
    return _told(uow, call)


def _told(uow: UnitOfWork, call: Call[object, object]) -> BookingOut:
    return booking_out(get_booking(uow, call.actor, call.ids["booking_id"]))
