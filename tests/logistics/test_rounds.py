"""Rounds: a plan is asked for, looked at, applied, changed by hand, published; nothing breaks."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from lending.bookings.models import Logistics
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden, InvalidInput, NotAllowedNow
from lending.logistics.fieldwork import finish_task, start_task
from lending.logistics.kinds import TaskKind
from lending.logistics.means.absences import add_absence
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.means.models import Shift
from lending.logistics.models import Task
from lending.logistics.planner.plans import Why
from lending.logistics.rounds.asking import ask_week
from lending.logistics.rounds.drafting import (
    PinKind,
    Target,
    move_task,
    pin_task,
    settle_draft,
    unplan_task,
)
from lending.logistics.rounds.errors import DoesNotFit, ProposalOutdated
from lending.logistics.rounds.facts import RoundsPublished
from lending.logistics.rounds.kinds import RunState, Version
from lending.logistics.rounds.models import Pin, PlanRun, Round, Stop
from lending.logistics.rounds.publishing import changes_of, publish_week, restore_draft
from lending.logistics.rounds.runs import apply_run, ask_for_plan, drop_run, get_run
from lending.logistics.rounds.settling import is_sound, settled
from lending.logistics.rounds.working_out import SILENCE, run_plans, some_run_waits
from tests.factories import FRIDAY, Cast, approved
from tests.factories import MONDAY as LOAN_ENDS
from tests.logistics.crews import MONDAY, Yard
from tests.logistics.test_problem import delivered, yard

__all__ = ["yard"]

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
THURSDAY = MONDAY + 3 * DAY
ITERATIONS = 60


@pytest.fixture
def booked(database: Database, cast: Cast, yard: Yard) -> Yard:
    """Two deliveries and a collection at the counter, all on Friday."""
    delivered(database, cast)
    earlier = {"start": FRIDAY - 3 * HOUR, "end": LOAN_ENDS + 3 * HOUR}
    approved(database, cast, {cast.barriers: 10}, logistics=Logistics.DELIVERY, **earlier)
    approved(database, cast, {cast.tables: 4})
    return yard


@pytest.fixture
def planned(database: Database, cast: Cast, booked: Yard) -> Yard:
    plan_the_week(database, cast)
    return booked


def plan_the_week(database: Database, cast: Cast) -> int:
    run_id = proposed(database, cast)
    database.write(lambda uow: apply_run(uow, cast.manager, run_id))
    return run_id


def proposed(database: Database, cast: Cast) -> int:
    run_id = database.write(
        lambda uow: ask_for_plan(uow, cast.manager, cast.town, MONDAY, ITERATIONS)
    )
    assert run_plans(database) == 1
    return run_id


def publish(database: Database, cast: Cast) -> None:
    database.write(lambda uow: publish_week(uow, cast.manager, cast.town, MONDAY))


def stops(database: Database, version: Version = Version.DRAFT) -> dict[int, datetime]:
    """Return when each task is to begin."""
    with database.read() as uow:
        rows = uow.session.execute(
            select(Stop.task_id, Stop.starts_at).where(
                Stop.version == version, Stop.task_id.is_not(None)
            )
        )
        return {row.task_id: row.starts_at for row in rows}


def tasks(database: Database, kind: TaskKind) -> list[int]:
    with database.read() as uow:
        rows = uow.session.scalars(select(Task.id).where(Task.kind == kind).order_by(Task.id))
        return list(rows)


def is_draft_sound(database: Database, cast: Cast) -> bool:
    with database.read() as uow:
        week = ask_week(uow, cast.manager, cast.town, MONDAY)
        standing = week.standing(week.draft)
        found = settled(week, standing)
        kept = {each.task for each in standing}
        return is_sound(week, found) and kept == {
            stop.task for each in found.rounds for stop in each.stops if stop.task
        }


def test_a_plan_is_worked_out_by_the_worker_and_changes_nothing_until_it_is_applied(
    database: Database, cast: Cast, booked: Yard
) -> None:
    run_id = database.write(lambda uow: ask_for_plan(uow, cast.manager, cast.town, MONDAY, 40))
    with database.read() as uow:
        assert some_run_waits(uow)
        assert get_run(uow, cast.manager, run_id).state is RunState.WAITING
    assert run_plans(database) == 1
    with database.read() as uow:
        assert not some_run_waits(uow)
        found = get_run(uow, cast.manager, run_id)
    assert (found.state, found.progress) == (RunState.PROPOSED, 1000)
    assert found.proposal is not None
    assert found.proposal.unserved == ()
    assert found.bolder is None
    assert stops(database) == {}
    assert database.write(lambda uow: apply_run(uow, cast.manager, run_id)) == ()
    assert len(stops(database)) == 6
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: apply_run(uow, cast.manager, run_id))
    assert is_draft_sound(database, cast)


def test_the_same_question_gives_the_same_plan(
    database: Database, cast: Cast, booked: Yard
) -> None:
    plans = []
    for _ in range(2):
        run_id = proposed(database, cast)
        with database.read() as uow:
            run = uow.session.get_one(PlanRun, run_id)
            plans.append((run.proposal, run.input_hash))
    assert plans[0] == plans[1]


def test_asking_again_drops_what_was_asked_before(
    database: Database, cast: Cast, booked: Yard
) -> None:
    first = database.write(lambda uow: ask_for_plan(uow, cast.manager, cast.town, MONDAY, 40))
    second = proposed(database, cast)
    with database.read() as uow:
        states = [get_run(uow, cast.manager, each).state for each in (first, second)]
    assert states == [RunState.DROPPED, RunState.PROPOSED]
    database.write(lambda uow: drop_run(uow, cast.manager, second))
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: apply_run(uow, cast.manager, second))


def test_a_run_whose_worker_died_is_worked_out_by_another(
    database: Database, cast: Cast, booked: Yard, clock: FixedClock
) -> None:
    run_id = database.write(lambda uow: ask_for_plan(uow, cast.manager, cast.town, MONDAY, 40))

    def die(uow: UnitOfWork) -> None:
        run = uow.session.get_one(PlanRun, run_id)
        run.state, run.attempts = RunState.RUNNING, 1

    database.write(die)
    assert run_plans(database) == 0, "its worker may still be alive"
    clock.instant += SILENCE + MINUTE
    assert run_plans(database) == 1


def test_a_proposal_that_no_longer_holds_is_not_applied(
    database: Database, cast: Cast, booked: Yard
) -> None:
    run_id = proposed(database, cast)
    away = (MONDAY, MONDAY + 6 * DAY, AbsenceKind.LEAVE)
    database.write(lambda uow: add_absence(uow, cast.manager, booked.ines, *away))
    with pytest.raises(ProposalOutdated):
        database.write(lambda uow: apply_run(uow, cast.manager, run_id))
    assert stops(database) == {}


def test_a_booking_that_came_since_is_left_to_the_basket(
    database: Database, cast: Cast, booked: Yard
) -> None:
    run_id = proposed(database, cast)
    approved(database, cast, {cast.tables: 2})
    new = database.write(lambda uow: apply_run(uow, cast.manager, run_id))
    assert len(new) == 2
    assert len(stops(database)) == 6


def test_a_task_is_moved_by_hand_and_nothing_else_moves(
    database: Database, cast: Cast, planned: Yard
) -> None:
    before = stops(database)
    prepare = tasks(database, TaskKind.PREPARE)[0]
    at = datetime.combine(THURSDAY, datetime.min.time(), FRIDAY.tzinfo) + 13 * HOUR
    target = Target(planned.crew, THURSDAY, at, PinKind.TIME)
    database.write(lambda uow: move_task(uow, cast.manager, prepare, target))
    after = stops(database)
    assert after.pop(prepare) == at
    before.pop(prepare)
    assert after == before
    assert is_draft_sound(database, cast)


def test_a_move_that_breaks_a_rule_is_refused_with_its_reason(
    database: Database, cast: Cast, planned: Yard
) -> None:
    before = stops(database)
    deliver = tasks(database, TaskKind.DELIVER)[0]
    target = Target(planned.crew, MONDAY)
    with pytest.raises(DoesNotFit) as refused:
        database.write(lambda uow: move_task(uow, cast.manager, deliver, target))
    assert refused.value.obstacle is not None
    assert refused.value.obstacle.why is Why.OUTSIDE_HOURS
    saturday = Target(planned.crew, MONDAY + 5 * DAY)
    with pytest.raises(InvalidInput):
        database.write(lambda uow: move_task(uow, cast.manager, deliver, saturday))
    no_time = Target(planned.crew, MONDAY, None, PinKind.TIME)
    with pytest.raises(InvalidInput):
        database.write(lambda uow: move_task(uow, cast.manager, deliver, no_time))
    assert stops(database) == before


def test_a_move_that_would_push_another_task_out_names_it(
    database: Database, cast: Cast, planned: Yard
) -> None:
    before = stops(database)
    prepare, deliver = (tasks(database, kind)[0] for kind in (TaskKind.PREPARE, TaskKind.DELIVER))
    # What is to be delivered must have been prepared.
    target = Target(planned.crew, MONDAY + 4 * DAY, before[deliver] + MINUTE, PinKind.TIME)
    with pytest.raises(DoesNotFit) as refused:
        database.write(lambda uow: move_task(uow, cast.manager, prepare, target))
    assert refused.value.pushed == (deliver,)
    assert stops(database) == before


def test_what_is_taken_out_takes_with_it_what_waits_for_it(
    database: Database, cast: Cast, planned: Yard
) -> None:
    prepare, deliver = (tasks(database, kind)[0] for kind in (TaskKind.PREPARE, TaskKind.DELIVER))
    others = database.write(lambda uow: unplan_task(uow, cast.manager, prepare))
    assert others == (deliver,)
    assert len(stops(database)) == 4
    assert database.write(lambda uow: unplan_task(uow, cast.manager, prepare)) == ()


def test_the_planner_leaves_alone_what_is_pinned(
    database: Database, cast: Cast, planned: Yard
) -> None:
    prepare = tasks(database, TaskKind.PREPARE)[0]
    at = datetime.combine(THURSDAY, datetime.min.time(), FRIDAY.tzinfo) + 13 * HOUR
    target = Target(planned.crew, THURSDAY, at, PinKind.TIME)
    database.write(lambda uow: move_task(uow, cast.manager, prepare, target))
    plan_the_week(database, cast)
    assert stops(database)[prepare] == at
    database.write(lambda uow: pin_task(uow, cast.manager, prepare, PinKind.NONE))
    with database.read() as uow:
        assert uow.session.scalars(select(Pin)).all() == []
    database.write(lambda uow: pin_task(uow, cast.manager, prepare, PinKind.CREW))
    with database.read() as uow:
        assert uow.session.scalars(select(Pin.day)).all() == [THURSDAY]


def test_crews_see_a_week_once_it_is_published(
    database: Database, cast: Cast, planned: Yard
) -> None:
    told: list[RoundsPublished] = []
    database.events.subscribe(RoundsPublished, lambda fact, uow: told.append(fact))
    assert stops(database, Version.PUBLISHED) == {}
    publish(database, cast)
    assert stops(database, Version.PUBLISHED) == stops(database)
    assert [(len(fact.task_ids), fact.crew_ids) for fact in told] == [(6, {planned.crew})]
    publish(database, cast)
    assert told[1].task_ids == frozenset(), "nothing changed for anybody"


def test_changes_are_told_before_they_are_published_and_can_be_taken_back(
    database: Database, cast: Cast, planned: Yard
) -> None:
    publish(database, cast)
    shown = stops(database)
    prepare = tasks(database, TaskKind.PREPARE)[0]
    at = datetime.combine(THURSDAY, datetime.min.time(), FRIDAY.tzinfo) + 13 * HOUR
    target = Target(planned.crew, THURSDAY, at)
    database.write(lambda uow: move_task(uow, cast.manager, prepare, target))
    with database.read() as uow:
        _, changes = changes_of(uow, cast.manager, cast.town, MONDAY)
    found = changes.difference
    moved = [move.task for move in (*found.moved, *found.retimed)]
    assert (found.added, found.dropped, moved) == ((), (), [str(prepare)])
    assert stops(database, Version.PUBLISHED) == shown
    database.write(lambda uow: restore_draft(uow, cast.manager, cast.town, MONDAY))
    assert stops(database) == shown
    with database.read() as uow:
        assert changes_of(uow, cast.manager, cast.town, MONDAY)[1].is_empty


def test_a_crew_that_falls_ill_loses_its_tasks_and_another_plan_says_so(
    database: Database, cast: Cast, planned: Yard
) -> None:
    publish(database, cast)

    def lose_friday(uow: UnitOfWork) -> None:
        friday = datetime.combine(MONDAY + 4 * DAY, datetime.min.time(), FRIDAY.tzinfo)
        for shift in uow.session.scalars(select(Shift).where(Shift.starts_at > friday)):
            uow.session.delete(shift)

    database.write(lose_friday)
    with database.read() as uow:
        _, changes = changes_of(uow, cast.manager, cast.town, MONDAY)
    on_friday = {*tasks(database, TaskKind.DELIVER), *tasks(database, TaskKind.HAND_OUT)}
    assert {int(each.task) for each in changes.difference.dropped} >= on_friday
    database.write(lambda uow: settle_draft(uow, cast.manager, cast.town, MONDAY))
    publish(database, cast)
    assert not on_friday & stops(database, Version.PUBLISHED).keys()


def test_what_has_begun_stays_where_it_is_whatever_is_planned_after(
    database: Database, cast: Cast, planned: Yard, clock: FixedClock
) -> None:
    publish(database, cast)
    shown = stops(database)
    first = min(shown, key=lambda task: shown[task])
    clock.instant = shown[first]
    database.write(lambda uow: start_task(uow, cast.manager, first))
    target = Target(planned.crew, THURSDAY)
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: move_task(uow, cast.manager, first, target))
    clock.instant += 20 * MINUTE
    database.write(lambda uow: finish_task(uow, cast.manager, first))
    plan_the_week(database, cast)
    publish(database, cast)
    assert stops(database, Version.PUBLISHED)[first] == shown[first]
    assert len(stops(database, Version.PUBLISHED)) == 6


def test_what_crews_know_to_begin_soon_is_not_moved_by_the_planner(
    database: Database, cast: Cast, planned: Yard, clock: FixedClock
) -> None:
    publish(database, cast)
    shown = stops(database)
    first = min(shown.values())
    clock.instant = first - HOUR
    soon = {task: at for task, at in shown.items() if at < first + HOUR}
    approved(database, cast, {cast.tables: 2})
    plan_the_week(database, cast)
    assert {task: at for task, at in stops(database).items() if task in soon} == soon


def test_a_day_that_is_over_keeps_its_rounds(
    database: Database, cast: Cast, planned: Yard, clock: FixedClock
) -> None:
    publish(database, cast)
    with database.read() as uow:
        rounds = select(func.count(Round.id)).where(Round.version == Version.PUBLISHED)
        count = uow.session.scalar(rounds)
    clock.instant = FRIDAY + 2 * DAY
    publish(database, cast)
    with database.read() as uow:
        assert uow.session.scalar(rounds) == count


def test_only_those_who_see_to_the_means_plan(
    database: Database, cast: Cast, planned: Yard
) -> None:
    stranger = cast.alice
    with pytest.raises(Forbidden):
        database.write(lambda uow: ask_for_plan(uow, stranger, cast.town, MONDAY))
    with pytest.raises(Forbidden):
        database.write(lambda uow: publish_week(uow, stranger, cast.town, MONDAY))
