"""How a visitor wants the pages to look and to speak, kept in two cookies."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from lending.i18n import LANGUAGES
from lending.web.context import settings
from lending.web.templating import LANGUAGE_COOKIE, THEME_COOKIE

YEAR_SECONDS = 365 * 24 * 3600
CHOICES = {
    "theme": (THEME_COOKIE, ("light", "dark", "auto")),
    "language": (LANGUAGE_COOKIE, LANGUAGES),
}

blueprint = Blueprint("preferences", __name__)


@blueprint.post("/preferences")
def choose() -> ResponseReturnValue:
    """Remember a theme or a language and go back to the page it was chosen on."""
    response = redirect(_own_address(request.form.get("next", "")), 303)
    for name, (cookie, values) in CHOICES.items():
        wanted = request.form.get(name, "")
        if wanted in values:
            _remember(response, cookie, wanted)
    return response


def _remember(response: Response, cookie: str, value: str) -> None:
    response.set_cookie(
        cookie,
        value,
        max_age=YEAR_SECONDS,
        secure=settings().secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def _own_address(target: str) -> str:
    """Return a path of this site, never an address that leads elsewhere."""
    if not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    return target.removesuffix("?")
