"""Mark texts for translation where no translator is at hand, and find one where there is.

Rooms know no request and so no language: they mark their texts with `N_`, and the faces
translate them when they show them. What a room itself writes for a known reader (a calendar, a
letter) it writes with the `translations` of that reader's language.
"""

from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "translations"


def N_(message: str) -> str:  # noqa: N802 - the conventional name, known to the extraction
    """Return the message unchanged; the name makes the extraction find it."""
    return message


@cache
def translations(language: str) -> NullTranslations:
    """Return the texts in a language; in English, the language they are written in, if none."""
    return translation("messages", FOLDER, [language], fallback=True)
