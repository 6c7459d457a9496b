"""What goes before the first statement of a loan, and after the last: prepared, closed."""

from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking
from lending.bookings.moves import check_move, load_for, move
from lending.db.database import UnitOfWork
from lending.handover.naming_units import check_all_named


def prepare_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Tell that everything stands ready.

    Raises:
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER)
    move(uow, actor, booking, "prepare")
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
