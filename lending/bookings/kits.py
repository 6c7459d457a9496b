"""Ask for kits: so many units become lines that remember the kit."""

from lending.accounts.permissions import Action, Principal
from lending.availability.answers import Wanted
from lending.bookings.drafts import write_lines
from lending.bookings.models import Booking
from lending.bookings.moves import load_for
from lending.bookings.states import State
from lending.bookings.ties import recipe_of, tie, units_of, untie
from lending.catalogue.kits import get_kit
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow
from lending.i18n import N_

MOST_UNITS = 1000


def set_kit(uow: UnitOfWork, actor: Principal, booking_id: int, kit_id: int, units: int) -> Booking:
    """Set how many of a kit a draft asks for; zero takes them out, with their pieces.

    Pieces that are asked for by themselves stay.

    Raises:
        InvalidInput: the kit is not lent by the booking's authority, or too much is asked.
        NotAllowedNow: the booking was sent already.
        NotFound, Forbidden: there is no such kit or booking, or the actor may not.
    """
    booking = load_for(uow, actor, booking_id, Action.EDIT_BOOKING)
    if booking.state is not State.DRAFT:
        raise NotAllowedNow
    kit = get_kit(uow, kit_id)
    if kit.authority_id != booking.authority_id or (units and not kit.can_be_lent):
        raise InvalidInput(kit_id=N_("This authority does not lend this kit."))
    if not 0 <= units <= MOST_UNITS:
        raise InvalidInput(units=N_("Give a whole number of kits."))
    before, old = units_of(booking).get(kit_id, 0), recipe_of(booking, kit_id)
    recipe = {part.item_id: part.quantity for part in kit.parts}
    totals = {line.item_id: line.requested for line in booking.lines}
    for item_id, each in old.items():
        totals[item_id] -= before * each
    for item_id, each in recipe.items():
        totals[item_id] = totals.get(item_id, 0) + units * each
    untie(booking, kit_id)
    uow.session.flush()  # the same tie may be written again
    write_lines(uow, booking, [Wanted(item, total) for item, total in totals.items() if total > 0])
    if units:
        tie(booking, kit_id, units, recipe)
    return booking
