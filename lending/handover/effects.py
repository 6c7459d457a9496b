"""What a statement does when it counts: to pieces and to the units among them, in one go."""

from collections.abc import Mapping, Sequence

from lending.accounts.permissions import Principal
from lending.bookings.holding import item_ids_of, lock_with_waiting
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.db.database import UnitOfWork
from lending.handover.assigning import choose_only
from lending.handover.charging import propose_charge
from lending.handover.facts import StatementMade
from lending.handover.kinds import Fate, Standing, StatementKind
from lending.handover.models import Statement, StatementUnit
from lending.handover.moving import send_out, take_back
from lending.handover.naming_units import bring_rest_back
from lending.handover.telling_units import (
    Named,
    bring_named_back,
    check_back,
    check_leaving,
    named_by_counts,
    note_repairs,
    out_with,
)
from lending.handover.values import Counted


def let_leave(
    uow: UnitOfWork,
    actor: Principal,
    booking: Booking,
    statement: Statement,
    pieces: Mapping[int, int],
    named: Sequence[Named] | None,
    reason: str,
) -> None:
    """Send pieces out, and with them the units that are named; without names, those chosen before.

    Raises:
        UnitTaken, UnitNotFit: a unit cannot go.
        InvalidInput, StockConflict, NotAllowedNow, NotFound, Forbidden: as `send_out`.
    """
    before = out_with(uow, booking)
    was_out = booking.state is State.OUT
    wanted = None if named is None else {each.unit.id: each.unit for each in named}
    if named is not None:
        check_leaving(booking, named, pieces)
        lock_with_waiting(uow, item_ids_of(booking))
    if wanted is not None and not was_out:
        choose_only(uow, actor, booking, wanted)
    send_out(uow, actor, booking, pieces, rest_follows=statement.rest_follows, reason=reason)
    if wanted is not None and was_out:
        choose_only(uow, actor, booking, wanted)
    gone = out_with(uow, booking)
    for each in named or ():
        if each.condition is not None and each.unit.id in gone:
            gone[each.unit.id].unit.condition = each.condition
    statement.units = [
        StatementUnit(unit_id=number, fate=Fate.LEFT, condition=row.unit.condition)
        for number, row in gone.items()
        if number not in before
    ]


def let_return(
    uow: UnitOfWork,
    actor: Principal,
    booking: Booking,
    statement: Statement,
    counted: Mapping[int, Counted],
    named: Sequence[Named] | None,
) -> None:
    """Take pieces back, and the units that are named; what is broken is repaired first.

    Without names, units need none where all of a line came back alike. Once everything is back, so
    are the others, unless some of them are broken or lost and nobody said which.

    Raises:
        InvalidInput: units and counts contradict, or as `take_back`.
        NotAllowedNow, NotFound, Forbidden: as `take_back`.
    """
    before = out_with(uow, booking)
    if named is None:
        named = named_by_counts(uow, booking, before, counted)
    else:
        check_back(booking, before, named, counted)
    lock_with_waiting(uow, item_ids_of(booking))
    bring_named_back(uow, actor, before, named)
    repairs = take_back(uow, actor, booking, counted, statement.happened_at)
    note_repairs(before, named, repairs)
    if booking.state is State.RETURNED:
        bring_rest_back(uow, actor, booking)
    for line in statement.lines:
        line.maintenance_id = repairs.get(line.line_id)
    fates = {each.unit.id: each.fate for each in named}
    statement.units = [
        StatementUnit(
            unit_id=number, fate=fates.get(number, Fate.BACK), condition=row.unit.condition
        )
        for number, row in before.items()
        if not row.is_out
    ]


def conclude(uow: UnitOfWork, actor: Principal, booking: Booking, statement: Statement) -> None:
    """Propose a charge if a statement counts what is harmed; tell what became of the statement."""
    uow.session.flush()  # the charge and the subscribers read what the database holds
    if statement.kind is StatementKind.CHECK_IN and statement.standing is Standing.COUNTED:
        propose_charge(uow, actor, booking, statement)
    uow.events.publish(StatementMade(statement.id), uow)
