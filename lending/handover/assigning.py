"""Which unit goes with which line of a booking: chosen at preparation, never chosen twice.

Whoever chooses locks the booking and its items first, as whoever takes stock does; what stands in
the way is then read under the lock. On PostgreSQL the table itself refuses a double as well.
"""

from collections.abc import Mapping

from lending.accounts.permissions import Action, Principal
from lending.availability.holds import lock_items
from lending.bookings.holding import item_ids_of
from lending.bookings.models import Booking, BookingLine
from lending.bookings.moves import load_for
from lending.bookings.states import GRANTED, State
from lending.catalogue.unit_queries import UnitView, unit_of_code, units_of_items
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow, NotFound
from lending.handover.assignment_checks import check_fit, check_free
from lending.handover.assignment_models import Assignment
from lending.handover.assignment_queries import (
    assignments_of,
    bounds_of,
    free_units,
)
from lending.handover.unit_counts import to_choose_still
from lending.handover.unit_moves import note_left
from lending.i18n import N_

OPEN = GRANTED | {State.OUT}
"""The states in which units are chosen; also after the hand-over, for what was not written down."""


def assign_unit(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    unit_id: int,
    *,
    instead_of: int | None = None,
) -> Assignment:
    """Choose a unit for the line of its item, in place of another unit where one is named.

    Raises:
        UnitTaken: it goes with another booking at this time, or is still out with it.
        UnitNotFit: it is retired or of no use, or an inspection falls due before the end.
        InvalidInput: the booking has nothing of this item, or all its pieces are chosen.
        NotAllowedNow: the booking is not granted, or is back.
        NotFound, Forbidden: the actor cannot.
    """
    booking = _open_booking(uow, actor, booking_id)
    unit, line = _unit_and_line(uow, booking, unit_id)
    chosen = {each.unit_id: each for each in assignments_of(uow, [line.id])}
    if unit_id in chosen:
        return chosen[unit_id]
    check_fit(booking, unit)
    check_free(uow, unit, bounds_of(uow, line))
    if instead_of is not None:
        _drop(uow, chosen, instead_of)
    elif not to_choose_still(line, list(chosen.values())):
        text = N_("All pieces of this kind are chosen already: free one of them first.")
        raise InvalidInput(unit_id=text)
    return _write(uow, actor, line, unit_id)


def assign_code(uow: UnitOfWork, actor: Principal, booking_id: int, text: str) -> Assignment:
    """Choose the unit whose label was scanned or typed.

    Raises:
        InvalidInput: no label has this code, or as `assign_unit`.
        NotFound, Forbidden, NotAllowedNow, UnitTaken, UnitNotFit: as `assign_unit`.
    """
    load_for(uow, actor, booking_id, Action.HAND_OVER, lock=False)
    try:
        unit = unit_of_code(uow, text)
    except NotFound:
        raise InvalidInput(code=N_("No unit of ours has this code.")) from None
    return assign_unit(uow, actor, booking_id, unit.id)


def assign_proposed(uow: UnitOfWork, actor: Principal, booking_id: int, line_id: int) -> int:
    """Choose the best units that are free for all that is open of a line; return how many.

    Raises:
        InvalidInput: none is free.
        NotAllowedNow, NotFound, Forbidden: the actor cannot.
    """
    booking = _open_booking(uow, actor, booking_id)
    line = next((line for line in booking.lines if line.id == line_id), None)
    if line is None:
        raise NotFound
    missing = to_choose_still(line, assignments_of(uow, [line.id]))
    if not missing:
        return 0
    proposed = free_units(uow, booking, [line])[line.id][:missing]
    if not proposed:
        raise InvalidInput(unit_id=N_("No unit is free and fit for these dates."))
    for unit in proposed:
        _write(uow, actor, line, unit.id)
    return len(proposed)


def free_unit(uow: UnitOfWork, actor: Principal, booking_id: int, unit_id: int) -> None:
    """Let a chosen unit go; it stays in the depot.

    Raises:
        NotAllowedNow: it has left already, or the booking is back.
        NotFound, Forbidden: the actor cannot, or the unit is not chosen here.
    """
    booking = _open_booking(uow, actor, booking_id)
    rows = assignments_of(uow, [line.id for line in booking.lines])
    _drop(uow, {each.unit_id: each for each in rows}, unit_id)


def choose_only(
    uow: UnitOfWork, actor: Principal, booking: Booking, wanted: Mapping[int, UnitView]
) -> None:
    """Make these units go with a booking, by their numbers; what was chosen otherwise stays here.

    What has left already goes on. Whoever calls has locked the booking and its items.

    Raises:
        UnitTaken, UnitNotFit: as `assign_unit`.
    """
    lines = {line.item_id: line for line in booking.lines}
    rows = {row.unit_id: row for row in assignments_of(uow, [line.id for line in booking.lines])}
    for row in rows.values():
        if row.left_at is None and row.unit_id not in wanted:
            uow.session.delete(row)
    uow.session.flush()
    for unit in wanted.values():
        if unit.id not in rows:
            check_fit(booking, unit)
            check_free(uow, unit, bounds_of(uow, lines[unit.item_id]))
            _write(uow, actor, lines[unit.item_id], unit.id)


def _open_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    booking = load_for(uow, actor, booking_id, Action.HAND_OVER)
    if booking.state not in OPEN:
        raise NotAllowedNow
    lock_items(uow.session, item_ids_of(booking))
    return booking


def _unit_and_line(uow: UnitOfWork, booking: Booking, unit_id: int) -> tuple[UnitView, BookingLine]:
    lines = {line.item_id: line for line in booking.lines}
    units = units_of_items(uow, lines, with_retired=True)
    unit = next((unit for unit in units if unit.id == unit_id), None)
    if unit is None:
        raise InvalidInput(unit_id=N_("This unit is of a kind that the booking does not have."))
    return unit, lines[unit.item_id]


def _drop(uow: UnitOfWork, chosen: dict[int, Assignment], unit_id: int) -> None:
    if unit_id not in chosen:
        raise NotFound
    if chosen[unit_id].left_at is not None:
        raise NotAllowedNow(N_("This unit has left: take it back instead."))
    uow.session.delete(chosen[unit_id])
    uow.session.flush()  # the row that takes its place may overlap it


def _write(uow: UnitOfWork, actor: Principal, line: BookingLine, unit_id: int) -> Assignment:
    starts, ends = bounds_of(uow, line)
    row = Assignment(
        unit_id=unit_id,
        line_id=line.id,
        starts=starts,
        ends=ends,
        assigned_at=uow.now,
        assigned_by=actor.name,
    )
    uow.session.add(row)
    uow.session.flush()  # PostgreSQL has its say here and not at the commit
    if line.booking.state is State.OUT:
        note_left(uow, actor, row)
    return row
