"""The laws of free quantity over time, against a count at every single instant."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lending.availability.sweep import (
    Gap,
    Step,
    gaps,
    lowest,
    lowest_in_each,
    lowest_of_each,
    timeline,
)

instants = st.integers(-6, 30)


@st.composite
def claims(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Some claims around the window, overlapping, adjoining or far away."""
    found = []
    for _ in range(draw(st.integers(0, 8))):
        begin = draw(instants)
        found.append((begin, begin + draw(st.integers(1, 14)), draw(st.integers(1, 9))))
    return found


changes = st.lists(st.tuples(instants, st.integers(-7, 7)), max_size=5)
windows = st.tuples(st.integers(0, 12), st.integers(1, 14)).map(lambda w: (w[0], w[0] + w[1]))
stocks = st.integers(0, 20)


def free_at(at: int, starts: int, stock: int, claimed: list, changed: list) -> int:
    """Count what is free at one instant, the slow way: nothing shared with the sweep."""
    present = stock + sum(delta for when, delta in changed if starts < when <= at)
    return present - sum(quantity for begin, end, quantity in claimed if begin <= at < end)


@given(windows, stocks, claims(), changes)
def test_the_timeline_says_what_is_free_at_every_instant(window, stock, claimed, changed):
    steps = timeline(*window, stock, claimed, changed)
    for step in steps:
        for at in range(step.starts, step.ends):
            assert step.free == free_at(at, window[0], stock, claimed, changed)


@given(windows, stocks, claims(), changes)
def test_the_timeline_covers_the_window_without_gap_and_changes_at_each_step(
    window, stock, claimed, changed
):
    steps = timeline(*window, stock, claimed, changed)
    assert steps[0].starts == window[0]
    assert steps[-1].ends == window[1]
    for before, after in pairwise(steps):
        assert before.ends == after.starts
        assert before.free != after.free


@given(windows, stocks, claims(), changes)
def test_what_can_be_lent_is_the_lowest_free_quantity_of_the_window(
    window, stock, claimed, changed
):
    counted = min(
        free_at(at, window[0], stock, claimed, changed) for at in range(window[0], window[1])
    )
    assert lowest(*window, stock, claimed, changed) == counted


@given(st.lists(st.tuples(windows, stocks, claims()), max_size=4))
def test_many_items_at_once_are_answered_as_one_after_the_other(items):
    own = {number: window for number, (window, _, _) in enumerate(items)}
    stock = {number: had for number, (_, had, _) in enumerate(items) if had}
    taken = [(number, *claim) for number, (_, _, claimed) in enumerate(items) for claim in claimed]
    strangers = [(len(items), 0, 30, 5)]
    assert lowest_of_each(own, stock, taken[::-1] + strangers) == {
        number: lowest(*window, had, claimed) for number, (window, had, claimed) in enumerate(items)
    }


@given(st.lists(windows, max_size=6), stocks, claims(), changes)
def test_many_windows_at_once_are_answered_as_one_after_the_other(
    some_windows, stock, claimed, changed
):
    begins, ends = (
        (sorted(bounds) for bounds in zip(*some_windows, strict=True)) if some_windows else ((), ())
    )
    in_order = list(zip(begins, ends, strict=True))
    assume(all(begin < end for begin, end in in_order))
    origin = in_order[0][0] if in_order else 0

    def stock_at(at: int) -> int:
        return stock + sum(delta for when, delta in changed if origin < when <= at)

    assert lowest_in_each(in_order, stock, claimed, changed) == [
        lowest(begin, end, stock_at(begin), claimed, changed) for begin, end in in_order
    ]


@given(windows, stocks, claims())
def test_the_order_of_claims_does_not_matter(window, stock, claimed):
    assert timeline(*window, stock, claimed) == timeline(*window, stock, claimed[::-1])


@given(windows, stocks, claims(), st.integers(1, 9))
def test_one_more_claim_never_frees_anything(window, stock, claimed, quantity):
    more = [*claimed, (window[0], window[1], quantity)]
    assert lowest(*window, stock, more) == lowest(*window, stock, claimed) - quantity


@given(windows, stocks, claims(), st.integers(0, 7))
def test_taking_a_claim_away_undoes_it(window, stock, claimed, index):
    assume(claimed)
    begin, end, quantity = claimed[index % len(claimed)]
    undone = [*claimed, (begin, end, -quantity)]
    rest = [*claimed]
    rest.remove((begin, end, quantity))
    assert timeline(*window, stock, undone) == timeline(*window, stock, rest)


@given(windows, stocks, claims())
def test_whatever_fits_can_be_added_without_a_shortage(window, stock, claimed):
    before = lowest(*window, stock, claimed)
    fits = max(0, before)
    assert lowest(*window, stock, [*claimed, (*window, fits)]) == min(0, before)


@given(windows, stocks, claims(), changes, st.integers(0, 20))
def test_gaps_are_exactly_where_too_little_is_free(window, stock, claimed, changed, wanted):
    found = gaps(timeline(*window, stock, claimed, changed), wanted)
    short = {
        at for at in range(*window) if free_at(at, window[0], stock, claimed, changed) < wanted
    }
    assert {at for gap in found for at in range(gap.starts, gap.ends)} == short
    for gap in found:
        worst = min(
            free_at(at, window[0], stock, claimed, changed) for at in range(gap.starts, gap.ends)
        )
        assert gap.missing == wanted - worst


@given(windows, stocks, claims(), st.integers(1, 20))
def test_gaps_do_not_touch_each_other(window, stock, claimed, wanted):
    found = gaps(timeline(*window, stock, claimed), wanted)
    assert all(before.ends < after.starts for before, after in pairwise(found))


def test_a_claim_that_ends_where_another_starts_does_not_meet_it():
    assert timeline(0, 10, 5, [(0, 4, 5), (4, 10, 5)]) == [Step(0, 10, 0)]


def test_stock_that_comes_during_the_window_does_not_help_before_it_is_there():
    assert lowest(0, 10, 3, [], [(5, 4)]) == 3
    assert timeline(0, 10, 3, [], [(5, 4)]) == [Step(0, 5, 3), Step(5, 10, 7)]


def test_stock_that_goes_is_missing_from_that_instant_on():
    assert gaps(timeline(0, 10, 3, [(0, 10, 3)], [(5, -1)]), 0) == [Gap(5, 10, 1)]


def test_too_much_promised_is_a_negative_quantity():
    assert lowest(0, 10, 3, [(2, 4, 5)]) == -2


@pytest.mark.parametrize("window", [(5, 5), (6, 5)])
def test_an_empty_or_reversed_window_is_refused(window):
    with pytest.raises(ValueError, match="empty window"):
        timeline(*window, 1)
    with pytest.raises(ValueError, match="empty window"):
        lowest(*window, 1)
