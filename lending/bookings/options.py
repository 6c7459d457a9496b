"""How long a request holds, when it waits, and its rank of arrival."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from lending.accounts.permissions import Action, Principal
from lending.bookings.holding import release
from lending.bookings.models import Booking, Transition
from lending.db.counter import next_number
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.policies.queries import rules_in_force
from lending.policies.rounds import round_for


def check_start(uow: UnitOfWork, actor: Principal, booking: Booking) -> None:
    """Refuse a loan that would have begun, except to the staff: they may enter it afterwards.

    Raises:
        InvalidInput: the loan begins in the past.
    """
    if booking.starts_at <= uow.now and not actor.can(
        Action.REVIEW_BOOKING, authority_id=booking.authority_id
    ):
        raise InvalidInput(start=N_("This date has passed. Choose a later one."))


def start_option(uow: UnitOfWork, booking: Booking) -> None:
    """Give the request its time to be decided in, from now on."""
    limit_option(uow, booking, uow.now)
    booking.waiting_since = None


def limit_option(uow: UnitOfWork, booking: Booking, since: datetime) -> None:
    """Let the option last for the authority's time from an instant, or until the loan begins."""
    rules = rules_in_force(uow.session, booking.authority_id, uow.now).rules
    lapses = since + timedelta(days=rules.option_days)
    booking.option_until = min(lapses, booking.starts_at) if booking.starts_at > uow.now else lapses


def collect(uow: UnitOfWork, booking: Booking) -> bool:
    """Leave the decision to the round that collects the requests of its time, if there is one.

    Its items must be locked: until the round is decided it holds nothing.
    """
    found = round_for(uow.session, booking.authority_id, booking.starts_at, uow.now)
    booking.round_id = found.id if found else None
    if found is None:
        return False
    release(uow, booking)
    booking.option_until = None
    return True


def option_since(uow: UnitOfWork, booking: Booking) -> datetime:
    """Return since when the request has had its time to be decided in.

    Since it was sent, or since it was served: what it waited before does not count.
    """
    began = select(func.max(Transition.at)).where(
        Transition.booking_id == booking.id, Transition.move.in_(("submit", "serve"))
    )
    return uow.session.scalar(began) or uow.now


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
