"""How instants, quantities, weights and money are written for people."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from flask import Flask, g
from flask_babel import get_locale, gettext

from calendars.intervals import Interval

NO_BREAK = "\N{NO-BREAK SPACE}"
DEFAULT_ZONE = ZoneInfo("Europe/Paris")


def register(app: Flask) -> None:
    """Offer the formats to templates as filters."""
    for name, function in (
        ("day", day),
        ("short_day", short_day),
        ("moment", moment),
        ("short_moment", short_moment),
        ("short_end", short_end),
        ("clock", clock),
        ("hour", hour),
        ("period", period),
        ("number", number),
        ("kilograms", kilograms),
        ("cubic_metres", cubic_metres),
        ("amount", amount),
        ("euros", euros),
        ("local", local),
        ("sentence", sentence),
    ):
        app.add_template_filter(function, name)


def local(at: datetime, zone: ZoneInfo | None = None) -> datetime:
    """Return the instant on the clock of the zone, the page's own by default."""
    return at.astimezone(zone or g.get("zone", DEFAULT_ZONE))


def _as_date(value: date | datetime, zone: ZoneInfo | None) -> date:
    return local(value, zone).date() if isinstance(value, datetime) else value


def day(value: date | datetime, zone: ZoneInfo | None = None) -> str:
    """Write "samedi 6 juin 2026"."""
    return _dated(_as_date(value, zone), "EEEE d MMMM y")


def short_day(value: date | datetime, zone: ZoneInfo | None = None) -> str:
    """Write "sam. 6 juin"."""
    return _dated(_as_date(value, zone), "EEE d MMM")


def _dated(when: date, pattern: str) -> str:
    """Write a date; French says "1er" for the first of a month, and only for that."""
    text = format_date(when, pattern, locale=get_locale())
    if when.day == 1 and _language() == "fr":
        return re.sub(r"(?<!\d)1(?!\d)", "1er", text, count=1)
    return text


def clock(at: datetime, zone: ZoneInfo | None = None) -> str:
    """Write "14 h" or "14 h 30"; in English "14:30"."""
    when = local(at, zone)
    return hour(when.time())


def hour(at: time) -> str:
    """Write a time of the local clock: "14 h" or "14 h 30"; in English "14:30"."""
    if _language() == "fr":
        minutes = f"{NO_BREAK}{at:%M}" if at.minute else ""
        return f"{at.hour}{NO_BREAK}h{minutes}"
    return f"{at:%H:%M}"


def moment(at: datetime, zone: ZoneInfo | None = None) -> str:
    """Write "samedi 6 juin 2026 à 14 h"."""
    return str(gettext("%(day)s at %(time)s", day=day(at, zone), time=clock(at, zone)))


def short_moment(at: datetime, zone: ZoneInfo | None = None) -> str:
    """Write "sam. 6 juin, 14 h"."""
    return f"{short_day(at, zone)}, {clock(at, zone)}"


def short_end(end: datetime, start: datetime, zone: ZoneInfo | None = None) -> str:
    """Write the end of what is written from its start: "sam. 6 juin, 14 h → 18 h"."""
    if local(start, zone).date() == local(end, zone).date():
        return clock(end, zone)
    return short_moment(end, zone)


def period(interval: Interval, zone: ZoneInfo | None = None) -> str:
    """Write "du samedi 6 juin 2026 à 14 h au lundi 8 juin 2026 à 9 h", shorter within a day."""
    first, last = local(interval.start, zone), local(interval.end, zone)
    if first.date() == last.date():
        within = {"start": clock(interval.start, zone), "end": clock(interval.end, zone)}
        return str(
            gettext("%(day)s from %(start)s to %(end)s", day=day(interval.start, zone), **within)
        )
    start, end = moment(interval.start, zone), moment(interval.end, zone)
    return str(gettext("from %(start)s to %(end)s", start=start, end=end))


def sentence(text: str) -> str:
    """Return the text with the capital that begins a sentence; names keep theirs."""
    return text[:1].upper() + text[1:]


def number(value: float) -> str:
    """Write a number with the language's separators."""
    return format_decimal(value, locale=get_locale())


def kilograms(grams: int) -> str:
    """Write a weight."""
    kg = grams / 1000
    shown = round(kg, 1) if kg < 100 else round(kg)
    return f"{format_decimal(shown, locale=get_locale())}{NO_BREAK}kg"


def cubic_metres(litres: int) -> str:
    """Write a volume, in litres below a tenth of a cubic metre."""
    if litres < 100:
        return f"{format_decimal(litres, locale=get_locale())}{NO_BREAK}L"
    return f"{format_decimal(round(litres / 1000, 1), locale=get_locale())}{NO_BREAK}m³"


def amount(cents: int) -> str:
    """Write an amount as columns want it: always with its cents."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=get_locale())


def euros(cents: int) -> str:
    """Write an amount in a sentence; whole euros without cents."""
    if cents % 100:
        return amount(cents)
    locale = get_locale()
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(
        Decimal(cents) / 100, "EUR", pattern, locale=locale, currency_digits=False
    )


def _language() -> str:
    locale = get_locale()
    return locale.language if locale else "fr"
