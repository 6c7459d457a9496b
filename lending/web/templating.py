"""Templates: where they lie, what they can say."""

import json
from functools import cache

from flask import Flask, g, request, url_for
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from jinja2 import FileSystemLoader

from lending.accounts.permissions import Action
from lending.i18n import LANGUAGES, preferred_language
from lending.shipped import PACKAGE, template_folder
from lending.web import formats, wording
from lending.web.context import principal, settings
from lending.web.navigation import address, booking_url

LANGUAGE_COOKIE = "treteau_language"
THEME_COOKIE = "treteau_theme"


def register(app: Flask) -> None:
    """Set up Jinja, translations and what every template may use."""
    app.jinja_loader = FileSystemLoader(template_folder())
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(PACKAGE / "translations"))
    Babel(app, locale_selector=language, default_timezone="Europe/Paris")
    Bootstrap5(app)
    formats.register(app)
    wording.register(app)
    app.context_processor(common)


def language() -> str:
    """Return the reader's language: chosen, or of the account, or of the browser, or French."""
    chosen = request.cookies.get(LANGUAGE_COOKIE) if request else None
    if chosen in LANGUAGES:
        return chosen
    person = principal()
    if person.user_id is not None and person.language in LANGUAGES:
        return person.language
    return preferred_language(request.accept_languages.values() if request else ())


def theme() -> str:
    """Return the colours the reader chose: light, dark, or auto for the system's."""
    chosen = request.cookies.get(THEME_COOKIE, "auto")
    return chosen if chosen in ("light", "dark") else "auto"


@cache
def vendored() -> dict[str, str]:
    """Return the manifest of front-end assets: a short name to a path below static/."""
    manifest = PACKAGE / "static" / "vendor" / "manifest.json"
    if not manifest.is_file():
        return {}
    assets: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return assets


def vendor(name: str) -> str:
    """Return the address of a front-end asset by its short name."""
    return url_for("static", filename="vendor/" + vendored()[name])


def common() -> dict[str, object]:
    """Return what every template may use."""
    person = principal()
    return {
        "Action": Action,
        "address": address,
        "booking_url": lambda booking_id: booking_url(booking_id, person),
        "principal": person,
        "settings": settings(),
        "language": language(),
        "theme": theme(),
        "vendor": vendor,
        "zone": g.get("zone", formats.DEFAULT_ZONE),
    }
