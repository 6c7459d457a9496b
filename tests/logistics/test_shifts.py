"""Shifts are planned one by one, for a crew, from the week before; the law has its say."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from threading import Barrier

import pytest

from lending.db.database import Database, UnitOfWork
from lending.errors import InvalidInput
from lending.logistics.means.absences import add_absence, remove_absence
from lending.logistics.means.kinds import AbsenceKind, Skill
from lending.logistics.means.queries import get_agent
from lending.logistics.means.roster import Times, WorkingTimeRefused
from lending.logistics.means.rows import ShiftRow
from lending.logistics.means.shifts import (
    Planned,
    ShiftDetails,
    Skip,
    WeekPattern,
    copy_week,
    edit_shift,
    plan_shift,
    plan_week,
    remove_shift,
)
from lending.logistics.means.week import Week, week_of
from lending.logistics.working_time import Rule
from tests.factories import Cast
from tests.logistics.crews import MONDAY, OFFICE, Yard, build_yard

DAY = timedelta(days=1)
WORKDAYS = frozenset(range(5))
LONG = Times(time(6), time(19, 30), 240)


@pytest.fixture
def yard(database: Database, cast: Cast) -> Yard:
    return build_yard(database, cast)


def week(database: Database, cast: Cast, day: date = MONDAY) -> Week:
    with database.read() as uow:
        return week_of(uow, cast.manager, cast.town, day)


def shifts(database: Database, cast: Cast, name: str, day: date = MONDAY) -> list[ShiftRow]:
    (agent,) = (each for each in week(database, cast, day).agents if each.name == name)
    return [shift for cell in agent.cells for shift in cell.shifts]


def plan(database: Database, cast: Cast, agent_id: int, details: ShiftDetails) -> int:
    return database.write(lambda uow: plan_shift(uow, cast.manager, agent_id, details).id)


def plan_crew(database: Database, cast: Cast, yard: Yard, **changes: object) -> Planned:
    known = {"monday": MONDAY, "weekdays": WORKDAYS, "times": OFFICE}
    pattern = WeekPattern(**{**known, **changes})  # type: ignore[arg-type]
    return database.write(lambda uow: plan_week(uow, cast.manager, yard.crew, pattern))


def refused(database: Database, service: Callable[[UnitOfWork], object]) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        database.write(service)
    return [error.field for error in caught.value.errors]


def test_a_crew_works_the_same_hours_on_the_days_of_a_week(
    database: Database, cast: Cast, yard: Yard
) -> None:
    assert plan_crew(database, cast, yard) == Planned(10, ())
    found = week(database, cast, MONDAY + 3 * DAY)
    assert [agent.minutes for agent in found.agents] == [35 * 60, 35 * 60]
    assert [len(found.agents[0].cells[number].shifts) for number in range(7)] == [1] * 5 + [0] * 2
    tuesday = found.agents[0].cells[1].shifts[0]
    assert (tuesday.times, tuesday.crew) == (OFFICE, "Équipe A")


def test_who_is_away_or_at_work_already_is_left_out_and_named(
    database: Database, cast: Cast, yard: Yard
) -> None:
    day = MONDAY + DAY
    database.write(
        lambda uow: add_absence(uow, cast.manager, yard.ines, day, day, AbsenceKind.TRAINING)
    )
    plan(database, cast, yard.marc, ShiftDetails(MONDAY, Times(time(7), time(9))))
    planned = plan_crew(database, cast, yard, weekdays=frozenset({0, 1}))
    assert planned.made == 2
    assert set(planned.skipped) == {
        ("Inès Planche", day, Skip.ABSENT),
        ("Marc Tréteau", MONDAY, Skip.BUSY),
    }


def test_a_week_needs_days_and_a_crew_needs_people(
    database: Database, cast: Cast, yard: Yard
) -> None:
    pattern = WeekPattern(MONDAY, frozenset(), OFFICE)
    assert refused(database, lambda uow: plan_week(uow, cast.manager, yard.crew, pattern)) == [
        "weekdays"
    ]


@pytest.mark.parametrize(
    ("times", "field"),
    [
        (Times(time(8), time(8)), "ends"),
        (Times(time(8), time(9), 60), "break_minutes"),
        (Times(time(8), time(9), -1), "break_minutes"),
    ],
)
def test_impossible_times_are_refused_beside_their_field(
    database: Database, cast: Cast, yard: Yard, times: Times, field: str
) -> None:
    details = ShiftDetails(MONDAY, times)
    assert refused(database, lambda uow: plan_shift(uow, cast.manager, yard.ines, details)) == [
        field
    ]


def test_a_day_that_is_too_long_is_refused_and_the_rule_is_named(
    database: Database, cast: Cast, yard: Yard
) -> None:
    with pytest.raises(WorkingTimeRefused) as caught:
        plan(database, cast, yard.ines, ShiftDetails(MONDAY, LONG))
    (found,) = caught.value.breaches
    assert (found.name, found.breach.rule) == ("Inès Planche", Rule.SPAN)
    assert (found.breach.day, found.breach.found) == (MONDAY, timedelta(hours=13.5))
    assert shifts(database, cast, "Inès Planche") == []


def test_exceptional_circumstances_allow_it_and_are_kept(
    database: Database, cast: Cast, yard: Yard
) -> None:
    reason = "Tempête : mise à l'abri des barnums"
    number = plan(database, cast, yard.ines, ShiftDetails(MONDAY, LONG, reason=reason))
    assert shifts(database, cast, "Inès Planche")[0].allowed_because == reason
    # Changed again, it is allowed again, or needs it no more.
    with pytest.raises(WorkingTimeRefused):
        database.write(
            lambda uow: edit_shift(uow, cast.manager, number, ShiftDetails(MONDAY, LONG))
        )
    again = ShiftDetails(MONDAY, LONG, reason="Toujours la tempête")
    database.write(lambda uow: edit_shift(uow, cast.manager, number, again).id)
    assert shifts(database, cast, "Inès Planche")[0].allowed_because == "Toujours la tempête"
    database.write(
        lambda uow: edit_shift(uow, cast.manager, number, ShiftDetails(MONDAY, OFFICE)).id
    )
    assert shifts(database, cast, "Inès Planche")[0].allowed_because == ""


def test_a_night_of_work_delays_the_next_morning(
    database: Database, cast: Cast, yard: Yard
) -> None:
    sunday = ShiftDetails(MONDAY - DAY, Times(time(18), time(1), 20))
    plan(database, cast, yard.ines, sunday)
    with pytest.raises(WorkingTimeRefused) as caught:
        plan(database, cast, yard.ines, ShiftDetails(MONDAY, Times(time(8), time(12))))
    assert [each.breach.rule for each in caught.value.breaches] == [Rule.DAILY_REST]
    assert plan(database, cast, yard.ines, ShiftDetails(MONDAY, Times(time(12), time(17))))


def test_weeks_planned_before_count_in_the_average(
    database: Database, cast: Cast, yard: Yard
) -> None:
    full = Times(time(8), time(17), 60)
    for number in range(11):
        monday = MONDAY + 7 * number * DAY
        plan_crew(database, cast, yard, monday=monday, weekdays=frozenset(range(6)), times=full)
    with pytest.raises(WorkingTimeRefused) as caught:
        plan_crew(
            database,
            cast,
            yard,
            monday=MONDAY + 77 * DAY,
            weekdays=frozenset(range(6)),
            times=full,
        )
    found = {(each.name, each.breach.rule) for each in caught.value.breaches}
    assert found == {
        ("Inès Planche", Rule.AVERAGE_WORK),
        ("Marc Tréteau", Rule.AVERAGE_WORK),
    }


def test_a_week_is_copied_at_the_same_hours_across_a_change_of_the_clocks(
    database: Database, cast: Cast, yard: Yard
) -> None:
    before = date(2026, 3, 23)  # the clocks go forward on Sunday 29 March
    plan_crew(database, cast, yard, monday=before)
    copied = database.write(lambda uow: copy_week(uow, cast.manager, cast.town, before + 7 * DAY))
    assert copied == Planned(10, ())
    found = shifts(database, cast, "Marc Tréteau", before + 7 * DAY)
    assert {shift.times for shift in found} == {OFFICE}
    assert [shift.day for shift in found] == [before + (7 + n) * DAY for n in range(5)]
    again = database.write(lambda uow: copy_week(uow, cast.manager, cast.town, before + 7 * DAY))
    assert (again.made, {why for *_, why in again.skipped}) == (0, {Skip.BUSY})


def test_an_empty_week_cannot_be_copied(database: Database, cast: Cast, yard: Yard) -> None:
    assert refused(database, lambda uow: copy_week(uow, cast.manager, cast.town, MONDAY)) == [
        "monday"
    ]


def test_an_absence_takes_the_shifts_away_and_says_so(
    database: Database, cast: Cast, yard: Yard
) -> None:
    plan_crew(database, cast, yard)
    first, last = MONDAY + DAY, MONDAY + 2 * DAY
    noted = database.write(
        lambda uow: add_absence(uow, cast.manager, yard.ines, first, last, AbsenceKind.LEAVE)
    )
    assert noted.days == (first, last)
    cells = week(database, cast).agents[0].cells
    assert [(len(cell.shifts), cell.absence) for cell in cells[:4]] == [
        (1, None),
        (0, AbsenceKind.LEAVE),
        (0, AbsenceKind.LEAVE),
        (1, None),
    ]
    details = ShiftDetails(first, OFFICE)
    assert refused(database, lambda uow: plan_shift(uow, cast.manager, yard.ines, details)) == [
        "day"
    ]
    again = refused(
        database,
        lambda uow: add_absence(uow, cast.manager, yard.ines, last, last, AbsenceKind.AWAY),
    )
    assert again == ["first_day"]
    database.write(lambda uow: remove_absence(uow, cast.manager, noted.absence_id))
    assert plan(database, cast, yard.ines, details)


def test_nothing_is_said_of_why_somebody_is_away_but_what_planning_needs() -> None:
    assert {kind.value for kind in AbsenceKind} == {"leave", "training", "away"}


def test_a_shift_is_taken_away(database: Database, cast: Cast, yard: Yard) -> None:
    number = plan(database, cast, yard.ines, ShiftDetails(MONDAY, OFFICE))
    gone = database.write(lambda uow: remove_shift(uow, cast.manager, number))
    assert gone == (cast.town, MONDAY)
    assert week(database, cast).is_empty


def test_managers_who_plan_the_same_hours_at_once_plan_them_once(
    database: Database, cast: Cast, yard: Yard
) -> None:
    together = Barrier(6)

    def try_to_plan(_: int) -> bool:
        together.wait()
        try:
            plan(database, cast, yard.ines, ShiftDetails(MONDAY, OFFICE))
        except InvalidInput:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(try_to_plan, range(6)))
    assert answers.count(True) == 1
    assert len(shifts(database, cast, "Inès Planche")) == 1


def test_a_week_tells_what_each_crew_is_on_each_day(
    database: Database, cast: Cast, yard: Yard
) -> None:
    plan_crew(database, cast, yard, weekdays=frozenset({2, 3}))
    wednesday, thursday = week(database, cast).crew_days
    assert (wednesday.size, wednesday.payload_g, wednesday.problems) == (2, 5_000_000, ())
    assert Skill.ELECTRICAL in wednesday.skills
    assert Skill.ELECTRICAL not in thursday.skills
    assert [problem.trouble.value for problem in thursday.problems] == ["expired"]


def test_an_absence_to_come_is_listed_with_its_agent(
    database: Database, cast: Cast, yard: Yard
) -> None:
    database.write(
        lambda uow: add_absence(
            uow, cast.manager, yard.marc, MONDAY, MONDAY + DAY, AbsenceKind.AWAY
        )
    )
    with database.read() as uow:
        _, absences = get_agent(uow, cast.manager, yard.marc)
    assert [(each.first_day, each.kind) for each in absences] == [(MONDAY, AbsenceKind.AWAY)]
