"""What a loan is worth: examples from the rules of lenders, and laws for any rules and loans."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.equity.valuation.tariff import (
    Basis,
    Lent,
    Valuation,
    days_of_loan,
    half_up,
    value_of_loan,
)
from lending.policies.rules import DEFAULT, Per, Rules, Tariff

PARIS = ZoneInfo("Europe/Paris")
CHAIRS = Lent(item_code="CHA-PLI", quantity=120, replacement_value_cents=2800)

cents = st.integers(0, 1_000_000)
codes = st.sampled_from(["A", "B", "C", "D"])
rules = st.builds(
    lambda tariffs, day, most, labour, way: Rules(
        tariffs=tuple(tariffs.values()),
        fallback_percent_a_day=day,
        fallback_percent_at_most=most,
        labour_cents_an_hour=labour,
        transport_cents_a_km=way,
    ),
    st.dictionaries(
        codes, st.builds(Tariff, item_code=codes, cents=cents, per=st.sampled_from(Per))
    ).map(lambda found: {tariff.item_code: tariff for tariff in found.values()}),
    st.integers(0, 100),
    st.integers(0, 100),
    cents,
    cents,
)
lent = st.builds(
    Lent, item_code=codes, quantity=st.integers(0, 2000), replacement_value_cents=cents
)
loans = st.lists(lent, max_size=6)
days, minutes, way = st.integers(1, 60), st.integers(0, 10_000), st.integers(0, 500)


def test_a_tariff_per_loan_does_not_count_days() -> None:
    voted = Rules(tariffs=(Tariff(item_code="CHA-PLI", cents=100),))
    found = value_of_loan(voted, [CHAIRS], 3, 0, 0)
    assert (found.lines[0].basis, found.cents) == (Basis.LOAN, 12_000)


def test_a_tariff_per_day_counts_each_day() -> None:
    voted = Rules(tariffs=(Tariff(item_code="CHA-PLI", cents=20, per=Per.DAY),))
    assert value_of_loan(voted, [CHAIRS], 3, 0, 0).cents == 120 * 20 * 3


def test_without_a_tariff_it_is_two_percent_of_the_replacement_value_a_day() -> None:
    found = value_of_loan(DEFAULT, [CHAIRS], 3, 0, 0)
    assert (found.lines[0].basis, found.lines[0].percent) == (Basis.REPLACEMENT, 6)
    assert found.cents == 120 * 2800 * 6 // 100


def test_a_long_loan_is_capped_at_fifteen_percent() -> None:
    assert value_of_loan(DEFAULT, [CHAIRS], 10, 0, 0).cents == 120 * 2800 * 15 // 100


def test_work_and_way_are_added_at_their_rates() -> None:
    found = value_of_loan(DEFAULT, [], 1, 95, 26)
    assert (found.labour.cents, found.transport.cents) == (4750, 26 * 60)
    assert found.cents == 4750 + 1560


def test_a_way_that_nobody_knows_counts_nothing_and_says_so() -> None:
    found = value_of_loan(DEFAULT, [CHAIRS], 1, 0, None)
    assert (found.transport.km, found.transport.cents) == (None, 0)


def test_half_a_cent_is_rounded_up_once_per_line() -> None:
    piece = Lent(item_code="X", quantity=1, replacement_value_cents=25)
    found = value_of_loan(DEFAULT, [piece, piece], 1, 0, 0)
    assert [line.cents for line in found.lines] == [1, 1]  # 0.5 each


def test_a_loan_of_no_day_is_refused() -> None:
    with pytest.raises(ValueError, match="a day at least"):
        value_of_loan(DEFAULT, [CHAIRS], 0, 0, 0)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((2026, 6, 5, 9), (2026, 6, 5, 18), 1),
        ((2026, 6, 5, 9), (2026, 6, 6, 9), 1),
        ((2026, 6, 5, 16), (2026, 6, 8, 9), 3),
        ((2026, 6, 5, 9), (2026, 6, 8, 9), 3),
        # The night in which the clock goes back has an hour more, and is no day more.
        ((2026, 10, 24, 9), (2026, 10, 25, 9), 1),
        ((2026, 3, 28, 9), (2026, 3, 29, 10), 2),
    ],
)
def test_each_day_that_has_begun_counts_whole(
    start: tuple[int, ...], end: tuple[int, ...], expected: int
) -> None:
    first, last = (datetime(*each, tzinfo=PARIS) for each in (start, end))  # type: ignore[misc,arg-type]
    assert days_of_loan(first, last) == expected


@given(rules, loans, days, minutes, way)
def test_counted_again_from_its_own_figures_it_is_the_same(
    rules: Rules, loans: list[Lent], days: int, minutes: int, way: int
) -> None:
    found = value_of_loan(rules, loans, days, minutes, way)
    kept = Valuation.model_validate_json(found.model_dump_json())
    assert kept == found
    assert kept.recomputed() == found


@given(rules, loans, days, minutes, way)
def test_the_total_is_the_sum_of_what_is_shown(
    rules: Rules, loans: list[Lent], days: int, minutes: int, way: int
) -> None:
    found = value_of_loan(rules, loans, days, minutes, way)
    parts = [line.cents for line in found.lines]
    assert found.cents == sum(parts) + found.labour.cents + found.transport.cents
    assert len(parts) == sum(1 for each in loans if each.quantity)


@given(rules, lent, days)
def test_one_piece_more_is_never_worth_less(rules: Rules, lent: Lent, days: int) -> None:
    more = lent.model_copy(update={"quantity": lent.quantity + 1})
    before, after = (value_of_loan(rules, [each], days, 0, 0).cents for each in (lent, more))
    assert after >= before


@given(rules, loans, days)
def test_one_day_more_is_never_worth_less(rules: Rules, loans: list[Lent], days: int) -> None:
    before, after = (value_of_loan(rules, loans, each, 0, 0).cents for each in (days, days + 1))
    assert after >= before


@given(rules, loans, days)
def test_the_order_of_the_lines_does_not_matter(rules: Rules, loans: list[Lent], days: int) -> None:
    turned = list(reversed(loans))
    there, back = (value_of_loan(rules, each, days, 0, 0).cents for each in (loans, turned))
    assert there == back


@given(lent, st.integers(1, 60))
def test_what_has_no_tariff_is_never_worth_more_than_the_limit(lent: Lent, days: int) -> None:
    found = value_of_loan(DEFAULT, [lent], days, 0, 0)
    assert found.cents <= half_up(lent.quantity * lent.replacement_value_cents * 15, 100)


@given(st.integers(0, 10**12), st.integers(1, 10**6))
def test_half_up_is_never_further_than_half_away(numerator: int, denominator: int) -> None:
    found = half_up(numerator, denominator)
    assert -denominator < 2 * (found * denominator - numerator) <= denominator
