"""While a round collects a period, nobody is granted anything in it by another way.

Listens to the bookings in the transaction that grants them, so that no way leads past it.
"""

from lending.bookings.facts import BookingMoved
from lending.bookings.models import Booking
from lending.bookings.states import GRANTING
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.events import Events
from lending.i18n import N_
from lending.policies.rounds import round_for


class WaitsForRound(InvalidInput):
    """The request is decided together with others."""

    code = "waits_for_round"
    default_message = N_("This request is decided together with the others of its period.")

    def __init__(self, name: str) -> None:
        text = N_("The round %(name)s decides about all requests of these days together.")
        super().__init__([FieldError("round", text, (("name", name),))])


def listen(events: Events) -> None:
    """Refuse what would pass a round by; called once, by the composition root."""
    events.subscribe(BookingMoved, _moved)


def _moved(fact: BookingMoved, uow: UnitOfWork) -> None:
    if fact.move not in GRANTING:
        return
    booking = uow.session.get_one(Booking, fact.booking_id)
    found = round_for(uow.session, booking.authority_id, booking.starts_at, uow.now)
    if found is not None:
        raise WaitsForRound(found.name)
