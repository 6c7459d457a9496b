"""The one function that moves a booking, and the loading that goes before it."""

from lending.accounts.permissions import Action, Principal
from lending.bookings.facts import NOTHING_AGAINST, Although, BookingMoved
from lending.bookings.models import Booking, Transition
from lending.bookings.states import MOVES, Move, State
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_


def load_for(
    uow: UnitOfWork, actor: Principal, booking_id: int, action: Action, *, lock: bool = True
) -> Booking:
    """Return a booking on which the actor may do this, its row locked against other changes.

    Raises:
        NotFound: there is none that the actor may know of.
        Forbidden: the actor may see it but not do this.
    """
    booking = uow.session.get(Booking, booking_id, with_for_update=lock or None)
    if booking is None:
        raise NotFound
    authority_id, organisation_id = booking.authority_id, booking.organisation_id
    actor.check(
        Action.SEE_BOOKING,
        authority_id=authority_id,
        organisation_id=organisation_id,
        hidden=True,
    )
    actor.check(action, authority_id=authority_id, organisation_id=organisation_id)
    return booking


def check_move(actor: Principal, booking: Booking, name: str, reason: str) -> Move:
    """Refuse a move that the table does not allow here and now.

    Raises:
        NotAllowedNow: the booking is in another state.
        NotFound, Forbidden: the actor may not.
        InvalidInput: the move needs a reason and none is given.
    """
    move = MOVES[name]
    if move.action is not None:
        actor.check(
            move.action,
            authority_id=booking.authority_id,
            organisation_id=booking.organisation_id,
        )
    if booking.state not in move.sources:
        raise NotAllowedNow
    if move.needs_reason and not reason.strip():
        raise InvalidInput(reason=N_("Give a reason: the other side will read it."))
    return move


def move(
    uow: UnitOfWork,
    actor: Principal,
    booking: Booking,
    name: str,
    reason: str = "",
    although: Although = NOTHING_AGAINST,
) -> Transition:
    """Move a booking, write its history and tell who wants to know.

    Raises:
        as `check_move`, and what a room above refuses (see `BookingMoved`).
    """
    to = check_move(actor, booking, name, reason)
    transition = Transition(
        booking_id=booking.id,
        move=name,
        old=booking.state,
        new=to.target,
        actor_id=actor.user_id,
        actor_name=actor.name,
        reason=reason.strip(),
        at=uow.now,
    )
    uow.session.add(transition)
    booking.state = to.target
    if booking.state is not State.INCOMPLETE:
        booking.pieces_until = None
    uow.session.flush()  # subscribers read what the database holds
    uow.events.publish(
        BookingMoved(
            booking.id,
            name,
            transition.old,
            to.target,
            transition.id,
            actor,
            although,
        ),
        uow,
    )
    return transition
