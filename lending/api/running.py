"""From a request to an operation and back: who asks, is it allowed, what is answered."""

import logging
import re
from collections.abc import Callable
from hashlib import sha256
from typing import cast

from flask import Blueprint, Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import RequestRedirect

from lending.accounts.permissions import Action, Principal
from lending.accounts.tokens import principal_of_token
from lending.api import keys
from lending.api.errors import KEY_HEADER, TokenNeeded, UnknownToken
from lending.api.openapi import PREFIX, describe
from lending.api.operations import Call, Download, Operation
from lending.api.parsing import read_body, read_query
from lending.api.problems import (
    MEDIA_TYPE,
    headers_of,
    language,
    problem_of,
    problem_of_http,
)
from lending.api.routes import all_operations
from lending.api.schemas.problems import Problem
from lending.db.database import Database, UnitOfWork
from lending.errors import Busy, FieldError, InvalidInput, LendingError
from lending.http_status import status_of
from lending.i18n import N_
from lending.settings import Settings

log = logging.getLogger(__name__)

KEY = re.compile(r"[!-~]{1,255}")


def register(app: Flask) -> None:
    """Serve the API. It knows no cookies, and so needs no protection against forged forms."""
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
    blueprint.register_error_handler(LendingError, _lending_error)
    blueprint.register_error_handler(HTTPException, _http_error)
    for operation in all_operations():
        blueprint.add_url_rule(
            _rule(operation.path),
            endpoint=operation.name,
            view_func=_view_of(operation),
            methods=[operation.method],
        )
    blueprint.add_url_rule("/openapi.json", "openapi", _openapi)
    app.before_request(_refuse_unrouted)
    app.register_blueprint(blueprint)
    app.extensions["csrf"].exempt(blueprint)


def _rule(path: str) -> str:
    """Return Flask's spelling of a path."""
    return path.replace("{", "<int:").replace("}", ">")


def _database() -> Database:
    return cast(Database, current_app.extensions["database"])


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def _refuse_unrouted() -> ResponseReturnValue | None:
    """Answer with a problem document also where no operation is."""
    error = request.routing_exception
    if error is None or isinstance(error, RequestRedirect):
        return None
    return _http_error(error) if request.path.startswith(f"{PREFIX}/") else None


def _view_of(operation: Operation) -> Callable[..., Response]:
    def view(**ids: int) -> Response:
        g.operation = operation
        g.principal = actor = _authenticate()
        actor.check(operation.action)
        call = Call(
            actor=actor,
            ids=ids,
            query=read_query(request, operation.query) if operation.query else None,
            body=(
                read_body(request, operation.body, operation.most_bytes) if operation.body else None
            ),
            language=language(),
            public_url=_settings().public_url,
            address=request.full_path,
            instance=_settings().instance,
        )
        if not operation.writes:
            with _database().read() as uow:
                told = operation.handler(uow, call)
            return _file(told) if isinstance(told, Download) else _respond(_told(operation, told))
        return _respond(_write(operation, call))

    return view


def _authenticate() -> Principal:
    """Return in whose role the program acts.

    Raises:
        TokenNeeded, UnknownToken: that cannot be told.
    """
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise TokenNeeded
    principal = principal_of_token(_database(), given.token)
    if principal is None:
        raise UnknownToken
    return principal


def _answer(operation: Operation, uow: UnitOfWork, call: Call[object, object]) -> keys.Answer:
    told = operation.handler(uow, call)
    assert not isinstance(told, Download), "files are only read"  # noqa: S101 - for the types
    return _told(operation, told)


def _told(operation: Operation, told: BaseModel | None) -> keys.Answer:
    body = told.model_dump_json() if told is not None else ""
    location = ""
    if operation.location:
        location = PREFIX + operation.location.format(id=getattr(told, "id", ""))
    return keys.Answer(operation.status, body, location)


def _write(operation: Operation, call: Call[object, object]) -> keys.Answer:
    """Run a use case in one transaction, once for each idempotency key."""
    named = _named_request(call.actor) if operation.method == "POST" else None

    def use_case(uow: UnitOfWork) -> keys.Answer:
        if named is not None and (first := keys.claim(uow, named)) is not None:
            return first
        answer = _answer(operation, uow, call)
        if named is not None:
            keys.keep(uow, named, answer)
        return answer

    try:
        return _write_twice(use_case)
    except LendingError as error:
        if named is None or status_of(error) != 409:
            raise
        told = _problem(error)
        refusal = keys.Answer(told.status, told.model_dump_json())
        return _database().write(lambda uow: keys.keep_refusal(uow, named, refusal))


def _write_twice(use_case: Callable[[UnitOfWork], keys.Answer]) -> keys.Answer:
    """Run the use case; again if somebody wrote the same name or number in the same instant.

    The second time, the service sees it and says so.
    """
    try:
        return _database().write(use_case)
    except IntegrityError:
        log.info("%s %s met its like", request.method, request.path)
    try:
        return _database().write(use_case)
    except IntegrityError as error:
        raise Busy from error


def _named_request(actor: Principal) -> keys.Request | None:
    key = request.headers.get(KEY_HEADER)
    if key is None or actor.api_token_id is None:
        return None
    if not KEY.fullmatch(key):
        text = N_("Write 1 to 255 letters, digits and signs, without spaces.")
        raise InvalidInput([FieldError(KEY_HEADER, text)])
    parts = (request.method.encode(), request.path.encode(), request.get_data())
    return keys.Request(actor.api_token_id, key, sha256(b"\n".join(parts)).hexdigest())


def _respond(answer: keys.Answer) -> Response:
    media = MEDIA_TYPE if answer.status >= 400 else "application/json"
    response = Response(answer.body, answer.status, mimetype=media)
    if answer.location:
        # As it is written: the address of the installation belongs to the proxy in front.
        response.autocorrect_location_header = False
        response.headers["Location"] = answer.location
    if answer.is_repeated:
        response.headers["Idempotency-Replayed"] = "true"
    if answer.status == 204:
        del response.headers["Content-Type"]
    return response


def _file(told: Download) -> Response:
    response = Response(told.content, content_type=told.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{told.name}"'
    return response


def _problem(error: LendingError) -> Problem:
    operation: Operation | None = g.get("operation")
    asks = operation is not None and operation.action in (
        Action.CREATE_BOOKING,
        Action.EDIT_BOOKING,
    )
    return problem_of(error, _database(), waiting_list=asks)


def _lending_error(error: LendingError) -> ResponseReturnValue:
    return _tell(_problem(error), headers_of(error))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, InternalServerError):
        log.error("%s %s failed", request.method, request.path)
    told = dict(error.get_headers()) if error.code in (405, 429) else {}
    told.pop("Content-Type", None)
    return _tell(problem_of_http(error), told)


def _tell(problem: Problem, headers: dict[str, str]) -> Response:
    return Response(
        problem.model_dump_json(),
        problem.status,
        {**headers, "Vary": "Accept-Language"},
        mimetype=MEDIA_TYPE,
    )


def _openapi() -> ResponseReturnValue:
    return describe(all_operations())
