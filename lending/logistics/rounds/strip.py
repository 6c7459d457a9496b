"""How full the crews' days are: all crews, and those who hold what tasks ask for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lending.i18n import N_
from lending.logistics.crew_shifts import ON_WHEELS
from lending.logistics.planner.capacity import shortages
from lending.logistics.planner.feasible import examine
from lending.logistics.planner.filling import Filling
from lending.logistics.planner.model import Model
from lending.logistics.planner.plans import Plan, Round, Shortage
from lending.logistics.planner.values import Shift, Task
from lending.logistics.rounds.asking import Week
from lending.logistics.working_time import DAY

TIGHT = 0.85
"""From so much of the hours on, a day has no room for surprises."""


class Level(StrEnum):
    """How full a day is."""

    OFF = "off"
    """Nobody works, or the day is over."""
    FREE = "free"
    TIGHT = "tight"
    OVER = "over"
    """More is asked than fits."""

    @property
    def label(self) -> str:
        """Return the gettext id of the word for it."""
        return LEVEL_LABELS[self]


LEVEL_LABELS = {
    Level.OFF: N_("nobody at work"),
    Level.FREE: N_("room left"),
    Level.TIGHT: N_("nearly full"),
    Level.OVER: N_("too much"),
}


@dataclass(frozen=True)
class Gauge:
    """The crews' hours of a day, in minutes."""

    day: date
    available: int
    planned: int
    """Work and drives of the draft."""
    waiting: int
    """What is not planned, where it finds room."""
    over: int
    """What finds none, on the last day on which it could be done."""

    @property
    def asked(self) -> int:
        """All that is asked of the day."""
        return self.planned + self.waiting + self.over

    @property
    def level(self) -> Level:
        """How full it is."""
        if not self.available and not self.asked:
            return Level.OFF
        if self.over or self.asked > self.available:
            return Level.OVER
        return Level.TIGHT if self.asked >= TIGHT * self.available else Level.FREE


@dataclass(frozen=True)
class Row:
    """The days of the crews that hold something."""

    skill: str
    """As the planner calls it; empty: all crews."""
    gauges: tuple[Gauge, ...]


@dataclass(frozen=True)
class Strip:
    """How full a week is."""

    rows: tuple[Row, ...]
    shortages: tuple[Shortage, ...]
    """What no plan can hold, whatever the draft."""


def strip_of(week: Week, after: Plan, waiting: Iterable[int]) -> Strip:
    """Return how full a week is with a draft, and what waits beside it."""
    problem = week.problem
    shifts = {shift.id: shift for shift in problem.shifts}
    tasks = {task.id: task for task in problem.tasks}
    planned = {each.shift: _minutes(each) for each in after.rounds}
    poured, left = _poured(week, shifts, planned, (str(number) for number in waiting))
    days = tuple(week.monday + DAY * number for number in range(7))
    rows = tuple(
        Row(
            skill,
            tuple(
                _gauge(day, holders, planned, poured, _over(left, tasks, skill, day))
                for day in days
            ),
        )
        for skill in ("", *_asked_skills(problem.tasks))
        for holders in [[s for s in shifts.values() if not skill or skill in s.crew.skills]]
    )
    return Strip(rows, shortages(problem, week.travel))


def _minutes(planned: Round) -> int:
    return planned.driving + sum(stop.end - stop.start for stop in planned.stops)


def _poured(
    week: Week, shifts: Mapping[str, Shift], planned: Mapping[str, int], waiting: Iterable[str]
) -> tuple[Mapping[str, int], dict[str, tuple[date, int]]]:
    """Return the minutes of what waits by shift, and by task the day and minutes left over."""
    model = Model(week.problem, week.travel)
    options = examine(model).options
    filling = Filling(
        {name: max(0, shift.minutes - planned.get(name, 0)) for name, shift in shifts.items()}
    )
    left = {}
    for name in waiting:
        number = model.number.get(name)
        if number is None or not options[number]:
            continue
        names = [model.crews[shift].shift.id for shift in options[number]]
        if rest := filling.add(name, model.tasks[number].duration, names):
            left[name] = (_day(names[-1]), rest)
    return {name: sum(filling.minutes_of(name).values()) for name in shifts}, left


def _asked_skills(tasks: Iterable[Task]) -> list[str]:
    found = {
        str(skill) for task in tasks for skill in task.skills if not skill.startswith("depot-")
    }
    return sorted(found, key=lambda skill: (skill != ON_WHEELS, skill))


def _over(
    left: Mapping[str, tuple[date, int]], tasks: Mapping[str, Task], skill: str, day: date
) -> int:
    return sum(
        minutes
        for name, (last, minutes) in left.items()
        if last == day and (not skill or skill in tasks[name].skills)
    )


def _gauge(
    day: date,
    holders: Iterable[Shift],
    planned: Mapping[str, int],
    poured: Mapping[str, int],
    over: int,
) -> Gauge:
    here = [shift for shift in holders if _day(shift.id) == day]
    return Gauge(
        day,
        sum(shift.minutes for shift in here),
        sum(planned.get(shift.id, 0) for shift in here),
        sum(poured[shift.id] for shift in here),
        over,
    )


def _day(shift: str) -> date:
    return date.fromisoformat(shift.partition("@")[2])
