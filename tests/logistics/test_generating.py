"""A booking makes its tasks, and keeps them true: what remains needed keeps its number."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.availability.answers import Wanted
from lending.bookings.changes import reduce_booking
from lending.bookings.decisions import cancel_booking
from lending.bookings.models import Logistics
from lending.catalogue.models import Item
from lending.db.database import Database
from lending.handover.service import prepare_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.models import Task
from lending.skills import Skill
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted

CONNECT, DISCONNECT = TaskKind.CONNECT, TaskKind.DISCONNECT
CONNECT, DISCONNECT = TaskKind.CONNECT, TaskKind.DISCONNECT
DELIVERED = {"logistics": Logistics.DELIVERY}
PREPARE, DELIVER, COLLECT, CHECK_IN = (
    TaskKind.PREPARE,
    TaskKind.DELIVER,
    TaskKind.COLLECT,
    TaskKind.CHECK_IN,
)


def tasks(database: Database, booking_id: int) -> dict[TaskKind, Task]:
    """Return the tasks of a booking whose loads go in one trip, from one depot."""
    with database.read() as uow:
        found = list(
            uow.session.scalars(select(Task).where(Task.booking_id == booking_id).order_by(Task.id))
        )
        for task in found:
            assert task.lines is not None
        uow.session.expunge_all()
    assert len({task.kind for task in found}) == len(found)
    return {task.kind: task for task in found}


def states(database: Database, booking_id: int) -> dict[TaskKind, TaskState]:
    return {kind: task.state for kind, task in tasks(database, booking_id).items()}


def pieces(task: Task) -> dict[int, int]:
    return {line.item_id: line.quantity for line in task.lines}


def start(database: Database, task: Task) -> None:
    def begin(uow):
        uow.session.get_one(Task, task.id).state = TaskState.STARTED

    database.write(begin)


def test_a_request_makes_no_work_before_it_is_granted(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10}, **DELIVERED)
    assert tasks(database, number) == {}


def test_what_is_granted_is_prepared_delivered_and_fetched(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 60}, granted={cast.chairs: 40}, **DELIVERED)
    found = tasks(database, number)
    assert list(found) == [PREPARE, DELIVER, COLLECT, CHECK_IN]
    assert {task.state for task in found.values()} == {TaskState.TO_DO}
    assert pieces(found[DELIVER]) == {cast.chairs: 40}
    assert found[DELIVER].weight_g == 40 * 4_200
    assert found[PREPARE].latest == FRIDAY
    assert found[CHECK_IN].earliest == MONDAY


def test_a_smaller_booking_keeps_its_tasks_and_makes_them_shorter(
    database: Database, cast: Cast
) -> None:
    number = approved(database, cast, {cast.chairs: 90, cast.tables: 10}, **DELIVERED)
    before = tasks(database, number)
    kept = [Wanted(cast.chairs, 20), Wanted(cast.tables, 0)]
    database.write(lambda uow: reduce_booking(uow, cast.alice, number, kept))
    after = tasks(database, number)
    assert {kind: task.id for kind, task in after.items()} == {
        kind: task.id for kind, task in before.items()
    }
    assert {kind: task.uuid for kind, task in after.items()} == {
        kind: task.uuid for kind, task in before.items()
    }
    assert pieces(after[DELIVER]) == {cast.chairs: 20}
    assert after[DELIVER].minutes < before[DELIVER].minutes


def test_work_under_way_is_left_as_it_was_begun(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 90}, **DELIVERED)
    start(database, tasks(database, number)[PREPARE])
    database.write(lambda uow: reduce_booking(uow, cast.alice, number, [Wanted(cast.chairs, 20)]))
    after = tasks(database, number)
    assert after[PREPARE].state is TaskState.STARTED
    assert pieces(after[PREPARE]) == {cast.chairs: 90}
    assert pieces(after[DELIVER]) == {cast.chairs: 20}


def test_a_cancelled_booking_needs_no_more_than_what_was_begun(
    database: Database, cast: Cast
) -> None:
    number = approved(database, cast, {cast.chairs: 90}, **DELIVERED)
    start(database, tasks(database, number)[PREPARE])
    database.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Il pleut."))
    assert states(database, number) == {
        PREPARE: TaskState.STARTED,
        DELIVER: TaskState.CANCELLED,
        COLLECT: TaskState.CANCELLED,
        CHECK_IN: TaskState.CANCELLED,
    }


def test_what_the_booking_proves_is_done(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 90}, **DELIVERED)
    database.write(lambda uow: prepare_booking(uow, SYSTEM, number))
    assert states(database, number)[PREPARE] is TaskState.DONE
    assert states(database, number)[DELIVER] is TaskState.TO_DO
    database.write(lambda uow: tell_check_out(uow, SYSTEM, number))
    assert states(database, number)[DELIVER] is TaskState.DONE
    assert states(database, number)[COLLECT] is TaskState.TO_DO
    database.write(lambda uow: tell_check_in(uow, SYSTEM, number))
    assert set(states(database, number).values()) == {TaskState.DONE}


def test_only_what_left_and_is_not_yet_back_is_fetched(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 90}, **DELIVERED)
    database.write(lambda uow: tell_check_out(uow, SYSTEM, number, {cast.chairs: 80}))
    assert pieces(tasks(database, number)[COLLECT]) == {cast.chairs: 80}
    some = {cast.chairs: Counted(returned=30)}
    database.write(lambda uow: tell_check_in(uow, SYSTEM, number, some))
    assert pieces(tasks(database, number)[COLLECT]) == {cast.chairs: 50}


def test_a_use_case_that_fails_leaves_no_task(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 10}, **DELIVERED)

    def fails(uow):
        cancel_booking(uow, SYSTEM, number, "Il pleut.")
        raise RuntimeError("the day is over")

    with pytest.raises(RuntimeError):
        database.write(fails)
    assert set(states(database, number).values()) == {TaskState.TO_DO}


WIRED = {"logistics": Logistics.DELIVERY_SETUP}


def electrical(database: Database, cast: Cast) -> None:
    """Let the tables of the cast be something that is connected."""

    def write(uow):
        item = uow.session.get_one(Item, cast.tables)
        item.skills, item.setup_seconds = frozenset({Skill.ELECTRICAL}), 1_200

    database.write(write)


def test_what_is_electrical_gets_tasks_of_its_own(database: Database, cast: Cast) -> None:
    electrical(database, cast)
    number = approved(database, cast, {cast.chairs: 40, cast.tables: 2}, **WIRED)
    found = tasks(database, number)
    assert set(found) == {PREPARE, DELIVER, CONNECT, DISCONNECT, COLLECT, CHECK_IN}
    assert pieces(found[CONNECT]) == pieces(found[DISCONNECT]) == {cast.tables: 2}
    assert found[CONNECT].skills == {Skill.ELECTRICAL}
    assert found[DELIVER].skills == frozenset()
    lasts = timedelta(minutes=found[CONNECT].minutes)
    assert found[DELIVER].latest + lasts == found[CONNECT].latest


def test_connecting_keeps_its_number_and_what_was_done_of_it(
    database: Database, cast: Cast
) -> None:
    electrical(database, cast)
    number = approved(database, cast, {cast.chairs: 40, cast.tables: 4}, **WIRED)
    before = tasks(database, number)
    start(database, before[CONNECT])
    kept = [Wanted(cast.chairs, 20), Wanted(cast.tables, 1)]
    database.write(lambda uow: reduce_booking(uow, cast.alice, number, kept))
    after = tasks(database, number)
    assert after[CONNECT].id == before[CONNECT].id
    assert after[CONNECT].state is TaskState.STARTED
    assert pieces(after[CONNECT]) == {cast.tables: 4}
    assert after[DISCONNECT].id == before[DISCONNECT].id
    assert pieces(after[DISCONNECT]) == {cast.tables: 1}


def test_without_anything_electrical_nothing_is_connected_any_more(
    database: Database, cast: Cast
) -> None:
    electrical(database, cast)
    number = approved(database, cast, {cast.chairs: 40, cast.tables: 4}, **WIRED)
    kept = [Wanted(cast.chairs, 40), Wanted(cast.tables, 0)]
    database.write(lambda uow: reduce_booking(uow, cast.alice, number, kept))
    found = states(database, number)
    assert found[CONNECT] is found[DISCONNECT] is TaskState.CANCELLED
    assert found[DELIVER] is TaskState.TO_DO


def test_what_has_left_is_still_to_be_connected_and_once_back_it_was(
    database: Database, cast: Cast
) -> None:
    electrical(database, cast)
    number = approved(database, cast, {cast.tables: 2}, **WIRED)
    database.write(lambda uow: tell_check_out(uow, SYSTEM, number))
    assert states(database, number)[DELIVER] is TaskState.DONE
    assert states(database, number)[CONNECT] is TaskState.TO_DO
    database.write(lambda uow: tell_check_in(uow, SYSTEM, number))
    assert set(states(database, number).values()) == {TaskState.DONE}
