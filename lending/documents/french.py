"""How documents write days, quantities and money: in French, whoever reads them.

They are made from what was kept as JSON, so that instants and days come as text.
"""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from lending.i18n import translations

NO_BREAK = "\N{NO-BREAK SPACE}"
LOCALE = "fr_FR"

_FRENCH = translations("fr")


def french(text: str, **values: object) -> str:
    """Return a marked text in French."""
    words = _FRENCH.gettext(text) if text else ""
    return words % values if values else words


def day(value: str, zone: ZoneInfo) -> str:
    """Write "samedi 6 juin 2026"."""
    return _dated(_day_of(value, zone), "EEEE d MMMM y")


def plain_day(value: str, zone: ZoneInfo) -> str:
    """Write "6 juin 2026"."""
    return _dated(_day_of(value, zone), "d MMMM y")


def short_day(value: str, zone: ZoneInfo) -> str:
    """Write "06/06/2026"."""
    return format_date(_day_of(value, zone), "dd/MM/y", locale=LOCALE)


def moment(value: str, zone: ZoneInfo) -> str:
    """Write "samedi 6 juin 2026 à 14 h"."""
    return f"{day(value, zone)} à {clock(value, zone)}"


def short_moment(value: str, zone: ZoneInfo) -> str:
    """Write "sam. 6 juin, 14 h"."""
    when = _dated(_day_of(value, zone), "EEE d MMM")
    return f"{when}, {clock(value, zone)}"


def exact_moment(value: str, zone: ZoneInfo) -> str:
    """Write "6 juin 2026 à 14:05:09 (UTC+02:00)", to the second and with its zone."""
    at = datetime.fromisoformat(value).astimezone(zone)
    return f"{plain_day(value, zone)} à {at:%H:%M:%S} (UTC{at:%z})"


def clock(value: str, zone: ZoneInfo) -> str:
    """Write "14 h" or "14 h 30"."""
    at = datetime.fromisoformat(value).astimezone(zone)
    minutes = f"{NO_BREAK}{at:%M}" if at.minute else ""
    return f"{at.hour}{NO_BREAK}h{minutes}"


def _day_of(value: str, zone: ZoneInfo) -> date:
    if "T" not in value:
        return date.fromisoformat(value)
    return datetime.fromisoformat(value).astimezone(zone).date()


def _dated(when: date, pattern: str) -> str:
    text = format_date(when, pattern, locale=LOCALE)
    if when.day != 1:
        return text
    return " ".join("1er" if part == "1" else part for part in text.split(" "))


def amount(cents: int) -> str:
    """Write an amount with its cents."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=LOCALE)


def number(value: float) -> str:
    """Write a number with French separators."""
    return format_decimal(value, locale=LOCALE)


def kilograms(grams: int) -> str:
    """Write a weight."""
    kg = grams / 1000
    return f"{number(round(kg, 1) if kg < 100 else round(kg))}{NO_BREAK}kg"


def cubic_metres(litres: int) -> str:
    """Write a volume, in litres below a tenth of a cubic metre."""
    if litres < 100:
        return f"{number(litres)}{NO_BREAK}L"
    return f"{number(round(litres / 1000, 1))}{NO_BREAK}m³"


def grouped(digits: str) -> str:
    """Write a SIREN or SIRET in groups: 123 456 789 00012."""
    parts = [digits[:3], digits[3:6], digits[6:9], digits[9:]]
    return NO_BREAK.join(part for part in parts if part)


def filters(zone: ZoneInfo) -> dict[str, Callable[..., str]]:
    """Return what the templates of documents can write, on the clock of a zone."""

    def local(write: Callable[[str, ZoneInfo], str]) -> Callable[[str], str]:
        return lambda value: write(value, zone)

    at = (day, plain_day, short_day, moment, short_moment, exact_moment, clock)
    plain: tuple[Callable[..., str], ...] = (amount, number, kilograms, cubic_metres, grouped)
    return {write.__name__: local(write) for write in at} | {
        write.__name__: write for write in plain
    }
