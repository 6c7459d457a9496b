"""Units follow their bookings: they leave with them, and are let go with them.

That they are back, and how, statements say, or whoever names them afterwards.
"""

from collections.abc import Sequence

from lending.accounts.permissions import Principal
from lending.availability.holds import seconds
from lending.bookings.facts import BookingChanged, BookingMoved
from lending.bookings.models import Booking
from lending.bookings.states import GRANTED, State
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_models import Happening
from lending.catalogue.unit_queries import units_of_items
from lending.catalogue.units import note_happening
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.events import Events
from lending.handover.assignment_checks import check_fit, check_here
from lending.handover.assignment_models import Assignment
from lending.handover.assignment_queries import assignments_of
from lending.handover.kinds import Fate
from lending.handover.unit_counts import to_choose
from lending.i18n import N_

WITH_UNITS = GRANTED | {State.OUT, State.RETURNED, State.CLOSED}
"""The states in which a booking has units, or had; in others they are let go."""


def listen(events: Events) -> None:
    """Follow what happens to bookings."""
    events.subscribe(BookingMoved, follow_move)
    events.subscribe(BookingChanged, follow_change)


def follow_move(event: BookingMoved, uow: UnitOfWork) -> None:
    """Let units leave or stay, as their booking does; what comes back, statements say.

    Raises:
        UnitStillOut, UnitNotFit: a chosen unit cannot leave.
        InvalidInput: fewer pieces leave than units were chosen.
    """
    booking = uow.session.get_one(Booking, event.booking_id)
    rows = assignments_of(uow, [line.id for line in booking.lines])
    if not rows:
        return
    if event.new is State.OUT:
        _leave(uow, event.actor, booking, rows)
    else:
        _let_go(uow, booking, rows)


def follow_change(event: BookingChanged, uow: UnitOfWork) -> None:
    """Let go what a booking that was reduced no longer takes."""
    booking = uow.session.get_one(Booking, event.booking_id)
    if rows := assignments_of(uow, [line.id for line in booking.lines]):
        _let_go(uow, booking, rows)


def note_fate(
    uow: UnitOfWork,
    actor: Principal,
    row: Assignment,
    fate: Fate,
    condition: Condition | None = None,
) -> None:
    """Write down what became of a unit: it is back, whole or broken, in this condition, or lost.

    What is broken is in a poor condition at best; what is lost is retired.
    """
    _end(uow, row, fate)
    if fate is Fate.LOST:
        row.unit.retired_at, row.unit.retired_reason = uow.now, _loan_of(row)
        note_happening(uow, actor, row.unit_id, Happening.RETIRED, detail=_loan_of(row))
        return
    if condition is not None:
        row.unit.condition = condition
    if fate is Fate.DAMAGED and row.unit.condition is not Condition.UNUSABLE:
        row.unit.condition = Condition.POOR
    note_happening(
        uow,
        actor,
        row.unit_id,
        Happening.BACK,
        detail=_loan_of(row),
        condition=row.unit.condition,
    )


def note_left(uow: UnitOfWork, actor: Principal, row: Assignment) -> None:
    """Write down that a unit left with its booking."""
    row.left_at = uow.now
    note_happening(uow, actor, row.unit_id, Happening.OUT, detail=_loan_of(row))


def _leave(uow: UnitOfWork, actor: Principal, booking: Booking, rows: Sequence[Assignment]) -> None:
    units = {u.id: u for u in units_of_items(uow, _items(rows), with_retired=True)}
    _check_counts(booking, rows)
    for row in rows:
        if not row.line.delivered:
            uow.session.delete(row)
            continue
        check_fit(booking, units[row.unit_id])
        check_here(uow, units[row.unit_id])
        note_left(uow, actor, row)


def _check_counts(booking: Booking, rows: Sequence[Assignment]) -> None:
    """Refuse to guess which of the chosen units stay when fewer pieces leave."""
    errors = []
    for position, line in enumerate(booking.lines):
        chosen = sum(row.line_id == line.id for row in rows)
        if 0 < line.delivered < chosen:
            text = N_("%(chosen)d units are chosen for it: free those that stay here first.")
            errors.append(FieldError(f"lines.{position}.delivered", text, (("chosen", chosen),)))
    if errors:
        raise InvalidInput(errors)


def _let_go(uow: UnitOfWork, booking: Booking, rows: Sequence[Assignment]) -> None:
    """Free what has not left and goes with the booking no more; the last chosen first."""
    for line in booking.lines:
        staying = [row for row in rows if row.line_id == line.id and row.left_at is None]
        kept = to_choose(line) if booking.state in WITH_UNITS else 0
        for row in staying[kept:]:
            uow.session.delete(row)


def _end(uow: UnitOfWork, row: Assignment, fate: Fate) -> None:
    """End an assignment now, after the turnaround if that is earlier than it was to end."""
    rest = seconds(uow.now) + 60 * row.unit.item.turnaround_minutes
    row.ends = max(row.starts + 1, min(row.ends, rest))
    row.returned_at, row.fate = uow.now, fate


def _items(rows: Sequence[Assignment]) -> set[int]:
    return {row.unit.item_id for row in rows}


def _loan_of(row: Assignment) -> str:
    """Write which loan it is; a sentence would be in one language for all readers."""
    booking = row.line.booking
    return f"{booking.reference}, {booking.organisation.name}"
