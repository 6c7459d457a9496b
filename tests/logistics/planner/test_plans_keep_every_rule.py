"""Whatever is asked, no plan breaks a rule: the checker reads each, and knows nothing of how."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.travel import GreatCircle
from lending.logistics.planner.values import Problem
from tests.logistics.planner.problems import problems

ROADS = GreatCircle()


@settings(max_examples=100, deadline=None)
@given(problems(), st.integers(0, 5))
def test_a_plan_keeps_every_rule(problem: Problem, seed: int) -> None:
    assert check(problem, plan(problem, ROADS, seed=seed, iterations=60), ROADS) == []


@settings(max_examples=25, deadline=None)
@given(problems())
def test_the_first_plan_keeps_them_before_any_search(problem: Problem) -> None:
    assert check(problem, plan(problem, ROADS, iterations=0), ROADS) == []


@settings(max_examples=25, deadline=None)
@given(problems(), st.integers(0, 5))
def test_the_same_seed_and_number_of_iterations_give_the_same_plan(
    problem: Problem, seed: int
) -> None:
    once = plan(problem, ROADS, seed=seed, iterations=40)
    assert plan(problem, ROADS, seed=seed, iterations=40) == once


@settings(max_examples=25, deadline=None)
@given(problems())
def test_searching_longer_never_costs_more(problem: Problem) -> None:
    before = plan(problem, ROADS, iterations=0)
    assert plan(problem, ROADS, iterations=60).cost.total <= before.cost.total
