"""A week of tasks and crews becomes what the planner is asked, and its answer holds."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from lending.authorities.models import Depot
from lending.bookings.models import Event, Logistics, SiteAccess
from lending.catalogue.models import Item
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden
from lending.logistics.crew_shifts import LIFTING, ON_WHEELS
from lending.logistics.fieldwork import finish_in_part
from lending.logistics.kinds import TaskKind
from lending.logistics.means.absences import add_absence
from lending.logistics.means.crew_day import Trouble
from lending.logistics.means.crews import CrewDetails, add_crew
from lending.logistics.means.fleet import add_outage, add_vehicle
from lending.logistics.means.kinds import AbsenceKind, Colour, Skill
from lending.logistics.means.models import Vehicle
from lending.logistics.means.people import AgentDetails, add_agent, set_skill
from lending.logistics.means.roster import Times
from lending.logistics.means.shifts import WeekPattern, plan_week
from lending.logistics.means.week import week_of
from lending.logistics.models import Task
from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.plans import Plan, StopKind
from lending.logistics.planner.travel import GreatCircle
from lending.logistics.planner.values import Load, Lunch, Window
from lending.logistics.problem import Asked, problem_of_week
from lending.logistics.rating import set_rates
from tests.factories import FRIDAY, Cast, approved
from tests.factories import MONDAY as LOAN_ENDS
from tests.logistics.crews import MONDAY, Yard, build_full_weeks, lorry

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONG_DAY = Times(time(8), time(18), 60)
FULL_WEEK = WeekPattern(MONDAY, frozenset(range(5)), LONG_DAY, "Saison des fêtes")
ON_FRIDAY = 4 * 1440
"""The minute at which Friday begins."""


@pytest.fixture
def yard(database: Database, cast: Cast) -> Yard:
    return build_full_weeks(database, cast)


def asked(database: Database, cast: Cast, day: date = MONDAY) -> Asked:
    with database.read() as uow:
        return problem_of_week(uow, cast.manager, cast.town, day)


def numbers(database: Database) -> dict[TaskKind, str]:
    with database.read() as uow:
        return {task.kind: str(task.id) for task in uow.session.scalars(select(Task))}


def delivered(database: Database, cast: Cast, pieces: int = 40) -> int:
    return approved(database, cast, {cast.chairs: pieces}, logistics=Logistics.DELIVERY)


def solved(found: Asked) -> Plan:
    travel = GreatCircle()
    answer = plan(found.problem, travel, seed=1, iterations=50)
    assert check(found.problem, answer, travel) == []
    return answer


def test_a_delivery_is_asked_with_its_load_its_crew_and_what_comes_first(
    database: Database, cast: Cast, yard: Yard
) -> None:
    delivered(database, cast)
    tasks = {task.id: task for task in asked(database, cast).problem.tasks}
    known = numbers(database)
    deliver, prepare = tasks[known[TaskKind.DELIVER]], tasks[known[TaskKind.PREPARE]]
    assert set(tasks) == {deliver.id, prepare.id}, "the way back is next week's"
    assert deliver.after == {prepare.id}
    assert (deliver.weight, deliver.agents, deliver.skills) == (3, 2, {ON_WHEELS})
    assert deliver.deliver.kg > 0
    assert (deliver.collect, prepare.deliver) == (Load(), Load())
    assert deliver.depot == prepare.place
    assert deliver.windows[-1].end == ON_FRIDAY + 16 * 60


def test_crews_are_asked_as_they_are_on_each_day(
    database: Database, cast: Cast, yard: Yard
) -> None:
    away = (MONDAY, MONDAY, AbsenceKind.LEAVE)
    database.write(lambda uow: add_absence(uow, cast.manager, yard.ines, *away))
    shifts = asked(database, cast).problem.shifts
    assert [(shift.crew.agents, shift.vehicle.kg) for shift in shifts] == [(1, 0)] + [(2, 5000)] * 4
    assert ON_WHEELS not in shifts[0].crew.skills, "nobody there may drive the lorry"
    tuesday = shifts[1]
    assert (tuesday.start, tuesday.end) == (1440 + 8 * 60, 1440 + 18 * 60)
    assert tuesday.lunch == Lunch(1440 + 690, 1440 + 810, 60)
    assert "electrical" in tuesday.crew.skills
    assert "electrical" not in shifts[3].crew.skills


def test_a_crew_without_a_vehicle_prepares_and_does_not_deliver(
    database: Database, cast: Cast, yard: Yard
) -> None:
    delivered(database, cast)
    stop = (MONDAY, MONDAY + 6 * DAY, "Freins")
    database.write(lambda uow: add_outage(uow, cast.manager, yard.lorry, *stop).id)
    answer = solved(asked(database, cast))
    assert [each.task for each in answer.unserved] == [numbers(database)[TaskKind.DELIVER]]
    assert len(answer.rounds) == 1


def test_a_week_can_be_planned_and_the_plan_holds(
    database: Database, cast: Cast, yard: Yard
) -> None:
    delivered(database, cast)
    earlier = {"start": FRIDAY - 3 * HOUR, "end": LOAN_ENDS + 3 * HOUR}
    approved(database, cast, {cast.barriers: 10}, logistics=Logistics.DELIVERY, **earlier)
    first = {"start": FRIDAY - 5 * HOUR, "end": LOAN_ENDS + 5 * HOUR}
    approved(database, cast, {cast.tables: 4}, **first)
    for monday, count in ((MONDAY, 6), (MONDAY + 7 * DAY, 6)):
        found = asked(database, cast, monday)
        answer = solved(found)
        done = [
            stop.task for each in answer.rounds for stop in each.stops if stop.kind is StopKind.TASK
        ]
        assert len(found.problem.tasks) == count
        assert found.without_time == ()
        assert sorted(done) == sorted(task.id for task in found.problem.tasks)


def test_of_two_crews_with_one_vehicle_only_one_takes_it(
    database: Database, cast: Cast, yard: Yard
) -> None:
    def form_another(uow: UnitOfWork) -> None:
        zoe = add_agent(uow, cast.manager, cast.town, AgentDetails("Zoé Banc")).id
        set_skill(uow, cast.manager, zoe, Skill.LICENCE_C)
        details = CrewDetails("Équipe B", Colour.PINK, frozenset({zoe}), yard.lorry)
        crew = add_crew(uow, cast.manager, cast.town, details).id
        plan_week(uow, cast.manager, crew, WeekPattern(MONDAY, frozenset({0}), LONG_DAY))

    database.write(form_another)
    with database.read() as uow:
        days = week_of(uow, cast.manager, cast.town, MONDAY).crew_days[:2]
    assert [[each.trouble for each in day.problems] for day in days] == [[Trouble.SHARED]] * 2
    monday = [s for s in asked(database, cast).problem.shifts if s.start == 8 * 60]
    assert [(ON_WHEELS in shift.crew.skills, shift.vehicle.kg) for shift in monday] == [
        (True, 5000),
        (False, 0),
    ]


def test_the_counter_has_the_hours_of_the_depot_and_the_site_its_own(
    database: Database, cast: Cast, yard: Yard
) -> None:
    approved(database, cast, {cast.tables: 4})
    counter = numbers(database)[TaskKind.HAND_OUT]
    windows = {task.id: task.windows for task in asked(database, cast).problem.tasks}
    # Somebody comes on Friday at four; the counter closes at five.
    assert windows[counter] == (Window(ON_FRIDAY + 16 * 60, ON_FRIDAY + 17 * 60),)


def test_what_is_electrical_waits_for_its_delivery_and_for_somebody_who_may(
    database: Database, cast: Cast, yard: Yard
) -> None:
    def wire(uow: UnitOfWork) -> None:
        item = uow.session.get_one(Item, cast.tables)
        item.skills, item.setup_seconds = frozenset({Skill.ELECTRICAL}), 600
        set_skill(uow, cast.manager, yard.ines, Skill.ELECTRICAL)

    database.write(wire)
    approved(database, cast, {cast.tables: 4}, logistics=Logistics.DELIVERY_SETUP)
    connects = numbers(database)[TaskKind.CONNECT]
    assert connects not in {each.task for each in solved(asked(database, cast)).unserved}
    until = date(2026, 6, 3)
    database.write(lambda uow: set_skill(uow, cast.manager, yard.ines, Skill.ELECTRICAL, until))
    number = numbers(database)
    tasks = {task.id: task for task in asked(database, cast).problem.tasks}
    connect = tasks[number[TaskKind.CONNECT]]
    assert connect.skills == {ON_WHEELS, "electrical"}
    assert connect.after == {number[TaskKind.DELIVER]}
    # The electrician brings nothing: where the round leaves from does not matter.
    assert (connect.depot, connect.deliver) == (None, Load())
    assert "electrical" not in tasks[number[TaskKind.DELIVER]].skills
    # The only electrician may not any more after Wednesday.
    assert connect.id in {each.task for each in solved(asked(database, cast)).unserved}


def test_alone_one_needs_a_tail_lift_for_what_is_heavy(
    database: Database, cast: Cast, yard: Yard
) -> None:
    def alone(uow: UnitOfWork) -> None:
        uow.session.get_one(Item, cast.tables).weight_g = 60_000
        set_rates(uow, cast.manager, cast.town, {"crew_on_site": 1})
        zoe = add_agent(uow, cast.manager, cast.town, AgentDetails("Zoé Banc")).id
        set_skill(uow, cast.manager, zoe, Skill.LICENCE_B)
        details = lorry(name="Fourgon", licence=Skill.LICENCE_B, has_tail_lift=False)
        van = add_vehicle(uow, cast.manager, cast.town, details).id
        crew = CrewDetails("Équipe B", Colour.PINK, frozenset({zoe}), van)
        crew_id = add_crew(uow, cast.manager, cast.town, crew).id
        plan_week(uow, cast.manager, crew_id, WeekPattern(MONDAY, frozenset({0}), LONG_DAY))

    database.write(alone)
    approved(database, cast, {cast.tables: 2}, logistics=Logistics.DELIVERY)
    number = numbers(database)[TaskKind.DELIVER]
    problem = asked(database, cast).problem
    deliver = {task.id: task for task in problem.tasks}[number]
    assert (deliver.agents, LIFTING in deliver.skills) == (1, True)

    def lifting() -> set[tuple[int, bool]]:
        shifts = asked(database, cast).problem.shifts
        return {(shift.crew.agents, LIFTING in shift.crew.skills) for shift in shifts}

    assert lifting() == {(2, True), (1, False)}

    def lift(uow: UnitOfWork) -> None:
        for vehicle in uow.session.scalars(select(Vehicle)):
            vehicle.has_tail_lift = True

    database.write(lift)
    assert lifting() == {(2, True), (1, True)}


def test_a_site_is_entered_in_its_hours_only(database: Database, cast: Cast, yard: Yard) -> None:
    delivered(database, cast)

    def opens(uow: UnitOfWork) -> None:
        for event in uow.session.scalars(select(Event)):
            event.access = SiteAccess(opens=time(10), closes=time(12, 30))
        for task in uow.session.scalars(select(Task).where(Task.kind == TaskKind.DELIVER)):
            task.earliest, task.latest = FRIDAY - 2 * DAY, FRIDAY

    database.write(opens)
    number = numbers(database)
    windows = {task.id: task.windows for task in asked(database, cast).problem.tasks}
    assert windows[number[TaskKind.DELIVER]] == tuple(
        Window(day * 1440 + 10 * 60, day * 1440 + 12 * 60 + 30) for day in (3, 4)
    )
    # What is done at the depot does not depend on the site.
    assert [window.end % 1440 for window in windows[number[TaskKind.PREPARE]]] == [16 * 60]


def test_a_site_that_is_closed_in_its_window_is_told_and_not_asked(
    database: Database, cast: Cast, yard: Yard
) -> None:
    delivered(database, cast)
    with_hours = SiteAccess(opens=time(9), closes=time(11))

    def close(uow: UnitOfWork) -> None:
        for event in uow.session.scalars(select(Event)):
            event.access = with_hours

    database.write(close)
    found = asked(database, cast)
    deliver = numbers(database)[TaskKind.DELIVER]
    assert found.without_time == (int(deliver),)
    assert deliver not in {task.id for task in found.problem.tasks}


def test_what_is_late_may_be_done_at_any_time_from_now_on(
    database: Database, cast: Cast, yard: Yard, clock: FixedClock
) -> None:
    delivered(database, cast)
    clock.instant = FRIDAY + 5 * DAY  # Wednesday, four in the afternoon
    found = asked(database, cast, MONDAY + 7 * DAY)
    now = 2 * 1440 + 16 * 60
    late = {task.id: task.windows for task in found.problem.tasks}[
        numbers(database)[TaskKind.DELIVER]
    ]
    assert late == (Window(now, 7 * 1440),)
    assert [shift.start for shift in found.problem.shifts] == [
        2 * 1440 + 8 * 60,
        3 * 1440 + 8 * 60,
        4 * 1440 + 8 * 60,
    ]


def test_places_nobody_located_are_told(database: Database, cast: Cast, yard: Yard) -> None:
    delivered(database, cast)

    def locate(uow: UnitOfWork) -> None:
        uow.session.get_one(Depot, cast.depot).lat = 46.1
        uow.session.get_one(Depot, cast.depot).lon = 2.1

    database.write(locate)
    found = asked(database, cast)
    assert [str(each) for each in found.without_place] == [numbers(database)[TaskKind.DELIVER]]
    points = {(place.latitude, place.longitude) for place in found.problem.places}
    assert points == {(46.1, 2.1)}


def test_minutes_count_from_monday_in_the_week_the_clocks_change(
    database: Database, cast: Cast
) -> None:
    autumn = asked(database, cast, date(2026, 10, 25))
    assert autumn.origin.isoformat() == "2026-10-18T22:00:00+00:00"


def test_only_who_sees_to_the_means_asks(database: Database, cast: Cast) -> None:
    with database.read() as uow, pytest.raises(Forbidden):
        problem_of_week(uow, cast.other_manager, cast.town, MONDAY)


def test_of_what_is_done_in_part_the_rest_is_asked(
    database: Database, cast: Cast, yard: Yard, clock: FixedClock
) -> None:
    delivered(database, cast)
    number = numbers(database)[TaskKind.DELIVER]
    whole = {task.id: task for task in asked(database, cast).problem.tasks}[number]
    clock.instant = FRIDAY - 5 * HOUR
    database.write(
        lambda uow: finish_in_part(
            uow, cast.manager, int(number), "Camion plein", counts={cast.chairs: 30}
        )
    )
    rest = {task.id: task for task in asked(database, cast).problem.tasks}[number]
    assert (whole.deliver.kg, rest.deliver.kg) == (168, 42)
    assert rest.duration == 15 < whole.duration


def test_what_nobody_can_do_before_sunday_is_left_to_the_week_in_which_its_time_goes_on(
    database: Database, cast: Cast, yard: Yard
) -> None:
    sunday = {"start": FRIDAY, "end": FRIDAY + 2 * DAY}
    approved(database, cast, {cast.tables: 4}, **sunday)
    check_in = int(numbers(database)[TaskKind.CHECK_IN])
    found = asked(database, cast)
    assert found.for_later == (check_in,)
    assert str(check_in) not in {task.id for task in found.problem.tasks}
    following = asked(database, cast, MONDAY + 7 * DAY)
    assert str(check_in) in {task.id for task in following.problem.tasks}
