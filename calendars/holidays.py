"""French public holidays, with those of Alsace-Moselle and of the overseas territories."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays

FRENCH, ENGLISH = "fr", "en"
_LANGUAGES = {FRENCH: "fr", ENGLISH: "en_US"}

SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
"""Department or territory as in INSEE codes, to the name that the `holidays` package gives it."""


@dataclass(frozen=True, order=True, slots=True)
class Holiday:
    """A public holiday and its name."""

    day: date
    name: str


def subdivision_of(commune_insee: str) -> str | None:
    """Return the subdivision with holidays of its own that a commune lies in, if any.

    In Alsace and Moselle the law gives Good Friday only to communes with a Protestant church;
    it is counted for all of them, since closing a day too many is the smaller harm.
    """
    return SUBDIVISIONS.get(commune_insee[:3]) or SUBDIVISIONS.get(commune_insee[:2])


def public_holidays(
    year: int, subdivision: str | None = None, language: str = FRENCH
) -> tuple[Holiday, ...]:
    """Return the public holidays of a year, in order.

    Raises:
        ValueError: an unknown subdivision, or a language other than French and English.
    """
    if subdivision is not None and subdivision not in SUBDIVISIONS.values():
        raise ValueError(f"unknown subdivision {subdivision!r}")
    if language not in _LANGUAGES:
        raise ValueError(f"no names of holidays in {language!r}")
    return _public_holidays(year, subdivision, language)


@lru_cache(maxsize=256)
def _public_holidays(year: int, subdivision: str | None, language: str) -> tuple[Holiday, ...]:
    found = holidays.country_holidays(
        "FR", subdiv=subdivision, years=year, language=_LANGUAGES[language]
    )
    return tuple(Holiday(day, name) for day, name in sorted(found.items()))


def holiday_names(
    first: date, last: date, subdivision: str | None = None, language: str = FRENCH
) -> dict[date, str]:
    """Return the holidays from `first` to `last`, both included, by day."""
    return {
        holiday.day: holiday.name
        for year in range(first.year, last.year + 1)
        for holiday in public_holidays(year, subdivision, language)
        if first <= holiday.day <= last
    }
