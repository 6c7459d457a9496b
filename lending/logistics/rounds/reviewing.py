"""A proposed plan, and what publishing would change, as somebody looks at them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.logistics.means.kinds import Colour
from lending.logistics.means.models import Crew
from lending.logistics.planner.plans import Plan, Reasons, StopKind
from lending.logistics.planner.plans import Round as PlannedRound
from lending.logistics.planner.replanning import Difference, difference
from lending.logistics.planner.values import Assignment
from lending.logistics.queries import TaskRow, tasks_by_number
from lending.logistics.rounds.keeping import plan_of, rounds_of
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.publishing import changes_of
from lending.logistics.rounds.runs import Proposed, get_run
from lending.logistics.working_time import DAY, local_week


@dataclass(frozen=True)
class StopView:
    """A halt: a task, or none to load again at the depot."""

    task: TaskRow | None
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class RoundView:
    """What a crew would do on a day."""

    crew_id: int
    crew: str
    colour: Colour | None
    day: date
    leaves_at: datetime
    returns_at: datetime
    break_starts_at: datetime | None
    driving_minutes: int
    stops: tuple[StopView, ...]


@dataclass(frozen=True)
class PlaceView:
    """Where and when a task stands."""

    crew: str
    day: date
    starts_at: datetime


@dataclass(frozen=True)
class ChangeView:
    """A task that crews would find elsewhere than they know it."""

    task: TaskRow
    old: PlaceView | None
    """None: they do not know it yet."""
    new: PlaceView | None
    """None: it is in no round any more."""


@dataclass(frozen=True)
class PlanView:
    """A plan with the names of everything in it."""

    rounds: tuple[RoundView, ...]
    left: tuple[tuple[TaskRow, Reasons], ...]
    changes: tuple[ChangeView, ...]
    """Against what crews know."""
    tasks: dict[int, TaskRow]
    """All that it speaks of, by number."""

    @property
    def placed(self) -> int:
        """How many tasks it does."""
        return sum(stop.task is not None for each in self.rounds for stop in each.stops)

    @property
    def driving_minutes(self) -> int:
        """Minutes on the road, of all rounds."""
        return sum(each.driving_minutes for each in self.rounds)

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which it sends somebody out."""
        return tuple(sorted({each.day for each in self.rounds}))


@dataclass(frozen=True)
class RunView:
    """A run of the planner, with what it proposes."""

    run: Proposed
    plan: PlanView | None
    bolder: PlanView | None


@dataclass(frozen=True)
class DraftView:
    """What publishing a week would change."""

    monday: date
    changes: tuple[ChangeView, ...]
    lost: tuple[TaskRow, ...]
    """Tasks of the draft that no longer fit, since bookings or crews changed."""


@dataclass(frozen=True)
class _Names:
    origin: datetime
    crews: dict[int, tuple[str, Colour]]
    tasks: dict[int, TaskRow]

    def instant(self, minute: int) -> datetime:
        return self.origin + timedelta(minutes=minute)

    def place(self, known: Assignment) -> PlaceView:
        crew_id, day = known.shift.split("@")
        name, _ = self.crews[int(crew_id)]
        return PlaceView(name, date.fromisoformat(day), self.instant(known.start))


def review_run(uow: UnitOfWork, actor: Principal, run_id: int) -> RunView:
    """Return a run with what it proposes, in names.

    Raises:
        NotSignedIn, NotFound: the actor does not plan for its authority, or there is none.
    """
    run = get_run(uow, actor, run_id)
    shown = rounds_of(uow, run.authority_id, Version.PUBLISHED, run.monday, run.monday + 6 * DAY)
    zone = ZoneInfo(uow.session.get_one(Authority, run.authority_id).timezone)
    origin = local_week(run.monday, zone).start
    known = plan_of(shown, origin)
    plans = [each for each in (run.proposal, run.bolder) if each is not None]
    numbers = {number for each in (known, *plans) for number in _numbers(each)}
    names = _Names(origin, _crews(uow, run.authority_id), tasks_by_number(uow, numbers))
    first, bolder = (
        _view(names, each, difference(known, each) if shown else None) if each else None
        for each in (run.proposal, run.bolder)
    )
    return RunView(run, first, bolder)


def review_draft(uow: UnitOfWork, actor: Principal, authority_id: int, day: date) -> DraftView:
    """Return what publishing the week of a day would change for the crews.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
    """
    week, changes = changes_of(uow, actor, authority_id, day)
    found = changes.difference
    places = (*found.added, *found.dropped, *(move.new for move in (*found.moved, *found.retimed)))
    numbers = {int(each.task) for each in places} | set(changes.lost)
    names = _Names(week.origin, _crews(uow, authority_id), tasks_by_number(uow, numbers))
    return DraftView(
        week.monday,
        _changes(names, found),
        tuple(names.tasks[number] for number in changes.lost),
    )


def _view(names: _Names, plan: Plan, found: Difference | None) -> PlanView:
    left = ((int(each.task), each) for each in plan.unserved)
    return PlanView(
        rounds=tuple(sorted((_round(names, each) for each in plan.rounds), key=_by_day)),
        left=tuple((names.tasks[number], each) for number, each in left if number in names.tasks),
        changes=_changes(names, found) if found else (),
        tasks=names.tasks,
    )


def _by_day(each: RoundView) -> tuple[date, str]:
    return each.day, each.crew


def _round(names: _Names, planned: PlannedRound) -> RoundView:
    crew_id, day = planned.shift.split("@")
    name, colour = names.crews[int(crew_id)]
    return RoundView(
        crew_id=int(crew_id),
        crew=name,
        colour=colour,
        day=date.fromisoformat(day),
        leaves_at=names.instant(planned.leaves),
        returns_at=names.instant(planned.returns),
        break_starts_at=names.instant(planned.lunch.start) if planned.lunch else None,
        driving_minutes=planned.driving,
        stops=tuple(
            StopView(
                names.tasks.get(int(stop.task)) if stop.kind is StopKind.TASK else None,
                names.instant(stop.arrive),
                names.instant(stop.start),
                names.instant(stop.end),
            )
            for stop in planned.stops
        ),
    )


def _changes(names: _Names, found: Difference) -> tuple[ChangeView, ...]:
    def task(known: Assignment) -> TaskRow:
        return names.tasks[int(known.task)]

    changes = [
        *(ChangeView(task(each), None, names.place(each)) for each in found.added),
        *(ChangeView(task(each), names.place(each), None) for each in found.dropped),
        *(
            ChangeView(task(move.new), names.place(move.old), names.place(move.new))
            for move in (*found.moved, *found.retimed)
        ),
    ]
    return tuple(sorted(changes, key=_when))


def _when(change: ChangeView) -> tuple[datetime, int]:
    place = change.new or change.old
    return (place.starts_at if place else change.task.window.start), change.task.id


def _numbers(plan: Plan) -> Iterable[int]:
    for planned in plan.rounds:
        yield from (int(stop.task) for stop in planned.stops if stop.task)
    yield from (int(each.task) for each in plan.unserved)
    yield from (int(task) for each in plan.unserved for o in each.obstacles for task in o.tasks)


def _crews(uow: UnitOfWork, authority_id: int) -> dict[int, tuple[str, Colour]]:
    rows = uow.session.execute(
        select(Crew.id, Crew.name, Crew.colour).where(Crew.authority_id == authority_id)
    )
    return {row.id: (row.name, row.colour) for row in rows}
