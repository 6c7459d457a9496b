"""Statements that cross: what agrees with others needs no effect, what contradicts them is kept."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.bookings.errors import StockConflict
from lending.bookings.models import Transition
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow
from lending.handover.assignment_errors import UnitNotFit, UnitTaken
from lending.handover.kinds import Standing
from lending.handover.models import Statement
from lending.i18n import N_

MOST_PIECES = 1_000_000
TOUCH_COUNTS = (
    "reduce",
    "take_back",
    "cancel",
    "check_out",
    "check_out_more",
    "check_in_part",
    "check_in",
)
"""The moves after which something else may leave, or come back."""


def settle(
    uow: UnitOfWork,
    actor: Principal,
    statement: Statement,
    seen_at: datetime | None,
    apply: Callable[[Statement], None],
) -> str:
    """Let a statement count unless it contradicts what others told; return who did, if so.

    `seen_at` is until when its sender knew what others told; `apply` gives it its effect.

    Raises:
        InvalidInput, NotAllowedNow, StockConflict, UnitTaken, UnitNotFit: it cannot count, and
            nobody told or did anything meanwhile that would explain it.
    """
    others = _told_meanwhile(uow, actor, statement.booking_id, seen_at)
    counts = _counts(statement)
    for other in others:
        if other.kind is statement.kind and _counts(other) == counts:
            statement.standing = Standing.AGREES
            return other.told_by
    for other in others:
        if _counts(other).keys() & counts.keys():
            return _keep(statement, other.told_by)
    statement.standing = Standing.COUNTED
    try:
        with uow.session.begin_nested():  # what is kept has changed nothing
            apply(statement)
    except (InvalidInput, NotAllowedNow, StockConflict, UnitTaken, UnitNotFit):
        mover = _moved_meanwhile(uow, actor, statement.booking_id, seen_at)
        if mover is None:
            raise
        return _keep(statement, mover)
    return ""


def _keep(statement: Statement, told_before: str) -> str:
    """Keep a statement for whoever decides, unless no table can hold what it counts."""
    for line in statement.lines:
        values = (line.delivered, line.returned, line.dirty, line.damaged, line.lost)
        if min(values) < 0 or max(values) > MOST_PIECES or line.dirty > line.returned:
            raise InvalidInput(lines=N_("Count the pieces again: a number cannot be right."))
    statement.standing = Standing.KEPT
    return told_before


def _told_meanwhile(
    uow: UnitOfWork, actor: Principal, booking_id: int, seen_at: datetime | None
) -> list[Statement]:
    """Return what others told, and what counted, after the sender knew."""
    if seen_at is None:
        return []
    found = uow.session.scalars(
        select(Statement)
        .where(
            Statement.booking_id == booking_id,
            Statement.standing == Standing.COUNTED,
            Statement.arrived_at > seen_at,
        )
        .order_by(Statement.id.desc())
    )
    sender = (actor.user_id, actor.name[:120])
    return [other for other in found if (other.user_id, other.told_by) != sender]


def _moved_meanwhile(
    uow: UnitOfWork, actor: Principal, booking_id: int, seen_at: datetime | None
) -> str | None:
    """Return who else changed what is to be counted after the sender knew how it stood."""
    if seen_at is None:
        return None
    moves = uow.session.scalars(
        select(Transition)
        .where(
            Transition.booking_id == booking_id,
            Transition.at > seen_at,
            Transition.move.in_(TOUCH_COUNTS),
        )
        .order_by(Transition.id.desc())
    )
    others = (each.actor_name for each in moves if each.actor_id != actor.user_id)
    return next(others, None)


def _counts(statement: Statement) -> dict[int, tuple[int, ...]]:
    """Return what a statement counts, by line; what it passes over is left out."""
    found = {
        line.line_id: (line.delivered, line.returned, line.dirty, line.damaged, line.lost)
        for line in statement.lines
    }
    return {number: counts for number, counts in found.items() if any(counts)}
