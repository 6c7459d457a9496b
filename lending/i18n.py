"""Mark texts for translation where no translator is at hand, and find one where there is.

Rooms know no request and so no language: they mark their texts with `N_`, and the faces
translate them when they show them. What a room itself writes for a known reader (a calendar, a
letter) it writes with the `translations` of that reader's language.
"""

from collections.abc import Iterable
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

LANGUAGES = ("fr", "en")
"""What we write, the first where nothing else is known."""

FOLDER = Path(__file__).resolve().parent / "translations"


def N_(message: str) -> str:  # noqa: N802 - the conventional name, known to the extraction
    """Return the message unchanged; the name makes the extraction find it."""
    return message


@cache
def translations(language: str) -> NullTranslations:
    """Return the texts in a language; in English, the language they are written in, if none."""
    return translation("messages", FOLDER, [language], fallback=True)


def preferred_language(tags: Iterable[str]) -> str:
    """Return the first language of a reader's list that we write: `en-GB` is English."""
    wanted = (tag.partition("-")[0].lower() for tag in tags)
    return next((language for language in wanted if language in LANGUAGES), LANGUAGES[0])
