"""Plans of the engine kept as rounds and stops, and read back: minutes here, instants there."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lending.db.database import UnitOfWork
from lending.logistics.crew_shifts import shift_name
from lending.logistics.kinds import TaskState
from lending.logistics.planner.plans import Plan, StopKind
from lending.logistics.planner.plans import Round as PlannedRound
from lending.logistics.planner.plans import Stop as PlannedStop
from lending.logistics.planner.values import Window
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Round, Stop

MINUTE = timedelta(minutes=1)
BEGUN = frozenset({TaskState.STARTED, TaskState.DONE})


@dataclass(frozen=True)
class Span:
    """Some local days of an authority, both included, and which day it is today."""

    authority_id: int
    first: date
    last: date
    today: date


def rounds_of(
    uow: UnitOfWork, authority_id: int, version: Version, first: date, last: date
) -> Sequence[Round]:
    """Return the rounds of an authority from one local day to another, both included."""
    return uow.session.scalars(
        select(Round)
        .where(
            Round.authority_id == authority_id,
            Round.version == version,
            Round.day >= first,
            Round.day <= last,
        )
        .options(selectinload(Round.stops).joinedload(Stop.task))
        .order_by(Round.day, Round.crew_id)
    ).all()


def plan_of(rounds: Iterable[Round], origin: datetime) -> Plan:
    """Return rounds as the engine writes them, in minutes since `origin`."""

    def minute(at: datetime) -> int:
        return int((at - origin) // MINUTE)

    return Plan(
        tuple(
            PlannedRound(
                shift=shift_name(each.crew_id, each.day),
                leaves=minute(each.leaves_at),
                stops=tuple(
                    PlannedStop(
                        StopKind.TASK if stop.task_id is not None else StopKind.RELOAD,
                        "",
                        minute(stop.arrives_at),
                        minute(stop.starts_at),
                        minute(stop.ends_at),
                        str(stop.task_id or ""),
                    )
                    for stop in each.stops
                ),
                returns=minute(each.returns_at),
                lunch=Window(minute(each.break_starts_at), minute(each.break_ends_at))
                if each.break_starts_at and each.break_ends_at
                else None,
                driving=each.driving_minutes,
            )
            for each in rounds
        )
    )


def keep_draft(
    uow: UnitOfWork, week: Span, plan: Plan, origin: datetime, shifts: Collection[str]
) -> None:
    """Replace the drafted rounds of a week by a plan, as far as it still could change them.

    `shifts` are the crews' days that the plan was made for: rounds of days that are over stay,
    and so does what was begun by a crew that was taken off the day since.
    """
    for known in rounds_of(uow, week.authority_id, Version.DRAFT, week.first, week.last):
        if shift_name(known.crew_id, known.day) in shifts:
            uow.session.delete(known)
        elif known.day >= week.today:
            _leave_what_was_begun(uow, known)
    uow.session.flush()
    numbers = [int(stop.task) for each in plan.rounds for stop in each.stops if stop.task]
    take_out(uow, numbers, Version.DRAFT)
    for planned in plan.rounds:
        if planned.stops:
            uow.session.add(_round(week.authority_id, planned, origin))
    uow.session.flush()


def _leave_what_was_begun(uow: UnitOfWork, known: Round) -> None:
    known.stops = [stop for stop in known.stops if stop.task and stop.task.state in BEGUN]
    if not known.stops:
        uow.session.delete(known)


def take_out(uow: UnitOfWork, tasks: Collection[int], version: Version) -> None:
    """Take tasks out of whatever rounds they are in: late, they may have been planned before."""
    rounds = select(Stop.round_id).where(Stop.task_id.in_(tasks), Stop.version == version)
    for known in uow.session.scalars(select(Round).where(Round.id.in_(rounds))):
        known.stops = [stop for stop in known.stops if stop.task_id not in tasks]
        if not any(stop.task_id for stop in known.stops):
            uow.session.delete(known)
    uow.session.flush()


def _round(authority_id: int, planned: PlannedRound, origin: datetime) -> Round:
    crew_id, day = planned.shift.split("@")

    def instant(minute: int) -> datetime:
        return origin + minute * MINUTE

    return Round(
        authority_id=authority_id,
        crew_id=int(crew_id),
        day=date.fromisoformat(day),
        version=Version.DRAFT,
        leaves_at=instant(planned.leaves),
        returns_at=instant(planned.returns),
        break_starts_at=instant(planned.lunch.start) if planned.lunch else None,
        break_ends_at=instant(planned.lunch.end) if planned.lunch else None,
        driving_minutes=planned.driving,
        stops=[
            Stop(
                position=position,
                version=Version.DRAFT,
                task_id=int(stop.task) if stop.task else None,
                arrives_at=instant(stop.arrive),
                starts_at=instant(stop.start),
                ends_at=instant(stop.end),
            )
            for position, stop in enumerate(planned.stops, start=1)
        ],
    )


def copy_round(known: Round, version: Version) -> Round:
    """Return the same round in another version, not yet added."""
    return Round(
        authority_id=known.authority_id,
        crew_id=known.crew_id,
        day=known.day,
        version=version,
        leaves_at=known.leaves_at,
        returns_at=known.returns_at,
        break_starts_at=known.break_starts_at,
        break_ends_at=known.break_ends_at,
        driving_minutes=known.driving_minutes,
        stops=[
            Stop(
                position=stop.position,
                version=version,
                task_id=stop.task_id,
                arrives_at=stop.arrives_at,
                starts_at=stop.starts_at,
                ends_at=stop.ends_at,
            )
            for stop in known.stops
        ],
    )
