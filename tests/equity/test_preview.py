"""What other rules would have changed for the requests of a year, parameter by parameter."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.eligibility.criteria import Criterion, Verdict
from lending.equity.preview import VALUING, Preview, preview
from lending.errors import Forbidden
from lending.policies.rules import DEFAULT, Late, PriorityClass, Rules
from tests.factories import Cast, draft, submitted

Look = Callable[..., Preview]


@pytest.fixture
def request_of_june(database: Database, cast: Cast) -> int:
    """The choir asks in March for a Friday in June."""
    return submitted(database, cast, {cast.chairs: 30})


@pytest.fixture
def look(database: Database, cast: Cast, request_of_june: int) -> Look:
    """Return a function that compares the usual rules with some that are changed."""

    def compare(base: Rules = DEFAULT, **changes: object) -> Preview:
        new = base.model_copy(update=changes)
        with database.read() as uow:
            return preview(uow, cast.manager, cast.town, base, new)

    return compare


def test_the_same_rules_change_nothing(look: Look) -> None:
    found = look()
    assert (found.requests, found.otherwise, found.effects) == (1, 0, ())


CHANGES = [
    ({"lead_time_days": 200}, Criterion.LEAD_TIME),
    ({"earliest_days": 5}, Criterion.EARLIEST),
    ({"longest_loan_days": 1}, Criterion.DURATION),
    ({"priorities": (PriorityClass.SAFETY,)}, Criterion.SERVED),
]


@pytest.mark.parametrize(("changes", "criterion"), CHANGES)
def test_a_rule_that_is_not_met_any_more_is_found(
    look: Look, request_of_june: int, changes: dict[str, object], criterion: Criterion
) -> None:
    found = look(**changes)
    assert found.otherwise == 1
    (effect,) = found.effects
    assert [shift.criterion for shift in effect.shifts] == [criterion]
    assert found.names[request_of_june].organisation


def test_what_becomes_a_refusal_is_told_apart_from_a_remark(look: Look) -> None:
    late = DEFAULT.model_copy(update={"lead_time_days": 200})
    (effect,) = look(late, late=Late.REFUSED).effects
    (shift,) = effect.shifts
    assert (shift.before, shift.after) == (Verdict.FAILED, Verdict.FAILED)
    assert (shift.blocked_before, shift.blocks_after) == (False, True)


def test_each_parameter_is_looked_at_alone(look: Look) -> None:
    found = look(lead_time_days=200, longest_loan_days=1, damage_percent=50)
    assert [(effect.parameter.name, len(effect.shifts)) for effect in found.effects] == [
        ("lead_time_days", 1),
        ("longest_loan_days", 1),
    ]
    assert found.otherwise == 1


def test_what_a_loan_is_worth_is_counted_by_the_draft(look: Look) -> None:
    """A dearer hour of work makes a loan large, and so one too many where none is allowed."""
    strict = DEFAULT.model_copy(update={"large_loans_a_year": 0, "large_loan_cents": 100_000})
    (effect,) = look(strict, fallback_percent_a_day=100, fallback_percent_at_most=100).effects[:1]
    assert effect.parameter.name in VALUING
    assert look(strict, large_loan_cents=1).otherwise == 1


def test_only_requests_that_were_sent_within_twelve_months_count(
    database: Database, cast: Cast, look: Look, clock: FixedClock
) -> None:
    draft(database, cast, {cast.chairs: 1})
    assert look(lead_time_days=200).requests == 1
    clock.instant += timedelta(days=366)
    assert look(lead_time_days=200).requests == 0


def test_only_who_sets_the_rules_looks(
    database: Database, cast: Cast, request_of_june: int
) -> None:
    for person in (cast.alice, cast.front_desk, cast.other_manager):
        with database.read() as uow, pytest.raises(Forbidden):
            preview(uow, person, cast.town, DEFAULT, DEFAULT)
