"""What a file lacks: asked for once, by a day; the clock runs again from the complete file.

CRPA L114-5: an incomplete request is answered with the list of what is missing and a deadline.
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from calendars.zones import next_midnight, start_of_day, to_local
from lending.accounts.permissions import Action, Principal
from lending.bookings.changes import note_change
from lending.bookings.models import Booking
from lending.bookings.moves import load_for, move
from lending.bookings.options import arrive
from lending.bookings.states import State
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow
from lending.i18n import N_
from lending.policies.queries import rules_in_force

ONE_DAY = timedelta(days=1)


def ask_for_pieces(uow: UnitOfWork, actor: Principal, booking_id: int, what: str) -> Booking:
    """Send the request back to its borrower, saying what is missing; it keeps its option.

    It has until the end of the last of the days that the rules leave, on the lender's clock; when
    they are over somebody decides, nothing is refused by itself.

    Raises:
        InvalidInput: nothing is asked for.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.REVIEW_BOOKING)
    rules = rules_in_force(uow.session, booking.authority_id, uow.now).rules
    booking.pieces_until = next_midnight(
        uow.now + timedelta(days=rules.pieces_days), _zone(booking)
    )
    move(uow, actor, booking, "ask_for_pieces", what)
    booking.complete_at, booking.arrival = None, None
    return booking


def complete_booking(
    uow: UnitOfWork, actor: Principal, booking_id: int, answer: str = ""
) -> Booking:
    """Hand in what was missing: the file is complete from now on, and numbered.

    Raises:
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    move(uow, actor, booking, "complete", answer)
    arrive(uow, booking)
    return booking


def prolong_pieces(
    uow: UnitOfWork, actor: Principal, booking_id: int, last_day: date, reason: str
) -> Booking:
    """Leave the borrower more time to hand in what is missing: all of that day.

    Raises:
        InvalidInput: no reason, or a day that is past, no later than now left, or of the loan.
        NotAllowedNow: nothing is missing.
        NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.REVIEW_BOOKING)
    if booking.state is not State.INCOMPLETE:
        raise NotAllowedNow
    zone = _zone(booking)
    wrong: list[FieldError] = []
    until = start_of_day(last_day + ONE_DAY, zone)
    if until <= max(booking.pieces_until or uow.now, uow.now):
        wrong.append(FieldError("last_day", N_("Give a day that leaves more time than now.")))
    elif last_day >= to_local(booking.starts_at, zone).date():
        wrong.append(FieldError("last_day", N_("Give a day before the loan begins.")))
    if not reason.strip():
        wrong.append(FieldError("reason", N_("Give a reason: the other side will read it.")))
    if wrong:
        raise InvalidInput(wrong)
    booking.pieces_until = until
    note_change(uow, actor, booking, "prolong", reason)
    return booking


def _zone(booking: Booking) -> ZoneInfo:
    return ZoneInfo(booking.authority.timezone)
