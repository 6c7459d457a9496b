"""How much work and way a loan is taken to cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.equity.valuation.work import Handled, labour_minutes, transport_km

TENT = Handled(quantity=1, weight_g=50_000, setup_seconds=1200)
CHAIRS = Handled(quantity=100, weight_g=4200, setup_seconds=18)
pieces = st.lists(
    st.builds(Handled, st.integers(0, 500), st.integers(0, 3_500_000), st.integers(0, 400_000)),
    max_size=5,
)


def test_what_is_fetched_at_the_depot_costs_no_work() -> None:
    assert labour_minutes([TENT, CHAIRS], is_carried=False, is_set_up=False) == 0


def test_what_is_delivered_is_loaded_and_unloaded_twice() -> None:
    # 50 kg: twice 72 seconds, four times
    assert labour_minutes([TENT], is_carried=True, is_set_up=False) == 10


def test_what_is_set_up_is_taken_down_in_seven_tenths_of_the_time() -> None:
    # 9.6 minutes of handling, 20 of set-up, 14 of taking down
    assert labour_minutes([TENT], is_carried=True, is_set_up=True) == 44


def test_light_pieces_take_their_time_too() -> None:
    cups = Handled(quantity=300, weight_g=10, setup_seconds=0)
    assert labour_minutes([cups], is_carried=True, is_set_up=False) == 40


@given(pieces)
def test_setting_up_is_never_less_work_than_delivering(pieces: list[Handled]) -> None:
    delivered = labour_minutes(pieces, is_carried=True, is_set_up=False)
    assert 0 <= delivered <= labour_minutes(pieces, is_carried=True, is_set_up=True)


def test_the_way_is_driven_there_and_back_to_bring_and_to_fetch() -> None:
    # A degree of latitude is 111.2 km, a tenth of it by road 14.45 km, four times.
    assert transport_km([(46.0, -3.0)], (46.1, -3.0)) == 58


def test_what_comes_from_two_depots_is_driven_from_both() -> None:
    one = transport_km([(46.0, -3.0)], (46.1, -3.0))
    two = transport_km([(46.0, -3.0), (46.0, -3.0)], (46.1, -3.0))
    assert one is not None
    assert two == pytest.approx(2 * one, abs=1)


def test_a_place_that_nobody_knows_makes_no_way() -> None:
    assert transport_km([(46.0, -3.0)], None) is None
    assert transport_km([None], (46.0, -3.0)) is None
