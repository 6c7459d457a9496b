"""What a set of rules may say."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.errors import InvalidInput
from lending.policies.drafting import check_rules
from lending.policies.queries import read_rules, write_rules
from lending.policies.rules import DEFAULT, PriorityClass, Rules, Tariff

rules = st.builds(
    Rules,
    lead_time_days=st.integers(0, 730),
    priorities=st.permutations(list(PriorityClass)).map(tuple),
    tariffs=st.lists(
        st.builds(
            Tariff, item_code=st.text("ABC", min_size=1, max_size=9), cents=st.integers(0, 9)
        ),
        unique_by=lambda tariff: tariff.item_code,
    ).map(tuple),
    court=st.text(max_size=120),
)


@given(rules)
def test_rules_come_back_from_what_is_written(one: Rules) -> None:
    assert read_rules(write_rules(one)) == one


@given(rules)
def test_equal_rules_are_written_alike_whatever_the_order_of_their_values(one: Rules) -> None:
    values = json.loads(write_rules(one))
    turned = dict(reversed(values.items()))
    assert write_rules(check_rules(turned)) == write_rules(one)


def test_rules_that_say_less_are_completed_with_the_defaults() -> None:
    assert check_rules({}) == DEFAULT


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"lead_time_days": -1}, "lead_time_days"),
        ({"answer_days": 731}, "answer_days"),
        ({"court": "x" * 121}, "court"),
        ({"territory": "the moon"}, "territory"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"priorities": ["own", "own"]}, "rules"),
        ({"tariffs": [{"item_code": "A", "cents": 1}, {"item_code": "A", "cents": 2}]}, "rules"),
        ({"tariffs": [{"item_code": "A", "cents": -1}]}, "tariffs.0.cents"),
    ],
)
def test_a_value_out_of_reason_is_told_beside_its_field(
    values: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_rules(values)
    assert [error.field for error in refused.value.errors] == [field]


def test_a_class_has_the_place_at_which_it_is_named_and_none_if_it_is_not() -> None:
    few = Rules(priorities=(PriorityClass.SCHOOLS, PriorityClass.OWN))
    assert few.rank_of(PriorityClass.SCHOOLS) == 1
    assert few.rank_of(PriorityClass.OWN) == 2
    assert few.rank_of(PriorityClass.OUTSIDERS) is None


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(0, 700), st.booleans(), rules)
def test_a_request_is_late_from_the_day_after_the_last_one_that_the_lead_time_leaves(
    first_day: date, early: int, heavy: bool, one: Rules
) -> None:
    filed = first_day - timedelta(days=early)
    assert one.is_late(filed, first_day, heavy=heavy) == (early < one.lead_time(heavy=heavy))


def test_equipment_that_needs_a_crew_is_asked_for_earlier() -> None:
    assert (DEFAULT.lead_time(heavy=False), DEFAULT.lead_time(heavy=True)) == (45, 90)
