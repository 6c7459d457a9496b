"""The language of a reader whom we do not know yet."""

import pytest

from lending.i18n import preferred_language


@pytest.mark.parametrize(
    ("tags", "language"),
    [
        ([], "fr"),
        (["de", "it"], "fr"),
        (["en"], "en"),
        (["en-GB", "fr"], "en"),
        (["de-CH", "fr-CH", "en"], "fr"),
        (["FR-ca"], "fr"),
    ],
)
def test_the_first_language_of_the_list_that_we_write_is_taken(tags: list[str], language: str):
    assert preferred_language(tags) == language
