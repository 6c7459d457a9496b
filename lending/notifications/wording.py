"""How instants, quantities and money are written in a mail, in the language of its reader."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from jinja2 import pass_context
from jinja2.runtime import Context

from lending.i18n import N_, translations
from lending.notifications.writing import DEFAULT_ZONE

NO_BREAK = "\N{NO-BREAK SPACE}"
DAY_AND_TIME = N_("%(day)s at %(time)s")


def write_day(when: date, language: str) -> str:
    """Write "samedi 6 juin 2026"; French says "1er" for the first of a month."""
    text = format_date(when, "EEEE d MMMM y", locale=language)
    if when.day == 1 and language == "fr":
        return re.sub(r"(?<!\d)1(?!\d)", "1er", text, count=1)
    return text


def write_clock(local: datetime, language: str) -> str:
    """Write "14 h" or "14 h 30"; in English "14:30"."""
    if language == "fr":
        minutes = f"{NO_BREAK}{local:%M}" if local.minute else ""
        return f"{local.hour}{NO_BREAK}h{minutes}"
    return f"{local:%H:%M}"


@pass_context
def day(context: Context, value: str) -> str:
    """Write the day of an instant, or a day, as messages keep them."""
    when = _local(context, value).date() if "T" in value else date.fromisoformat(value)
    return write_day(when, context["language"])


@pass_context
def clock(context: Context, value: str) -> str:
    """Write the time of an instant on the lender's clock."""
    return write_clock(_local(context, value), context["language"])


@pass_context
def moment(context: Context, value: str) -> str:
    """Write "samedi 6 juin 2026 à 14 h"."""
    pattern = translations(context["language"]).gettext(DAY_AND_TIME)
    return pattern % {"day": day(context, value), "time": clock(context, value)}


@pass_context
def last_day(context: Context, value: str) -> str:
    """Write the day that a midnight ends."""
    local = _local(context, value)
    return write_day(date.fromordinal(local.toordinal() - 1), context["language"])


@pass_context
def number(context: Context, value: int) -> str:
    """Write a number."""
    return format_decimal(value, locale=context["language"])


@pass_context
def euros(context: Context, cents: int) -> str:
    """Write an amount."""
    return format_currency(Decimal(cents) / 100, "EUR", locale=context["language"])


@pass_context
def name(context: Context, line: dict[str, Any]) -> str:
    """Return the name of an item in the reader's language, as far as it has one."""
    english = context["language"] == "en" and line["name_en"]
    return str(english or line["name"])


@pass_context
def tr(context: Context, text: str) -> str:
    """Translate a text that a room marked."""
    return translations(context["language"]).gettext(text) if text else ""


FILTERS = {
    "clock": clock,
    "day": day,
    "euros": euros,
    "last_day": last_day,
    "moment": moment,
    "name": name,
    "number": number,
    "tr": tr,
}


def _local(context: Context, value: str) -> datetime:
    zone = context.get("zone")
    return datetime.fromisoformat(value).astimezone(ZoneInfo(zone) if zone else DEFAULT_ZONE)
