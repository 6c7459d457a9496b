"""The cookie that carries a session's secret."""

from flask import request, session
from werkzeug.wrappers import Response

from lending.accounts.sessions import Visitor
from lending.web.context import settings
from lending.web.security import SESSION_COOKIE

DAY_SECONDS = 24 * 3600


def visitor() -> Visitor:
    """Return from where the request comes."""
    return Visitor(request.remote_addr or "", request.headers.get("User-Agent", ""))


def this_secret() -> str:
    """Return the secret that the browser sent, or nothing."""
    return request.cookies.get(SESSION_COOKIE, "")


def give_session(response: Response, secret: str) -> Response:
    """Give the browser a session; forms it had open before belong to nobody now."""
    session.clear()
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=settings().session_days * DAY_SECONDS,
        httponly=True,
        secure=settings().secure_cookies,
        samesite="Lax",
    )
    return response


def take_session(response: Response) -> Response:
    """Make the browser forget its session."""
    session.clear()
    response.delete_cookie(
        SESSION_COOKIE, httponly=True, secure=settings().secure_cookies, samesite="Lax"
    )
    return response
