"""The language of a reader whom we do not know yet, and how French is typed."""

import re
from importlib.resources import files

import pytest
from babel.messages.pofile import read_po

from lending.i18n import preferred_language

TYPED_LIKE_A_PROGRAM = re.compile(r"(?<=\w)'(?=\w|%)| (?=[:;?!»](?!\w))|« ")
"""A straight apostrophe in a word; an ordinary space where a line must not break."""


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
def test_the_first_language_of_the_list_that_we_write_is_taken(
    tags: list[str], language: str
) -> None:
    assert preferred_language(tags) == language


def test_french_has_typographic_apostrophes_and_no_break_spaces() -> None:
    with (files("lending") / "translations/fr/LC_MESSAGES/messages.po").open("rb") as file:
        messages = [message for message in read_po(file, locale="fr") if message.id]
    assert len(messages) > 1000
    texts = [
        str(text)
        for message in messages
        for text in (message.string if isinstance(message.string, tuple) else [message.string])
    ]
    assert [text for text in texts if TYPED_LIKE_A_PROGRAM.search(text)] == []
