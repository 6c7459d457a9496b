"""What the planner is asked for a week: tasks, crews, what is held, pinned and published."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.accounts.permissions import Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.logistics.crew_shifts import shift_name
from lending.logistics.kinds import TaskState
from lending.logistics.means.checks import check_authority
from lending.logistics.models import Task as TaskRow
from lending.logistics.planner.plans import Plan
from lending.logistics.planner.replanning import assignments
from lending.logistics.planner.values import Assignment, Pin, Problem, Task, Window
from lending.logistics.problem import Asked, problem_of_week
from lending.logistics.roads import KnownRoads, known_roads
from lending.logistics.rounds.keeping import BEGUN, plan_of, rounds_of
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Pin as PinRow
from lending.logistics.rounds.models import Round, Stop
from lending.logistics.week_of_work import Held
from lending.logistics.working_time import DAY, monday_of

SOON = timedelta(hours=2)
"""What is published to start within is left alone by the planner: the crew is on its way."""


@dataclass(frozen=True)
class Week:
    """A week as it can be planned at this moment."""

    authority_id: int
    monday: date
    origin: datetime
    """The instant of minute 0."""
    today: date
    """By the authority's clock."""
    asked: Asked
    problem: Problem
    """With everything that somebody has pinned."""
    draft: Plan
    """As far as its tasks and crews still exist; without the reasons for what is left over."""
    published: Plan
    travel: KnownRoads

    @property
    def shifts(self) -> frozenset[str]:
        """The crews' days that can still be changed."""
        return frozenset(shift.id for shift in self.problem.shifts)

    def held_to(self, plan: Plan) -> Problem:
        """Return the problem with a plan as what is to be disturbed as little as possible."""
        return replace(self.problem, published=self.standing(plan))

    def kept_at(self, standing: Iterable[Assignment]) -> Problem:
        """Return the problem with tasks kept on their crews' days, and never earlier than there.

        So that what a dispatcher moves pushes others back where it must, and moves no other.
        """
        known = {each.task: each for each in standing}
        pinned = {pin.task for pin in self.problem.pins}
        return replace(
            self.problem,
            tasks=tuple(
                _not_before(task, known[task.id].start) if task.id in known else task
                for task in self.problem.tasks
            ),
            pins=self.problem.pins
            + tuple(
                Pin(each.task, each.shift) for each in known.values() if each.task not in pinned
            ),
            published=tuple(known.values()),
        )

    def standing(self, plan: Plan) -> tuple[Assignment, ...]:
        """Return where a plan does what is still to be done, by crews that still work."""
        tasks, shifts = {task.id for task in self.problem.tasks}, self.shifts
        found = assignments(plan).values()
        return tuple(each for each in found if each.task in tasks and each.shift in shifts)


def _not_before(task: Task, start: int) -> Task:
    later = tuple(
        Window(max(each.start, start), each.end) for each in task.windows if each.end > start
    )
    return replace(task, windows=later) if later else task


def lock_plans(uow: UnitOfWork, actor: Principal, authority_id: int) -> None:
    """Let nobody else change the plans of an authority until this use case is over.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
    """
    check_authority(uow, actor, authority_id)
    uow.session.execute(
        select(Authority.id).where(Authority.id == authority_id).with_for_update(key_share=True)
    )


def ask_week(
    uow: UnitOfWork,
    actor: Principal,
    authority_id: int,
    day: date,
    *,
    soon: timedelta = timedelta(0),
    freed: int | None = None,
) -> Week:
    """Return the week of a day, with what is published to start within `soon` held in its place.

    `freed` is a task that may move though it should have begun, as long as nobody told it did.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
    """
    authority = check_authority(uow, actor, authority_id)
    monday = monday_of(day)
    drafted = rounds_of(uow, authority_id, Version.DRAFT, monday, monday + 6 * DAY)
    published = rounds_of(uow, authority_id, Version.PUBLISHED, monday, monday + 6 * DAY)
    held = _held(drafted, published, uow.now + soon, freed)
    asked = problem_of_week(uow, actor, authority_id, monday, held)
    pins = _pins(uow, asked)
    return Week(
        authority_id,
        monday,
        asked.origin,
        to_local(uow.now, ZoneInfo(authority.timezone)).date(),
        asked,
        replace(asked.problem, pins=asked.problem.pins + pins),
        plan_of(drafted, asked.origin),
        plan_of(published, asked.origin),
        known_roads(uow, asked.problem),
    )


def _held(
    drafted: Iterable[Round], published: Iterable[Round], before: datetime, freed: int | None
) -> dict[int, Held]:
    """Return what keeps crew and minute: what has begun, and what crews know will begin soon."""
    shown = {stop.task_id for each in published for stop in each.stops}
    places = _places(published) | _places(drafted)
    return {
        number: Held(shift_name(stop.round.crew_id, stop.round.day), stop.starts_at, stop.ends_at)
        for number, (task, stop) in places.items()
        if task.state in BEGUN
        or (
            task.state is TaskState.TO_DO
            and number in shown
            and number != freed
            and stop.starts_at < before
        )
    }


def _places(rounds: Iterable[Round]) -> dict[int, tuple[TaskRow, Stop]]:
    return {
        stop.task.id: (stop.task, stop)
        for each in rounds
        for stop in each.stops
        if stop.task is not None
    }


def _pins(uow: UnitOfWork, asked: Asked) -> tuple[Pin, ...]:
    """Return what somebody pinned, where the crew still works that day."""
    held = {pin.task for pin in asked.problem.pins}
    shifts = {shift.id for shift in asked.problem.shifts}
    numbers = [int(task.id) for task in asked.problem.tasks if task.id not in held]
    rows = uow.session.scalars(
        select(PinRow).where(PinRow.task_id.in_(numbers)).order_by(PinRow.task_id)
    )
    return tuple(
        Pin(str(row.task_id), shift, asked.minute(row.starts_at) if row.starts_at else None)
        for row in rows
        if (shift := shift_name(row.crew_id, row.day)) in shifts
    )
