"""Prepare, check out, check in, close: quantities, holds and statements in one transaction."""

from collections.abc import Mapping, Sequence

from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking
from lending.bookings.moves import check_move, load_for, move
from lending.db.database import UnitOfWork
from lending.handover.moving import load_loan
from lending.handover.naming_units import check_all_named
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Circumstances, Counted, Note, UnitTold

__all__ = ["Counted", "check_in", "check_out", "close_booking", "prepare_booking"]


def prepare_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Tell that everything stands ready.

    Raises:
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER)
    move(uow, actor, booking, "prepare")
    return booking


def check_out(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    delivered: Mapping[int, int] | None = None,
    told: Circumstances | None = None,
    notes: Mapping[int, Note] | None = None,
    units: Sequence[UnitTold] | None = None,
) -> Booking:
    """Hand the equipment over, and return the booking (see `tell_check_out`)."""
    booking = load_loan(uow, actor, booking_id)
    tell_check_out(uow, actor, booking_id, delivered, told, notes, units)
    return booking


def check_in(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    counted: Mapping[int, Counted] | None = None,
    told: Circumstances | None = None,
    units: Sequence[UnitTold] | None = None,
) -> Booking:
    """Take back what came, and return the booking (see `tell_check_in`)."""
    booking = load_loan(uow, actor, booking_id)
    tell_check_in(uow, actor, booking_id, counted, told, units)
    return booking


def close_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Close a loan that is back and settled.

    Raises:
        InvalidInput: some of its units are broken or lost, and nobody said which.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER)
    check_move(actor, booking, "close", "")
    check_all_named(uow, actor, booking)
    move(uow, actor, booking, "close")
    return booking
