"""Where the draft has a task at this moment, and what a change by hand did to others."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.logistics.means.models import Crew
from lending.logistics.rounds.drafting import PinKind, Target, move_task, unplan_task
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Pin, Round, Stop


@dataclass(frozen=True)
class Stand:
    """The place of a task in the draft."""

    crew_id: int
    crew: str
    day: date
    starts_at: datetime
    pin: PinKind


@dataclass(frozen=True)
class Change:
    """What a dispatcher did to a task."""

    before: Stand | None
    """None: it was not planned."""
    after: Stand | None
    """None: it no longer is."""
    retimed: tuple[int, ...] = ()
    """Other tasks of that crew's day that now begin at another time."""
    dropped: tuple[int, ...] = ()
    """Others that went with it, since they wait for it."""


def stand_of(uow: UnitOfWork, task_id: int) -> Stand | None:
    """Return where the draft has a task; who may ask is asked before."""
    found = uow.session.execute(
        select(Round.crew_id, Crew.name, Round.day, Stop.starts_at, Pin)
        .join(Round, Round.id == Stop.round_id)
        .join(Crew, Crew.id == Round.crew_id)
        .outerjoin(Pin, Pin.task_id == Stop.task_id)
        .where(Stop.task_id == task_id, Stop.version == Version.DRAFT)
    ).one_or_none()
    if found is None:
        return None
    pin = found.Pin
    kind = PinKind.NONE
    if pin is not None and (pin.crew_id, pin.day) == (found.crew_id, found.day):
        kind = PinKind.TIME if pin.starts_at is not None else PinKind.CREW
    return Stand(found.crew_id, found.name, found.day, found.starts_at, kind)


def move_and_tell(uow: UnitOfWork, actor: Principal, task_id: int, target: Target) -> Change:
    """Move a task as `move_task` does, and tell what that changed.

    Raises:
        DoesNotFit, InvalidInput, NotAllowedNow, NotFound, Forbidden: as `move_task`.
    """
    before = stand_of(uow, task_id)
    known = _starts(uow, target.crew_id, target.day)
    move_task(uow, actor, task_id, target)
    starts = _starts(uow, target.crew_id, target.day)
    retimed = tuple(
        number
        for number, at in sorted(starts.items())
        if number != task_id and number in known and known[number] != at
    )
    return Change(before, stand_of(uow, task_id), retimed)


def unplan_and_tell(uow: UnitOfWork, actor: Principal, task_id: int) -> Change:
    """Take a task out as `unplan_task` does, and tell what that changed.

    Raises:
        NotAllowedNow, NotFound, Forbidden: as `unplan_task`.
    """
    before = stand_of(uow, task_id)
    return Change(before, None, dropped=unplan_task(uow, actor, task_id))


def _starts(uow: UnitOfWork, crew_id: int, day: date) -> dict[int, datetime]:
    rows = uow.session.execute(
        select(Stop.task_id, Stop.starts_at)
        .join(Round, Round.id == Stop.round_id)
        .where(
            Round.crew_id == crew_id,
            Round.day == day,
            Stop.version == Version.DRAFT,
            Stop.task_id.is_not(None),
        )
    )
    return {row.task_id: row.starts_at for row in rows}
