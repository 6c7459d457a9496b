"""The checker sees each rule broken: a good plan is spoilt in one way at a time."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from lending.logistics.planner.checker import Rule, check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.plans import Plan, Reasons, Round, Stop, StopKind, Why
from lending.logistics.planner.values import Depot, Pin, Problem, Skill, Task, Window
from tests.logistics.planner.small import NOON, Line, kilograms, problem, shift, task

GOOD = problem(
    [
        task("a", 1, deliver=kilograms(400)),
        task("b", 2, deliver=kilograms(400), after=frozenset({"a"})),
        task("c", 3, together="tent", windows=(Window(840, 960),)),
        task("d", 3, together="tent"),
    ],
    [shift("one", lunch=NOON), shift("two")],
)
PLAN = plan(GOOD, Line(), iterations=50)


def test_the_plan_to_spoil_is_good() -> None:
    assert check(GOOD, PLAN, Line()) == []
    assert not PLAN.unserved


def each_task(change: Callable[[Task], Task]) -> Problem:
    return replace(GOOD, tasks=tuple(change(task) for task in GOOD.tasks))


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        (each_task(lambda t: replace(t, windows=(Window(0, 60),))), Rule.WINDOW),
        (each_task(lambda t: replace(t, skills=frozenset({Skill("C")}))), Rule.SKILL),
        (each_task(lambda t: replace(t, agents=3)), Rule.SIZE),
        (each_task(lambda t: replace(t, deliver=kilograms(600))), Rule.LOAD),
        (each_task(lambda t: replace(t, collect=kilograms(1001))), Rule.LOAD),
        (each_task(lambda t: replace(t, depot="9")), Rule.DEPOT),
        (each_task(lambda t: replace(t, duration=t.duration + 1)), Rule.ORDER),
        (each_task(lambda t: replace(t, together="all")), Rule.TOGETHER),
        (each_task(lambda t: replace(t, after=frozenset({"c"} - {t.id}))), Rule.AFTER),
        (replace(GOOD, pins=(Pin("a", "two"), Pin("b", "one"))), Rule.PIN),
        (replace(GOOD, pins=(Pin("a", "one", 1), Pin("b", "two", 1))), Rule.PIN),
        (replace(GOOD, depots=(Depot("0", (Window(0, 481),)),)), Rule.HOURS),
        (replace(GOOD, shifts=(shift("one", end=600), shift("two", end=600))), Rule.HOURS),
        (replace(GOOD, shifts=(shift("one"), shift("two"))), Rule.LUNCH),
        (replace(GOOD, shifts=(shift("one", lunch=NOON), shift("two", lunch=NOON))), Rule.LUNCH),
    ],
)
def test_a_plan_for_another_problem_breaks_its_rule(asked: Problem, rule: Rule) -> None:
    assert rule in {broken.rule for broken in check(asked, PLAN, Line())}


def rounds(change: Callable[[Round], Round]) -> Plan:
    return replace(PLAN, rounds=tuple(change(planned) for planned in PLAN.rounds))


def stops(change: Callable[[Stop], Stop]) -> Plan:
    return rounds(lambda r: replace(r, stops=tuple(change(stop) for stop in r.stops)))


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        (replace(PLAN, rounds=PLAN.rounds[:1]), Rule.ONCE),
        (replace(PLAN, unserved=(Reasons("a", Why.FULL),)), Rule.ONCE),
        (replace(PLAN, rounds=PLAN.rounds + PLAN.rounds[:1]), Rule.KNOWN),
        (stops(lambda s: replace(s, task="nothing")), Rule.KNOWN),
        (stops(lambda s: replace(s, place="0")), Rule.KNOWN),
        (stops(lambda s: replace(s, arrive=s.arrive - 300)), Rule.TRAVEL),
        (stops(lambda s: replace(s, end=s.start - 1)), Rule.TRAVEL),
        (rounds(lambda r: replace(r, driving=r.driving - 1)), Rule.TRAVEL),
        (rounds(lambda r: replace(r, returns=r.leaves)), Rule.TRAVEL),
        (rounds(lambda r: replace(r, returns=1021)), Rule.HOURS),
        (rounds(lambda r: replace(r, lunch=Window(700, 760))), Rule.LUNCH),
        (rounds(lambda r: replace(r, lunch=Window(730, 785))), Rule.LUNCH),
        (rounds(lambda r: replace(r, lunch=None)), Rule.LUNCH),
    ],
)
def test_a_spoilt_plan_breaks_its_rule(spoilt: Plan, rule: Rule) -> None:
    assert rule in {broken.rule for broken in check(GOOD, spoilt, Line())}


def test_a_drive_that_leaves_no_time_for_the_break_is_seen() -> None:
    asked = problem([task("a", 1), task("b", 2)], [shift("one", lunch=NOON)])
    hurried = Round(
        "one",
        690,
        (
            Stop(StopKind.TASK, "1", 700, 700, 730, "a"),
            Stop(StopKind.TASK, "2", 740, 790, 820, "b"),
        ),
        840,
        Window(730, 790),
        40,
    )
    broken = check(asked, Plan((hurried,)), Line())
    assert {violation.rule for violation in broken} == {Rule.LUNCH}
