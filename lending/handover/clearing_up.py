"""Statements that were kept because they contradict others: somebody decides which count."""

from lending.accounts.permissions import Action, Principal
from lending.bookings.changes import note_change
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow, NotFound
from lending.handover.effects import conclude, let_leave, let_return
from lending.handover.kinds import Standing, StatementKind
from lending.handover.models import Statement
from lending.handover.moving import load_loan
from lending.handover.telling_units import named_units
from lending.handover.values import Counted, UnitTold
from lending.i18n import N_


def adopt_statement(uow: UnitOfWork, actor: Principal, statement_id: int) -> Statement:
    """Let a statement count that was kept because it contradicted another.

    Raises:
        InvalidInput, StockConflict, UnitTaken, UnitNotFit: it does not fit what is known now.
        NotAllowedNow: it waits for nobody, or the loan is not where it was.
        NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    statement = _kept(uow, actor, statement_id)
    booking = statement.booking
    by_line = {line.line_id: line for line in statement.lines}
    told_units = [UnitTold(row.unit.code, row.condition, row.fate) for row in statement.units]
    named = named_units(uow, booking, told_units) if told_units else None
    if statement.kind is StatementKind.CHECK_OUT:
        pieces = {
            line.item_id: by_line[line.id].delivered if line.id in by_line else 0
            for line in booking.lines
        }
        # It left long ago, whatever should have been signed: who told it stands in the history.
        let_leave(uow, actor, booking, statement, pieces, named, statement.told_by)
    else:
        counted = {
            line.item_id: Counted(told.returned, told.damaged, told.lost, told.dirty)
            for line in booking.lines
            if (told := by_line.get(line.id)) is not None
        }
        let_return(uow, actor, booking, statement, counted, named)
    statement.standing = Standing.COUNTED
    conclude(uow, actor, booking, statement)
    return statement


def dismiss_statement(
    uow: UnitOfWork, actor: Principal, statement_id: int, reason: str
) -> Statement:
    """Decide that a statement that was kept does not count; it stays in the record.

    Raises:
        InvalidInput: no reason is given.
        NotAllowedNow: it waits for nobody.
        NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    statement = _kept(uow, actor, statement_id)
    if not reason.strip():
        raise InvalidInput(reason=N_("Give a reason, for those who ask later."))
    statement.standing = Standing.DISMISSED
    note_change(uow, actor, statement.booking, "statement_dismissed", reason)
    conclude(uow, actor, statement.booking, statement)
    return statement


def _kept(uow: UnitOfWork, actor: Principal, statement_id: int) -> Statement:
    statement = uow.session.get(Statement, statement_id)
    if statement is None:
        raise NotFound
    booking = load_loan(uow, actor, statement.booking_id)
    actor.check(Action.HAND_OVER, authority_id=booking.authority_id)
    uow.session.refresh(statement)
    if statement.standing is not Standing.KEPT:
        raise NotAllowedNow
    return statement
