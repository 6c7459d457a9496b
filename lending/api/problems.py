"""Errors as problem documents (RFC 9457)."""

from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.exceptions import HTTPException

from lending.api.errors import TokenNeeded, UnknownToken, Unreadable, WrongType
from lending.api.schemas.problems import ConflictProblem, FieldProblem, Problem, conflict_fields
from lending.bookings.conflicts import explain_conflict
from lending.bookings.errors import StockConflict
from lending.catalogue.queries import get_item
from lending.db.database import Database
from lending.errors import FieldError, InvalidInput, LendingError
from lending.http_status import status_of
from lending.i18n import N_, preferred_language, translations

MEDIA_TYPE = "application/problem+json"

OWN_STATUSES: dict[type[LendingError], int] = {Unreadable: 400, WrongType: 415}

TITLES = {
    400: N_("The request cannot be read"),
    401: N_("An API token is needed"),
    403: N_("This is not allowed"),
    404: N_("There is nothing here"),
    405: N_("This address does not answer to this method"),
    409: N_("The present situation does not allow this"),
    413: N_("The request is too large"),
    415: N_("The body is of the wrong type"),
    422: N_("Some fields cannot be used"),
    429: N_("Too many requests"),
    500: N_("Something went wrong here"),
    503: N_("The service is busy"),
}
CODES = {
    400: "malformed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    500: "server_error",
}


def language() -> str:
    """Return the language the client prefers of those we write, French otherwise."""
    return preferred_language(request.accept_languages.values())


def problem_of(error: LendingError, database: Database, *, waiting_list: bool = False) -> Problem:
    """Return the problem document of one of our errors; a conflict explains itself."""
    status = OWN_STATUSES.get(type(error)) or status_of(error)
    told = Problem(
        type=_type(error.code),
        title=_say(TITLES[status]),
        status=status,
        detail=_say(error.message, error.data),
        code=error.code,
        errors=[_field(e) for e in error.errors] if isinstance(error, InvalidInput) else [],
    )
    if not isinstance(error, StockConflict):
        return told
    with database.read() as uow:
        zone = ZoneInfo(get_item(uow, error.wanted[0].item_id).timezone)
        answer = explain_conflict(uow, error, zone)
    return ConflictProblem(**told.model_dump(), **conflict_fields(answer, waiting_list))


def problem_of_http(error: HTTPException) -> Problem:
    """Return the problem document of one of HTTP's own errors."""
    status = error.code or 500
    title = _say(TITLES[status]) if status in TITLES else HTTPStatus(status).phrase
    code = CODES.get(status, f"http_{status}")
    return Problem(
        type=_type(code), title=title, status=status, detail=f"{title}.", code=code, errors=[]
    )


def headers_of(error: LendingError) -> dict[str, str]:
    """Return the headers that go with an error."""
    if isinstance(error, UnknownToken):
        return {"WWW-Authenticate": 'Bearer realm="treteau", error="invalid_token"'}
    if isinstance(error, TokenNeeded):
        return {"WWW-Authenticate": 'Bearer realm="treteau"'}
    return {}


def _type(code: str) -> str:
    return f"urn:treteau:problem:{code}"


def _say(message: str, data: object = None) -> str:
    text = translations(language()).gettext(message)
    return text % data if data else text


def _field(error: FieldError) -> FieldProblem:
    return FieldProblem(field=error.field, message=_say(error.message, dict(error.data)))
