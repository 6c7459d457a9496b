"""Send a request, or put it on the waiting list."""

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.availability.holds import lock_items
from lending.availability.models import HoldKind
from lending.bookings.errors import OrganisationNotVerified
from lending.bookings.holding import hold, item_ids_of, lock_with_waiting
from lending.bookings.models import Booking
from lending.bookings.moves import check_move, load_for, move
from lending.bookings.options import arrive, check_start, collect, start_option, start_waiting
from lending.bookings.waiting import serve_waiting
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_
from lending.organisations.models import Verification


def submit_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Send a draft: from now on it holds what it asks for, as an option.

    Where a round collects the requests of its time, it holds nothing and waits for that.

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
    if not collect(uow, booking):
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
    terms = lock_with_waiting(uow, item_ids_of(booking))
    held = booking.state.holds is not None
    booking.submitted_at = booking.submitted_at or uow.now
    start_waiting(uow, booking)
    if held:  # who waits already comes first: this booking only joins them now
        serve_waiting(uow, item_ids_of(booking), terms)
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
    retired = select(Item.name).where(Item.id.in_(item_ids_of(booking)), ~Item.is_active)
    gone = [
        FieldError(
            "lines", N_("%(name)s is no longer lent. Take it out of the list."), (("name", name),)
        )
        for name in uow.session.scalars(retired.order_by(Item.id))
    ]
    if gone:
        raise InvalidInput(gone)
    check_start(uow, actor, booking)
