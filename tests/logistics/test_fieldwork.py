"""Work is begun, ended, or could not be done; who reads a day sees what it asks for."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.bookings.decisions import cancel_booking
from lending.bookings.models import Logistics
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from lending.logistics.fieldwork import finish_task, report_problem, start_task
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.models import Task
from lending.logistics.queries import (
    TaskDetail,
    TaskFilter,
    TaskRow,
    get_task,
    list_tasks,
    tasks_of,
    work_in,
)
from tests.factories import FRIDAY, MONDAY, Cast, approved

THURSDAY = date(2026, 6, 4)


@pytest.fixture
def booking(database: Database, cast: Cast) -> int:
    return approved(database, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY)


def numbers(database: Database, booking_id: int) -> dict[TaskKind, int]:
    with database.read() as uow:
        return {task.kind: task.id for task in tasks_of(uow, booking_id)}


def read(database: Database, actor: Principal, task_id: int) -> TaskDetail:
    with database.read() as uow:
        return get_task(uow, actor, task_id)


def of_day(database: Database, actor: Principal, day: date) -> list[TaskRow]:
    with database.read() as uow:
        return list_tasks(uow, actor, TaskFilter(day))


def test_a_task_is_begun_and_ended(
    database: Database, cast: Cast, clock: FixedClock, booking: int
) -> None:
    number = numbers(database, booking)[TaskKind.DELIVER]
    clock.instant = FRIDAY
    database.write(lambda uow: start_task(uow, cast.manager, number))
    assert read(database, cast.manager, number).state is TaskState.STARTED
    clock.instant = FRIDAY + timedelta(minutes=50)
    database.write(lambda uow: finish_task(uow, cast.manager, number))
    task = read(database, cast.manager, number)
    assert (task.state, task.done_by) == (TaskState.DONE, cast.manager.name)
    assert (task.started_at, task.ended_at) == (FRIDAY, FRIDAY + timedelta(minutes=50))


def test_a_problem_is_told_and_the_work_begun_again(
    database: Database, cast: Cast, booking: int
) -> None:
    number = numbers(database, booking)[TaskKind.DELIVER]
    database.write(lambda uow: report_problem(uow, cast.manager, number, " Portail fermé. "))
    task = read(database, cast.manager, number)
    assert (task.state, task.problem) == (TaskState.PROBLEM, "Portail fermé.")
    database.write(lambda uow: start_task(uow, cast.manager, number))
    task = read(database, cast.manager, number)
    assert (task.state, task.problem) == (TaskState.STARTED, "")


@pytest.mark.parametrize("what", ["", "  ", "x" * 2001])
def test_a_problem_needs_words(database: Database, cast: Cast, booking: int, what: str) -> None:
    number = numbers(database, booking)[TaskKind.DELIVER]
    with pytest.raises(InvalidInput) as refused:
        database.write(lambda uow: report_problem(uow, cast.manager, number, what))
    assert [error.field for error in refused.value.errors] == ["reason"]
    assert read(database, cast.manager, number).state is TaskState.TO_DO


def test_what_is_done_or_no_longer_needed_is_not_begun(
    database: Database, cast: Cast, booking: int
) -> None:
    found = numbers(database, booking)
    database.write(lambda uow: finish_task(uow, cast.manager, found[TaskKind.PREPARE]))
    database.write(lambda uow: cancel_booking(uow, cast.manager, booking, "Il pleut."))
    for number in (found[TaskKind.PREPARE], found[TaskKind.DELIVER]):
        for service in (start_task, finish_task):
            with pytest.raises(NotAllowedNow):
                database.write(lambda uow, do=service, task=number: do(uow, cast.manager, task))


def test_only_the_authority_that_does_the_work_knows_of_it(
    database: Database, cast: Cast, booking: int
) -> None:
    number = numbers(database, booking)[TaskKind.DELIVER]
    for stranger in (cast.other_manager, cast.alice):
        with pytest.raises(NotFound):
            read(database, stranger, number)
        with pytest.raises(NotFound):
            database.write(lambda uow, who=stranger: start_task(uow, who, number))
    with pytest.raises(Forbidden):
        database.write(lambda uow: start_task(uow, cast.auditor, number))
    assert of_day(database, cast.other_manager, THURSDAY) == []


def test_a_task_says_what_to_load_and_whom_to_call(
    database: Database, cast: Cast, booking: int
) -> None:
    task = read(database, cast.front_desk, numbers(database, booking)[TaskKind.DELIVER])
    assert [(line.item_id, line.quantity) for line in task.lines] == [(cast.chairs, 40)]
    assert task.weight_g == sum(line.weight_g for line in task.lines) == 40 * 4_200
    assert task.place
    assert not task.can_do


def test_a_day_shows_what_may_be_done_on_it(
    database: Database, cast: Cast, clock: FixedClock, booking: int
) -> None:
    def kinds(day: date) -> list[TaskKind]:
        return [task.kind for task in of_day(database, cast.manager, day)]

    assert kinds(date(2026, 6, 2)) == []
    assert kinds(THURSDAY) == [TaskKind.PREPARE]
    assert TaskKind.DELIVER in kinds(FRIDAY.date())
    assert TaskKind.CHECK_IN in kinds(MONDAY.date())
    ahead = of_day(database, cast.manager, THURSDAY)
    assert work_in(ahead) == ahead[0].minutes * ahead[0].crew
    clock.instant = MONDAY + timedelta(days=30)
    assert set(kinds(clock.instant.date())) == set(TaskKind) - {
        TaskKind.HAND_OUT,
        TaskKind.TAKE_BACK,
        TaskKind.CONNECT,
        TaskKind.DISCONNECT,
    }, "what was not done in time is shown on the present day until it is"


def test_what_was_done_is_shown_on_the_day_it_was_done(
    database: Database, cast: Cast, clock: FixedClock, booking: int
) -> None:
    clock.instant = FRIDAY - timedelta(days=1)
    database.write(
        lambda uow: finish_task(uow, cast.manager, numbers(database, booking)[TaskKind.PREPARE])
    )
    tasks = of_day(database, cast.manager, THURSDAY)
    assert [task.state for task in tasks] == [TaskState.DONE]
    assert work_in(tasks) == 0
    assert TaskKind.PREPARE not in {t.kind for t in of_day(database, cast.manager, FRIDAY.date())}


def test_a_task_is_of_its_depot(database: Database, cast: Cast, booking: int) -> None:
    with database.read() as uow:
        depots = set(uow.session.scalars(select(Task.depot_id)))
        other = list_tasks(uow, cast.manager, TaskFilter(depot_id=max(depots, key=bool) or 999))
        assert {task.depot_id for task in other} <= depots
        assert list_tasks(uow, cast.manager, TaskFilter(depot_id=987_654)) == []
