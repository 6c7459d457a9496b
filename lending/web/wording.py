"""What the widgets can say beyond `formats`: loads, lengths of time, states, icons, addresses."""

import re
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from math import ceil
from pathlib import Path

from flask import Flask, request, url_for
from flask_babel import format_date, format_timedelta, get_locale, gettext, ngettext
from markupsafe import Markup
from wtforms import Field, Form
from wtforms.widgets import ListWidget, Select

from lending.web import formats
from lending.web.plots import timeline_plot
from lending.web.statuses import status_of
from lending.web.widgets import Shell

NO_BREAK = "\N{NO-BREAK SPACE}"
STATIC = Path(__file__).resolve().parents[1] / "static"
SOON_DAYS = 3

CAR_G, CAR_L = 200_000, 400
SMALL_VAN_G, SMALL_VAN_L = 600_000, 3_000
VAN_G, VAN_L = 1_200_000, 12_000
LORRY_G, LORRY_L = 9_000_000, 40_000
MOST_VANS = 3


def register(app: Flask) -> None:
    """Give the templates of an application their filters and globals."""
    app.jinja_env.filters.update(
        ago=ago,
        duration=duration,
        field_kind=field_kind,
        form_errors=form_errors,
        load_words=load_words,
        month_name=month_name,
        tr=translate,
    )
    app.jinja_env.globals.update(
        icon=icon,
        local_moment=local_moment,
        page_url=page_url,
        shell=Shell(),
        static_url=static_url,
        status_of=status_of,
        timeline_plot=timeline_plot,
        weekday_names=weekday_names,
    )


def translate(label: object) -> str:
    """Translate a text that a room marked; an empty one stays empty."""
    return str(gettext(str(label))) if label else ""


def local_moment(at: datetime | None) -> datetime | None:
    """Return an instant on the clock of the page; a naive one is taken to be so already."""
    return at if at is None or at.tzinfo is None else formats.local(at)


def ago(at: datetime, now: datetime) -> str:
    """Say how long before or after now an instant lies."""
    return str(format_timedelta(at - now, add_direction=True))


def urgency_of(due: date, today: date) -> str:
    """Tell how a duty presses: late, today, soon (within three days) or normal."""
    if due < today:
        return "late"
    if due == today:
        return "today"
    return "soon" if (due - today).days <= SOON_DAYS else "normal"


def duration(minutes: int) -> str:
    """Write a length of time: 45 min, 1 h 30, 2 jours."""
    if minutes < 60:
        return f"{minutes}{NO_BREAK}min"
    days, rest = divmod(minutes, 1_440)
    if days and not rest:
        return str(ngettext("%(num)d day", "%(num)d days", days))
    hours, rest = divmod(minutes, 60)
    return f"{hours}{NO_BREAK}h" + (f"{NO_BREAK}{rest:02d}" if rest else "")


def load_words(load: tuple[int, int]) -> str:
    """Say what it takes to carry a load of grams and litres: environ un fourgon."""
    grams, litres = load
    if grams <= 0 and litres <= 0:
        return ""
    if grams <= CAR_G and litres <= CAR_L:
        return str(gettext("fits in a car"))
    if grams <= SMALL_VAN_G and litres <= SMALL_VAN_L:
        return str(gettext("about a small van"))
    vans = ceil(max(grams / VAN_G, litres / VAN_L))
    if vans <= MOST_VANS:
        return str(ngettext("about one van", "about %(num)d vans", vans))
    lorries = ceil(max(grams / LORRY_G, litres / LORRY_L))
    return str(ngettext("about one lorry", "about %(num)d lorries", lorries))


def page_url(page: int) -> str:
    """Return the address of the present page with another page number."""
    arguments: dict[str, object] = {
        **request.args.to_dict(flat=False),
        **(request.view_args or {}),
    }
    arguments["page"] = page
    return url_for(request.endpoint or "", **arguments)  # type: ignore[arg-type]


@cache
def _fingerprint(filename: str, changed_at: int) -> str:
    return sha256((STATIC / filename).read_bytes()).hexdigest()[:8]


def static_url(filename: str) -> str:
    """Return the address of a file of ours, another one whenever its content changes.

    What is served below static/ is kept by browsers for a year.
    """
    changed_at = (STATIC / filename).stat().st_mtime_ns
    return url_for("static", filename=filename, v=_fingerprint(filename, changed_at))


def weekday_names() -> list[tuple[str, str]]:
    """Return the names of the days from Monday on, short and in full."""
    locale = get_locale()
    if locale is None:
        return []
    short, full = (locale.days["stand-alone"][width] for width in ("abbreviated", "wide"))
    return [(str(short[index]), str(full[index])) for index in range(7)]


def month_name(first_day: date) -> str:
    """Write a month as a title: Juin 2026."""
    text = str(format_date(first_day, "LLLL y"))
    return text[:1].upper() + text[1:]


def form_errors(form: Form) -> list[tuple[str, str]]:
    """Return the errors of a form as (id of the field, message), in the order of the fields."""
    found = [("", str(message)) for message in form.form_errors]
    for field in form:
        found += [(field.id, message) for message in _flat(field.errors)]
    return found


def _flat(errors: object) -> list[str]:
    """Return the messages of a field, those of the fields within it too."""
    if isinstance(errors, dict):
        errors = list(errors.values())
    if isinstance(errors, list | tuple):
        return [message for error in errors for message in _flat(error)]
    return [str(errors)]


def field_kind(field: Field) -> str:
    """Tell how a field is laid out: hidden, checkbox, choices, select or line."""
    widget = field.widget
    if isinstance(widget, ListWidget):
        return "choices"
    if isinstance(widget, Select):
        return "select"
    kind = getattr(widget, "input_type", "")
    return kind if kind in ("hidden", "checkbox") else "line"


@cache
def _sprite() -> str:
    folder = files("flask_bootstrap") / "static" / "bootstrap5" / "icons"
    return (folder / "bootstrap-icons.svg").read_text(encoding="utf-8")


@cache
def icon(name: str) -> Markup:
    """Return an icon of bootstrap-icons as inline SVG, silent to screen readers.

    Raises:
        KeyError: the set has no icon of that name.
    """
    found = re.search(
        rf'<symbol[^>]*viewBox="([^"]+)"[^>]*id="{re.escape(name)}"[^>]*>(.*?)</symbol>',
        _sprite(),
        re.DOTALL,
    )
    if found is None:
        raise KeyError(f"bootstrap-icons has no icon {name!r}")
    return Markup(
        '<svg class="icon" viewBox="{}" width="16" height="16" fill="currentColor" '
        'aria-hidden="true" focusable="false">{}</svg>'
    ).format(found[1], Markup(found[2].strip()))  # noqa: S704 - the library's own drawing
