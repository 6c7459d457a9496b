"""What a plan looks like where one can tell without a computer."""

from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.plans import Plan, StopKind, Why
from lending.logistics.planner.values import Pin, Problem, Skill, Window
from tests.logistics.planner.small import NOON, Line, kilograms, problem, shift, task


def solved(asked: Problem) -> Plan:
    """Return a plan that the checker has read."""
    found = plan(asked, Line(), iterations=100)
    assert check(asked, found, Line()) == []
    return found


def order(found: Plan, shift: str) -> list[str]:
    """Return the stops of a shift: names of tasks, or `depot`."""
    stops = next(planned.stops for planned in found.rounds if planned.shift == shift)
    return [stop.task or "depot" for stop in stops]


def why(found: Plan) -> dict[str, Why]:
    return {reasons.task: reasons.why for reasons in found.unserved}


def test_neighbours_are_visited_in_one_go() -> None:
    found = solved(problem([task(name, int(name)) for name in "73519"], [shift()]))
    assert found.cost.driving == 180
    assert found.cost.total == 180


def test_a_crew_leaves_no_earlier_than_its_first_visit_needs() -> None:
    found = solved(problem([task("a", 3, windows=(Window(600, 660),))], [shift()]))
    assert found.rounds[0].leaves == 570


def test_a_visit_lies_wholly_in_one_of_its_windows() -> None:
    morning, evening = Window(500, 529), Window(900, 930)
    found = solved(problem([task("a", windows=(morning, evening))], [shift()]))
    assert found.rounds[0].stops[0].start == 900


def test_the_break_is_taken_between_two_visits() -> None:
    tasks = [task("a", 1, 220, windows=(Window(490, 710),)), task("b", 1, 120)]
    found = solved(problem(tasks, [shift(lunch=NOON)]))
    assert order(found, "day") == ["a", "b"]
    assert found.rounds[0].lunch == Window(720, 780)


def test_a_visit_in_the_way_of_the_break_goes_to_who_has_none() -> None:
    tasks = [task("a", 1, 60, windows=(Window(720, 780),)), task("b", 9, 30)]
    late = shift("late", lunch=NOON, end=840)
    found = solved(problem(tasks, [late, shift("half", start=700, end=900)]))
    assert order(found, "half")[0] == "a" or order(found, "half")[-1] == "a"
    assert "a" not in [stop.task for r in found.rounds if r.shift == "late" for stop in r.stops]


def test_a_load_too_large_for_one_trip_makes_two() -> None:
    tasks = [task(name, int(name), deliver=kilograms(400)) for name in "123"]
    found = solved(problem(tasks, [shift()]))
    assert order(found, "day").count("depot") == 1
    stops = found.rounds[0].stops
    reload = next(stop for stop in stops if stop.kind is StopKind.RELOAD)
    assert reload.end - reload.start == 15


def test_what_is_brought_back_may_take_the_room_of_what_was_delivered() -> None:
    tasks = [
        task("out", 1, deliver=kilograms(900)),
        task("back", 2, collect=kilograms(900)),
    ]
    found = solved(problem(tasks, [shift()]))
    assert order(found, "day") == ["out", "back"]


def test_without_reloading_the_rest_is_left_over() -> None:
    tasks = [task(name, int(name), deliver=kilograms(400)) for name in "123"]
    found = solved(problem(tasks, [shift()], reload=None))
    assert list(why(found).values()) == [Why.FULL]


def test_a_task_waits_for_another_crew() -> None:
    tasks = [
        task("deliver", 1, 60, skills=frozenset({Skill("C")})),
        task("connect", 1, 30, skills=frozenset({Skill("ELEC")}), after=frozenset({"deliver"})),
    ]
    found = solved(
        problem(tasks, [shift("lorry", skills=["C"]), shift("electrician", skills=["ELEC"])])
    )
    starts = {stop.task: stop.start for planned in found.rounds for stop in planned.stops}
    assert starts["connect"] >= starts["deliver"] + 60


def test_what_waits_for_an_impossible_task_is_left_over_too() -> None:
    tasks = [
        task("lift", skills=frozenset({Skill("CACES")})),
        task("fix", after=frozenset({"lift"})),
        task("check", after=frozenset({"fix"})),
    ]
    found = solved(problem(tasks, [shift()]))
    assert why(found) == {
        "lift": Why.NO_SKILL,
        "fix": Why.PREDECESSOR,
        "check": Why.PREDECESSOR,
    }


def test_two_crews_start_together_or_not_at_all() -> None:
    tent = [task("hold", 4, together="tent"), task("lift", 4, together="tent")]
    both = solved(problem(tent, [shift("one"), shift("two", start=700)]))
    assert {planned.stops[0].start for planned in both.rounds} == {740}
    assert set(why(solved(problem(tent, [shift("one")])))) == {"hold", "lift"}


def test_a_pin_outweighs_a_shorter_round() -> None:
    tasks = [task("a", 1), task("b", 1)]
    pins = (Pin("b", "two", 600),)
    found = solved(problem(tasks, [shift("one"), shift("two")], pins=pins))
    stop = next(planned for planned in found.rounds if planned.shift == "two").stops[-1]
    assert (stop.task, stop.start) == ("b", 600)


def test_a_pin_that_cannot_be_kept_is_told() -> None:
    pins = (Pin("a", "one", 300), Pin("b", "two"))
    tasks = [task("a"), task("b", agents=3)]
    shifts = [shift("one"), shift("two"), shift("three", agents=3)]
    assert why(solved(problem(tasks, shifts, pins=pins))) == {"a": Why.PIN, "b": Why.PIN}


def test_the_weightier_task_is_kept() -> None:
    tasks = [task("a", 1, 300), task("b", 1, 300, weight=2)]
    found = solved(problem(tasks, [shift()]))
    assert why(found) == {"a": Why.FULL}
    assert found.unserved[0].candidates == ("day",)


def test_each_obstacle_has_its_name() -> None:
    tasks = [
        task("heavy", deliver=kilograms(2000)),
        task("many", agents=9),
        task("night", windows=(Window(0, 60),)),
        task("far", 9, 500),
        task("odd", agents=3, skills=frozenset({Skill("C")})),
    ]
    found = solved(problem(tasks, [shift(skills=["C"]), shift("three", agents=3)]))
    assert why(found) == {
        "heavy": Why.TOO_LARGE,
        "many": Why.TOO_FEW_AGENTS,
        "night": Why.OUTSIDE_HOURS,
        "far": Why.OUTSIDE_HOURS,
        "odd": Why.NOBODY,
    }
    odd = next(reasons for reasons in found.unserved if reasons.task == "odd")
    assert {obstacle.why: obstacle.shifts for obstacle in odd.obstacles} == {
        Why.TOO_FEW_AGENTS: ("day",),
        Why.NO_SKILL: ("three",),
    }


def test_progress_is_told_and_may_stop_the_search() -> None:
    seen: list[tuple[int, int]] = []
    asked = problem([task("a"), task("b", 2)], [shift()])
    plan(asked, Line(), iterations=200, progress=lambda done, of: seen.append((done, of)))
    assert len(seen) == 4
    assert all(0 <= done <= of for done, of in seen)
