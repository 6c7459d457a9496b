"""What became of units that a statement counted without naming them, told once somebody knows."""

from sqlalchemy import func, select

from lending.accounts.permissions import Action, Principal
from lending.availability.holds import lock_items
from lending.bookings.models import Booking
from lending.bookings.moves import load_for
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_models import Unit
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow
from lending.handover.assignment_models import Assignment
from lending.handover.assignment_queries import assignments_of
from lending.handover.kinds import Fate
from lending.handover.models import StatementLine
from lending.handover.unit_counts import unnamed_of
from lending.handover.unit_moves import note_fate
from lending.i18n import N_

COUNT_FIRST = N_("No statement has counted it so: write a check-in statement, and name it there.")


def tell_fate(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    unit_id: int,
    fate: Fate,
    condition: Condition | None = None,
) -> Unit:
    """Tell that a unit is one of those that were counted as back (in this condition) or as lost.

    One that is broken stays here until the repair that its statement made is ended; one that is
    lost is retired.

    Raises:
        NotAllowedNow: it is not out with this booking, or fewer were counted so.
        NotFound, Forbidden: the actor cannot.
    """
    row = _counted_so(uow, actor, booking_id, unit_id, fate)
    note_fate(uow, actor, row, fate, condition)
    if fate is Fate.DAMAGED:
        row.unit.repair_id = _last_repair(uow, row.line_id)
    return row.unit


def _last_repair(uow: UnitOfWork, line_id: int) -> int | None:
    """Return the repair of what the statements told to be broken of a line, if there is one."""
    query = select(func.max(StatementLine.maintenance_id)).where(StatementLine.line_id == line_id)
    return uow.session.scalar(query)


def _counted_so(
    uow: UnitOfWork, actor: Principal, booking_id: int, unit_id: int, fate: Fate
) -> Assignment:
    """Return the assignment of a unit of which this can be told."""
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER)
    rows = assignments_of(uow, [line.id for line in booking.lines])
    row = next((row for row in rows if row.unit_id == unit_id and row.is_out), None)
    if row is None:
        raise NotAllowedNow
    lock_items(uow.session, [row.unit.item_id])
    of_line = [each for each in rows if each.line_id == row.line_id]
    if fate not in unnamed_of(row.line, of_line).fates:
        raise NotAllowedNow(COUNT_FIRST)
    return row


def bring_rest_back(uow: UnitOfWork, actor: Principal, booking: Booking) -> None:
    """Take back what nobody named of a loan that is back: not where one of its line is harmed."""
    rows = assignments_of(uow, [line.id for line in booking.lines])
    for line in booking.lines:
        of_line = [row for row in rows if row.line_id == line.id]
        if unnamed_of(line, of_line).harmed:
            continue
        for row in of_line:
            if row.is_out:
                note_fate(uow, actor, row, Fate.BACK)


def check_all_named(uow: UnitOfWork, actor: Principal, booking: Booking) -> None:
    """Take back the last units of a loan that is to be closed.

    Raises:
        InvalidInput: it is not known which of them are broken or lost.
    """
    bring_rest_back(uow, actor, booking)
    rows = assignments_of(uow, [line.id for line in booking.lines])
    if any(row.is_out for row in rows):
        raise InvalidInput(
            units=N_("Some units are broken or lost: say first which, on the page of the units.")
        )
