"""Requests for elections, safety or a crisis: whoever decides says so, and why."""

from lending.accounts.permissions import Action, Principal
from lending.bookings.changes import note_change
from lending.bookings.models import Booking
from lending.bookings.moves import load_for
from lending.bookings.states import UNDECIDED, State
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow
from lending.i18n import N_


def mark_safety(
    uow: UnitOfWork, actor: Principal, booking_id: int, reason: str, *, is_safety: bool = True
) -> Booking:
    """Put an undecided request into the class of elections, safety and crises, or out of it.

    Raises:
        InvalidInput: no reason.
        NotAllowedNow: it is decided, or is what is said already.
        NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.DECIDE_BOOKING)
    if booking.state not in UNDECIDED | {State.WAITLISTED} or booking.is_safety == is_safety:
        raise NotAllowedNow
    if not reason.strip():
        raise InvalidInput(reason=N_("Give a reason: the other side will read it."))
    booking.is_safety = is_safety
    note_change(uow, actor, booking, "mark_safety" if is_safety else "unmark_safety", reason)
    return booking
