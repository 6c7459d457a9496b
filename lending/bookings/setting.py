"""What an association says of the place where things are set up: tents, ground, stage, power."""

from lending.accounts.permissions import Action, Principal
from lending.bookings.details import setting_errors
from lending.bookings.facts import BookingChanged
from lending.bookings.models import Booking, SiteSetting
from lending.bookings.moves import load_for
from lending.bookings.states import AT_WORK, State
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow


def declare_setting(
    uow: UnitOfWork, actor: Principal, booking_id: int, setting: SiteSetting
) -> Booking:
    """Write what is said of the place, also once a request is sent or granted.

    Raises:
        InvalidInput: something cannot be.
        NotAllowedNow: the request is over.
        NotFound, NotSignedIn, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state not in AT_WORK | {State.DRAFT}:
        raise NotAllowedNow
    if errors := setting_errors(setting):
        raise InvalidInput(errors)
    booking.event.setting = setting
    uow.session.flush()  # subscribers read what the database holds
    uow.events.publish(BookingChanged(booking.id), uow)
    return booking
