"""Whether an organisation agrees that the public programme shows its event."""

from lending.accounts.permissions import Action, Principal
from lending.bookings.changes import note_change
from lending.bookings.models import Booking
from lending.bookings.moves import load_for
from lending.bookings.states import AT_WORK, State
from lending.db.database import UnitOfWork
from lending.errors import NotAllowedNow


def may_be_shown(state: State) -> bool:
    """Return whether an event can still be announced: its booking lives."""
    return state in AT_WORK | {State.DRAFT, State.RETURNED}


def show_event(uow: UnitOfWork, actor: Principal, booking_id: int, *, is_public: bool) -> Booking:
    """Agree that the public programme shows a booking's event, or take that back.

    It can be taken back whatever has become of the booking.

    Raises:
        NotAllowedNow: it would be shown, and the booking is over.
        NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if is_public and not may_be_shown(booking.state):
        raise NotAllowedNow
    if booking.event.is_public != is_public:
        booking.event.is_public = is_public
        note_change(uow, actor, booking, "show_event" if is_public else "hide_event")
    return booking
