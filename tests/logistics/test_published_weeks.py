"""Whatever dispatchers, agents and borrowers do, what crews see breaks no constraint."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from lending.bookings.decisions import approve_booking, cancel_booking
from lending.bookings.facts import Although
from lending.bookings.models import Logistics
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import LendingError
from lending.logistics.fieldwork import finish_task, start_task
from lending.logistics.means.absences import add_absence
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.models import Task
from lending.logistics.planner.checker import check
from lending.logistics.planner.plans import Plan, Reasons, StopKind, Why
from lending.logistics.rounds.asking import Week, ask_week
from lending.logistics.rounds.drafting import PinKind, Target, move_task, pin_task, unplan_task
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Stop
from lending.logistics.rounds.publishing import publish_week, restore_draft
from lending.logistics.rounds.runs import apply_run, ask_for_plan
from lending.logistics.rounds.working_out import run_plans
from tests.factories import FRIDAY, SYSTEM, Cast, submitted
from tests.factories import MONDAY as LOAN_ENDS
from tests.logistics.conftest import listening
from tests.logistics.crews import MONDAY, Yard, build_full_weeks

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WEEK_BEGINS = FRIDAY - 4 * DAY - 10 * HOUR
days = st.integers(0, 4).map(lambda number: MONDAY + number * DAY)
some = st.integers(0, 10_000)
"""Which of those there are, counted round."""


class Weeks(RuleBasedStateMachine):
    """A week of a town from the day before it to its end."""

    template: ClassVar[Path]
    cast: ClassVar[Cast]
    yard: ClassVar[Yard]
    seen: ClassVar[int]
    """How many stops crews were shown, in all."""

    @initialize()
    def begin(self) -> None:
        """Book, plan and publish something, so that there is something to break."""
        path = shutil.copy(self.template, self.template.with_name("played.db"))
        self.clock = FixedClock(WEEK_BEGINS)
        self.database = listening(f"sqlite:///{path}", self.clock)
        self.bookings: list[int] = []
        for hours in (0, 3):
            self.book(20, Logistics.DELIVERY, hours)
        self.plan(0)
        self.publish()

    def teardown(self) -> None:
        """Close the database."""
        self.database.dispose()

    def _try(self, use_case: Callable[[UnitOfWork], object]) -> None:
        """Do it, or be refused in words: nothing else may happen."""
        try:
            self.database.write(use_case)
        except LendingError:
            return

    def _task(self, number: int) -> int | None:
        with self.database.read() as uow:
            found = uow.session.scalars(select(Task.id).order_by(Task.id)).all()
        return found[number % len(found)] if found else None

    @rule(pieces=st.integers(1, 60), way=st.sampled_from(Logistics), hours=st.integers(0, 20))
    def book(self, pieces: int, way: Logistics, hours: int) -> None:
        """Grant a request, whatever the crews can do."""
        start, end = FRIDAY - hours * HOUR, LOAN_ENDS + hours * HOUR
        item = (self.cast.chairs, self.cast.tables)[pieces % 2]
        try:
            number = submitted(
                self.database, self.cast, {item: pieces}, logistics=way, start=start, end=end
            )
        except LendingError:
            return
        anyway = Although(capacity="Fête nationale")
        self._try(lambda uow: approve_booking(uow, SYSTEM, number, although=anyway))
        self.bookings.append(number)

    @rule(which=some)
    def cancel(self, which: int) -> None:
        """Take a grant away."""
        if self.bookings:
            number = self.bookings[which % len(self.bookings)]
            self._try(lambda uow: cancel_booking(uow, self.cast.manager, number, "Reporté"))

    @rule(seed=some)
    def plan(self, seed: int) -> None:
        """Have a plan worked out, and apply it."""
        run = self.database.write(
            lambda uow: ask_for_plan(uow, self.cast.manager, self.cast.town, MONDAY, 10, seed)
        )
        assert run_plans(self.database) == 1
        self._try(lambda uow: apply_run(uow, self.cast.manager, run))

    @rule(which=some, day=days, hour=st.integers(6, 18), pin=st.sampled_from(PinKind))
    def move(self, which: int, day: datetime, hour: int, pin: PinKind) -> None:
        """Move a task by hand."""
        task = self._task(which)
        if task is not None:
            at = FRIDAY.replace(day=day.day, hour=hour)
            target = Target(self.yard.crew, day, at, pin)
            self._try(lambda uow: move_task(uow, self.cast.manager, task, target))

    @rule(which=some)
    def take_out(self, which: int) -> None:
        """Take a task out of the draft."""
        if (task := self._task(which)) is not None:
            self._try(lambda uow: unplan_task(uow, self.cast.manager, task))

    @rule(which=some, pin=st.sampled_from(PinKind))
    def pin(self, which: int, pin: PinKind) -> None:
        """Fix a task where it is, or free it."""
        if (task := self._task(which)) is not None:
            self._try(lambda uow: pin_task(uow, self.cast.manager, task, pin))

    @rule(day=days)
    def fall_ill(self, day: datetime) -> None:
        """Lose an agent for a day."""
        away = (day, day, AbsenceKind.AWAY)
        self._try(lambda uow: add_absence(uow, self.cast.manager, self.yard.marc, *away))

    @rule(which=some, is_done=st.booleans())
    def work(self, which: int, is_done: bool) -> None:
        """Begin or end a task."""
        task = self._task(which)
        service = finish_task if is_done else start_task
        if task is not None:
            self._try(lambda uow: service(uow, self.cast.manager, task))

    @rule(hours=st.integers(1, 9))
    def wait(self, hours: int) -> None:
        """Let time go by."""
        self.clock.instant += hours * HOUR

    @rule()
    def forget(self) -> None:
        """Go back to what crews know."""
        self._try(lambda uow: restore_draft(uow, self.cast.manager, self.cast.town, MONDAY))

    @rule()
    def publish(self) -> None:
        """Show the week to its crews, and prove what they see."""
        self.database.write(
            lambda uow: publish_week(uow, self.cast.manager, self.cast.town, MONDAY)
        )
        with self.database.read() as uow:
            week = ask_week(uow, self.cast.manager, self.cast.town, MONDAY)
        shown = _with_places(week, week.published)
        assert check(week.problem, shown, week.travel) == []
        Weeks.seen += sum(len(each.stops) for each in shown.rounds)

    @invariant()
    def nothing_is_planned_twice(self) -> None:
        """Each task is at most once in the draft, and at most once before crews."""
        with self.database.read() as uow:
            for version in Version:
                planned = uow.session.scalars(
                    select(Stop.task_id).where(Stop.version == version, Stop.task_id.is_not(None))
                ).all()
                assert len(planned) == len(set(planned))


def _with_places(week: Week, shown: Plan) -> Plan:
    """Return a plan read from its rows as the checker wants it: places, and what is left over."""
    tasks = {task.id: task for task in week.problem.tasks}
    depots = {shift.id: shift.depot for shift in week.problem.shifts}
    rounds = tuple(
        replace(
            each,
            stops=tuple(
                replace(stop, place=tasks[stop.task].place if stop.task else depots[each.shift])
                for stop in each.stops
            ),
        )
        for each in shown.rounds
        if each.shift in depots
    )
    done = {stop.task for each in rounds for stop in each.stops if stop.kind is StopKind.TASK}
    left = tuple(Reasons(name, Why.FULL) for name in tasks if name not in done)
    return replace(shown, rounds=rounds, unserved=left)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_published_week_breaks_a_constraint(
    database_url: str, database: Database, cast: Cast
) -> None:
    Weeks.yard, Weeks.cast, Weeks.seen = build_full_weeks(database, cast), cast, 0
    Weeks.template = Path(database_url.removeprefix("sqlite:///"))
    database.dispose()
    run_state_machine_as_test(
        Weeks, settings=settings(max_examples=25, stateful_step_count=25, deadline=None)
    )
    assert Weeks.seen > 100
