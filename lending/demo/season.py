"""Draw a season of requests from a seed: when festivals really begin, how long they last.

The weights are those of 2,796 French festivals of 2019 (Ministère de la Culture, Licence
Ouverte): they begin on a Friday more than on any other day, in July more than in any other
month, and half of them last four days or less.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from lending.authorities.models import Competence
from lending.bookings.models import Logistics
from lending.demo.stock import items, shares
from lending.demo.territory import ASSOCIATIONS, CENTRES, COMMUNES

MONTHS = (58, 67, 207, 176, 273, 370, 481, 316, 308, 282, 212, 46)
WEEKDAYS = (136, 219, 319, 438, 1017, 566, 101)
DURATIONS = {1: 12, 2: 17, 3: 16, 4: 15, 5: 12, 6: 8, 8: 7, 10: 6, 14: 4, 20: 3}
"""Days of an event and how often in a hundred."""

SEATING = (("CHA-COQ", 120), ("CHA-PLI", 60), ("BAN-220", 40))
TABLES = (("TAB-220", 20), ("TAB-183", 15), ("TAB-090", 6), ("MAN-DEB", 6))
WISHES: dict[Competence, tuple[tuple[str, int], ...]] = {
    Competence.CULTURE: (
        *SEATING,
        ("PRA-2X1", 12),
        ("PRA-ESC", 1),
        ("SON-KIT", 1),
        ("MIC-HF", 3),
        ("COF-32", 2),
        ("BAR-200", 40),
        ("BAM-3X3", 4),
        ("PRO-LED", 3),
        ("POD-REM", 1),
        ("TEN-5X12", 1),
        ("GUI-50", 2),
    ),
    Competence.LOCAL_LIFE: (
        *SEATING,
        *TABLES,
        ("BAM-3X3", 6),
        ("LES-015", 24),
        ("GUI-50", 3),
        ("BAR-200", 50),
        ("SON-BAT", 1),
        ("GOB-200", 5),
        ("PER-100", 1),
        ("POU-SAC", 8),
        ("COF-32", 1),
        ("TEN-5X12", 1),
    ),
    Competence.SPORT: (
        ("BAR-200", 90),
        ("BAR-250", 50),
        ("POD-123", 1),
        ("SON-BAT", 1),
        *TABLES,
        ("BAM-3X3", 5),
        ("TRI-012", 4),
        ("TOI-SEC", 2),
        ("POU-SAC", 10),
    ),
    Competence.YOUTH: (
        *TABLES,
        ("BAN-220", 30),
        ("BAM-3X3", 4),
        ("SON-BAT", 1),
        ("GRI-EXP", 12),
        ("PER-100", 1),
        ("GOB-200", 3),
    ),
    Competence.SOCIAL: (
        *TABLES,
        ("CHA-PLI", 80),
        ("PER-100", 2),
        ("VAI-050", 3),
        ("CHA-AIR", 1),
        ("GRI-EXP", 10),
    ),
    Competence.ENVIRONMENT: (
        *TABLES,
        ("BAM-3X3", 4),
        ("GRI-EXP", 16),
        ("TOI-SEC", 2),
        ("POU-SAC", 12),
    ),
    Competence.HERITAGE: (
        *SEATING,
        ("PRA-2X1", 8),
        ("GRI-EXP", 20),
        ("BAM-4X4", 3),
        ("BAR-200", 60),
        ("VIT-3X3", 4),
        ("PUP-001", 1),
    ),
    Competence.ECONOMY: (
        ("CHL-3X2", 8),
        *TABLES,
        ("BAM-3X6", 3),
        ("BAM-4X4", 3),
        ("COF-32", 4),
        ("COF-63", 1),
        ("RAL-25", 8),
        ("GUI-50", 4),
        ("BAR-HER", 20),
    ),
}

SITES = (
    "place du Marché",
    "salle des fêtes",
    "pré communal",
    "parc des Bords-de-l'Eau",
    "gymnase",
    "esplanade de la Mairie",
    "cour de l'école",
    "stade",
)


SUNDAY = 6


@dataclass(frozen=True)
class PlannedRequest:
    """One request of the demonstration, before it meets the others."""

    association: str
    authority: str
    event: str
    competence: Competence
    commune: str
    site: str
    position: tuple[float, float]
    attendance: int
    event_starts: datetime
    event_ends: datetime
    starts: datetime
    ends: datetime
    filed: datetime
    decided: datetime
    logistics: Logistics
    lines: tuple[tuple[str, int], ...]


def draw(seed: int, today: date, requests: int, zone: ZoneInfo) -> Iterator[PlannedRequest]:
    """Yield requests for events from half a year before today to nine months after it."""
    chance = Random(seed)  # noqa: S311 - the same season every time
    owned = {
        code: {item.code: share[code] for item in items() if code in (share := shares(item))}
        for code in ("trois-rives", "rivemont")
    }
    days = [today + timedelta(days=offset) for offset in range(-190, 280)]
    weights = [MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] for day in days]
    for first in chance.choices(days, weights, k=requests):
        yield _request(chance, first, today, zone, owned)


def _request(
    chance: Random, first: date, today: date, zone: ZoneInfo, owned: dict[str, dict[str, int]]
) -> PlannedRequest:
    name, commune, cause, events, size = chance.choice(ASSOCIATIONS)
    length = chance.choices(list(DURATIONS), list(DURATIONS.values()))[0]
    authority = "rivemont" if commune == "00001" and chance.random() < 0.65 else "trois-rives"
    starts = _at(first - timedelta(days=1), chance.choice((9, 14, 14, 15)), zone)
    lead = max(12, round(chance.gauss(85, 35)))
    if first - timedelta(days=lead) > today and chance.random() < 0.8:
        # Who prepares next season early: the planning ahead is never empty.
        lead = (first - today).days + chance.randrange(1, 75)
    filed = starts - timedelta(days=lead, minutes=chance.randrange(600))
    place = chance.choice(SITES)
    logistics = chance.choice(tuple(Logistics))
    last = first + timedelta(days=length)
    if last.weekday() == SUNDAY and logistics is not Logistics.PICKUP:
        last += timedelta(days=1)  # no crew fetches on Sundays
    return PlannedRequest(
        association=name,
        authority=authority,
        event=chance.choice(events),
        competence=cause,
        commune=commune,
        site=f"{place}, {COMMUNES[commune][0]}",
        position=_position(commune, place),
        attendance=chance.choice((80, 150, 200, 300, 500)) * size * size,
        event_starts=_at(first, chance.choice((9, 10, 14, 18)), zone),
        event_ends=_at(first + timedelta(days=length - 1), chance.choice((19, 22, 23)), zone),
        starts=starts,
        ends=_at(last, chance.choice((10, 11, 16)), zone),
        filed=filed,
        decided=filed + timedelta(days=chance.randrange(3, 26), hours=chance.randrange(8)),
        logistics=logistics,
        lines=_lines(chance, cause, size, owned[authority]),
    )


def _position(commune: str, place: str) -> tuple[float, float]:
    """Return where a site is: around the centre of its commune, always at the same place."""
    around = Random(f"{commune} {place}")  # noqa: S311 - the same map every time
    latitude, longitude = CENTRES[commune]
    return (
        round(latitude + around.uniform(-0.012, 0.012), 5),
        round(longitude + around.uniform(-0.016, 0.016), 5),
    )


def _lines(
    chance: Random, cause: Competence, size: int, owned: dict[str, int]
) -> tuple[tuple[str, int], ...]:
    wished = [(code, base) for code, base in WISHES[cause] if code in owned]
    count = min(len(wished), chance.randrange(2, 5) + size)
    lines = []
    for code, base in chance.sample(wished, count):
        quantity = round(base * chance.uniform(0.5, 1.1) * (0.6 + 0.5 * size))
        # People ask in round numbers, and seldom for more than exists.
        quantity = 10 * round(quantity / 10) if quantity > 25 else quantity
        lines.append((code, max(1, min(quantity, round(owned[code] * 0.8) or 1))))
    return tuple(lines)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone)
