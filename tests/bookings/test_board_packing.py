"""Laws of the planning board's layout."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.bookings.packing import columns_of, pack

spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=40,
)


@given(spans)
def test_bars_that_share_a_column_never_share_a_row(given_spans: list[tuple[int, int]]) -> None:
    taken: set[tuple[int, int]] = set()
    for (start, end), row in zip(given_spans, pack(given_spans), strict=True):
        cells = {(row, column) for column in range(start, end)}
        assert not cells & taken
        taken |= cells


@given(spans)
def test_no_more_rows_are_used_than_the_fullest_column_needs(
    given_spans: list[tuple[int, int]],
) -> None:
    fullest = Counter(column for start, end in given_spans for column in range(start, end))
    rows = max(pack(given_spans), default=-1) + 1
    assert rows == max(fullest.values(), default=0)


def test_a_bar_that_begins_where_another_ends_follows_it_on_the_same_row() -> None:
    assert pack([(0, 3), (3, 5), (2, 4)]) == [0, 0, 1]


def test_an_empty_bar_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        pack([(2, 2)])


bounds = st.lists(st.integers(1, 30), min_size=1, max_size=12).map(
    lambda widths: [sum(widths[:n]) for n in range(len(widths) + 1)]
)


@given(bounds, st.integers(-20, 380), st.integers(1, 100))
def test_a_bar_touches_exactly_the_columns_it_shares_an_instant_with(
    edges: list[int], starts: int, length: int
) -> None:
    ends = starts + length
    touched = [
        column
        for column in range(len(edges) - 1)
        if starts < edges[column + 1] and edges[column] < ends
    ]
    found = columns_of(starts, ends, edges)
    assert (list(range(*found)) if found else []) == touched
