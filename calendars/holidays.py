"""French public holidays, those of Alsace-Moselle and overseas included, and school holidays."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

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

_MINISTRY = "https://fr.ftp.opendatasoft.com/openscol/fr-en-calendrier-scolaire"
SCHOOL_HOLIDAYS = MappingProxyType(
    {
        "A": f"{_MINISTRY}/Zone-A.ics",
        "B": f"{_MINISTRY}/Zone-B.ics",
        "C": f"{_MINISTRY}/Zone-C.ics",
        "Corse": f"{_MINISTRY}/Corse.ics",
        "Guadeloupe": f"{_MINISTRY}/Guadeloupe.ics",
        "Guyane": f"{_MINISTRY}/Guyane.ics",
        "Martinique": f"{_MINISTRY}/Martinique.ics",
        "Mayotte": f"{_MINISTRY}/Mayotte.ics",
        "Nouvelle-Calédonie": f"{_MINISTRY}/NouvelleCaledonie.ics",
        "Polynésie": f"{_MINISTRY}/Polynesie.ics",
        "La Réunion": f"{_MINISTRY}/Reunion.ics",
        "Saint-Pierre-et-Miquelon": f"{_MINISTRY}/SaintPierreEtMiquelon.ics",
        "Wallis-et-Futuna": f"{_MINISTRY}/WallisEtFutuna.ics",
    }
)
"""Zone to the address of its official calendar.

As the ministry gives them in « Le calendrier scolaire »:
https://www.data.gouv.fr/fr/datasets/le-calendrier-scolaire/
"""

SCHOOL_ZONES = ("A", "B", "C")
"""Those that `school_holidays` knows without asking anybody."""
SCHOOL_HOLIDAYS_UNTIL = date(2028, 8, 31)
"""The last day that the order of 21 July 2026 decides: no school year begins before September.

The `holidays` package goes on by a rule of its own, which no ministry has to follow.
"""


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


@dataclass(frozen=True, order=True, slots=True)
class SchoolHoliday:
    """Days without school, both included."""

    first: date
    last: date
    name: str


def school_holidays(
    zone: str, first: date, last: date, language: str = FRENCH
) -> tuple[SchoolHoliday, ...]:
    """Return the school holidays of a zone that touch the days from `first` to `last`, whole.

    They begin on the Saturday after the last lessons. None are known before 2017 or after
    `SCHOOL_HOLIDAYS_UNTIL`.

    Raises:
        ValueError: a zone other than A, B and C, or a language other than French and English.
    """
    if zone not in SCHOOL_ZONES:
        raise ValueError(f"no school holidays are known for zone {zone!r}")
    if language not in _LANGUAGES:
        raise ValueError(f"no names of holidays in {language!r}")
    return tuple(
        found
        for found in _school_holidays(zone, language)
        if found.first <= last and found.last >= first
    )


@lru_cache
def _school_holidays(zone: str, language: str) -> tuple[SchoolHoliday, ...]:
    days = holidays.country_holidays(
        "FR",
        subdiv=f"Zone {zone}",
        years=range(2017, SCHOOL_HOLIDAYS_UNTIL.year + 1),
        language=_LANGUAGES[language],
        categories=holidays.SCHOOL,
    )
    found: list[SchoolHoliday] = []
    for day, name in sorted(days.items()):
        if day > SCHOOL_HOLIDAYS_UNTIL:
            break
        if found and found[-1].name == name and found[-1].last + timedelta(1) == day:
            found[-1] = SchoolHoliday(found[-1].first, day, name)
        else:
            found.append(SchoolHoliday(day, day, name))
    return tuple(found)
