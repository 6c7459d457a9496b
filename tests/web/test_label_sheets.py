"""Sheets of labels as they are sold."""

from itertools import pairwise

import pytest

from lending.web.label_sheets import A4_HEIGHT, A4_WIDTH, SHEETS, LabelSheet


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=lambda sheet: sheet.name)
def test_no_label_lies_over_another_or_over_the_edge(sheet: LabelSheet) -> None:
    (page,) = sheet.pages(range(sheet.per_page), 1)
    assert len({(left, top) for left, top, _ in page}) == sheet.per_page
    for left, top, _ in page:
        assert left >= 0
        assert top >= 0
        assert left + sheet.width <= A4_WIDTH
        assert top + sheet.height <= A4_HEIGHT
    lefts = sorted({left for left, _, _ in page})
    assert all(b - a >= sheet.width for a, b in pairwise(lefts))
    tops = sorted({top for _, top, _ in page})
    assert all(b - a >= sheet.height for a, b in pairwise(tops))
