"""Send a request, or put it on the waiting list."""

from datetime import timedelta

from lending.accounts.permissions import Action, Principal
from lending.availability.holds import lock_items
from lending.availability.models import HoldKind
from lending.bookings.errors import OrganisationNotVerified
from lending.bookings.holding import hold, item_ids_of, release
from lending.bookings.models import Booking
from lending.bookings.moves import check_move, load_for, move
from lending.db.counter import next_number
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.organisations.models import Verification


def submit_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Send a draft: from now on it holds what it asks for, as an option.

    Raises:
        StockConflict: too little is free; the draft stays as it is.
        OrganisationNotVerified: the front desk has not checked yet who asks.
        InvalidInput: it asks for nothing, or for a time that has passed.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    check_move(actor, booking, "submit", "")
    check_ready(uow, actor, booking)
    terms = lock_items(uow.session, item_ids_of(booking))
    hold(uow, booking, HoldKind.OPTION, terms)
    start_option(uow, booking)
    booking.submitted_at = uow.now
    move(uow, actor, booking, "submit")
    arrive(uow, booking)
    return booking


def join_waiting_list(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Wait, with the whole request, until everything it asks for comes free.

    Raises:
        OrganisationNotVerified, InvalidInput: as for `submit_booking`.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    check_move(actor, booking, "wait", "")
    check_ready(uow, actor, booking)
    lock_items(uow.session, item_ids_of(booking))
    booking.submitted_at = booking.submitted_at or uow.now
    start_waiting(uow, booking)
    move(uow, actor, booking, "wait")
    arrive(uow, booking)
    return booking


def check_ready(uow: UnitOfWork, actor: Principal, booking: Booking) -> None:
    """Refuse to send what cannot be decided.

    Raises:
        OrganisationNotVerified, InvalidInput: see `submit_booking`.
    """
    if booking.organisation.verification is not Verification.VERIFIED:
        raise OrganisationNotVerified
    if not booking.lines:
        raise InvalidInput(lines=N_("Choose at least one item."))
    # Staff may enter afterwards what was lent without a request.
    if booking.starts_at <= uow.now and not actor.can(
        Action.REVIEW_BOOKING, authority_id=booking.authority_id
    ):
        raise InvalidInput(start=N_("This date has passed. Choose a later one."))


def start_option(uow: UnitOfWork, booking: Booking) -> None:
    """Give the request its time to be decided in, at most until the loan begins."""
    lapses = uow.now + timedelta(days=booking.authority.option_days)
    booking.option_until = min(lapses, booking.starts_at) if booking.starts_at > uow.now else lapses
    booking.waiting_since = None


def start_waiting(uow: UnitOfWork, booking: Booking) -> None:
    """Put the booking at the end of the queue; it holds nothing while it waits."""
    release(uow, booking)
    booking.waiting_since = booking.waiting_since or uow.now
    booking.option_until = None


def arrive(uow: UnitOfWork, booking: Booking) -> None:
    """Number a file that is complete for the first time: the order of decisions."""
    if booking.complete_at is None:
        booking.complete_at = uow.now
        booking.arrival = next_number(uow.session, f"arrival:{booking.authority_id}")
