"""Review and decide requests."""

from collections.abc import Mapping

from lending.accounts.permissions import SYSTEM, Action, Principal
from lending.availability.models import HoldKind
from lending.bookings.facts import NOTHING_AGAINST, Although
from lending.bookings.holding import hold, item_ids_of, lock_with_waiting, release
from lending.bookings.models import Booking
from lending.bookings.moves import check_move, load_for, move
from lending.bookings.options import start_waiting
from lending.bookings.states import RefusalReason
from lending.bookings.waiting import serve_waiting
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_


def review_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Tell that somebody is working on the request.

    Raises:
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.REVIEW_BOOKING)
    move(uow, actor, booking, "review")
    return booking


def approve_booking(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    granted: Mapping[int, int] | None = None,
    reason: str = "",
    although: Although = NOTHING_AGAINST,
) -> Booking:
    """Grant a request, whole or in part (`granted`: item id to quantity; the rest is granted).

    What may stand in the way, and takes a word to go on `although` it does: its field work
    (logistics/overruling.py), its departments (equity/routing), the rules (equity/overriding).

    Raises:
        StockConflict: stock fell since, or the booking was waiting; nothing is decided.
        InvalidInput: more is granted than asked, nothing at all, or a part without a reason.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.DECIDE_BOOKING)
    grants = {line.item_id: line.requested for line in booking.lines} | dict(granted or {})
    name = check_grants(booking, grants, reason)
    check_move(actor, booking, name, reason)
    terms = lock_with_waiting(uow, item_ids_of(booking))
    for line in booking.lines:
        line.granted = grants[line.item_id]
    hold(uow, booking, HoldKind.DECIDED, terms)
    booking.option_until, booking.waiting_since = None, None
    booking.decided_at = uow.now
    move(uow, actor, booking, name, reason, although)
    if name == "approve_in_part":
        serve_waiting(uow, item_ids_of(booking), terms)
    return booking


def check_grants(booking: Booking, grants: Mapping[int, int], reason: str) -> str:
    """Return the move that these quantities amount to.

    Raises:
        InvalidInput: more is granted than asked, nothing at all, or a part without a reason.
    """
    errors = []
    for position, line in enumerate(booking.lines):
        if not 0 <= grants[line.item_id] <= line.requested:
            errors.append(
                FieldError(
                    f"lines.{position}.granted",
                    N_("Grant between 0 and the %(requested)d requested."),
                    (("requested", line.requested),),
                )
            )
        elif line.all_or_nothing and grants[line.item_id] not in (0, line.requested):
            errors.append(
                FieldError(
                    f"lines.{position}.granted",
                    N_(
                        "%(name)s: a part is of no use to the association. "
                        "Grant all %(requested)d or 0."
                    ),
                    (("name", line.item.name), ("requested", line.requested)),
                )
            )
    if set(grants) - item_ids_of(booking):
        errors.append(FieldError("lines", N_("Only what was requested can be granted.")))
    if not errors and not any(grants.values()):
        errors.append(FieldError("lines", N_("Nothing is granted: refuse the request instead.")))
    if errors:
        raise InvalidInput(errors)
    whole = all(grants[line.item_id] == line.requested for line in booking.lines)
    if not whole and not reason.strip():
        raise InvalidInput(reason=N_("Say why only a part is granted: the association reads it."))
    return "approve" if whole else "approve_in_part"


def refuse_booking(
    uow: UnitOfWork, actor: Principal, booking_id: int, code: RefusalReason, reason: str
) -> Booking:
    """Refuse a request with a reason from the list and in words; what it held goes to who waits.

    Raises:
        InvalidInput: no reason in words.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.DECIDE_BOOKING)
    check_move(actor, booking, "refuse", reason)
    booking.refusal_reason, booking.decided_at = code, uow.now
    return _give_up(uow, actor, booking, "refuse", reason)


def put_on_waiting_list(uow: UnitOfWork, actor: Principal, booking_id: int, reason: str) -> Booking:
    """Take back the option of a request and let it wait, behind those who wait already.

    Raises:
        InvalidInput: no reason.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.DECIDE_BOOKING)
    check_move(actor, booking, "put_on_waiting_list", reason)
    terms = lock_with_waiting(uow, item_ids_of(booking))
    start_waiting(uow, booking)
    # Who waits already comes first: this booking only joins them now.
    serve_waiting(uow, item_ids_of(booking), terms)
    move(uow, actor, booking, "put_on_waiting_list", reason)
    return booking


def cancel_booking(uow: UnitOfWork, actor: Principal, booking_id: int, reason: str) -> Booking:
    """Cancel a request or a loan that has not begun; what it held goes to who waits.

    Raises:
        InvalidInput: no reason.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.CANCEL_BOOKING)
    check_move(actor, booking, "cancel", reason)
    return _give_up(uow, actor, booking, "cancel", reason)


def expire_booking(uow: UnitOfWork, booking: Booking) -> None:
    """Let an option lapse that nobody decided in time, or a wait that came to nothing."""
    _give_up(uow, SYSTEM, booking, "expire", "")


def _give_up(
    uow: UnitOfWork, actor: Principal, booking: Booking, name: str, reason: str
) -> Booking:
    terms = lock_with_waiting(uow, item_ids_of(booking))
    held = booking.state.holds is not None
    release(uow, booking)
    booking.option_until, booking.waiting_since = None, None
    move(uow, actor, booking, name, reason)
    if held:
        serve_waiting(uow, item_ids_of(booking), terms)
    return booking
