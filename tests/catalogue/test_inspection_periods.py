"""How long an inspection is good for."""

from datetime import date

import pytest

from lending.catalogue.inspections import months_after


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 6, 15), 12, date(2026, 6, 15)),
    ],
)
def test_a_period_ends_on_the_same_day_or_the_last_of_a_shorter_month(
    day: date, months: int, expected: date
):
    assert months_after(day, months) == expected
