"""Browsers without a window: clients that are signed in and send forms as a browser would."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from lending.accounts.permissions import Principal
from lending.accounts.sessions import Limits, Visitor, open_session
from lending.web.security import SESSION_COOKIE
from tests.web.stage import Stage, build_stage

TOKEN = "the token that every form of this client carries"


class Browser:
    """A client with the cookies of one person; `post` brings the CSRF token along."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()

    def sign_in(self, person: Principal) -> "Browser":
        """Open a session as this person, without the password."""
        number = person.user_id
        if number is not None:
            secret = self.app.extensions["database"].write(
                lambda uow: open_session(uow, number, Visitor(), Limits())
            )
            self.client.set_cookie(SESSION_COOKIE, secret)
        return self

    def get(self, path: str, **more: Any) -> TestResponse:
        """Read a page."""
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form that was just read."""
        with self.client.session_transaction() as kept:
            from flask_wtf.csrf import generate_csrf

            with self.app.test_request_context():
                signed = generate_csrf()
                from flask import session

                kept["csrf_token"] = session["csrf_token"]
        answer = self.client.post(path, data={**(data or {}), "csrf_token": signed}, **more)
        answer.request.environ["wsgi.input"].close()  # a large form is a temporary file
        return answer


@pytest.fixture
def browse(app: Flask) -> Callable[[Principal], Browser]:
    """Return a function that gives a person's browser."""
    return lambda person: Browser(app).sign_in(person)


@pytest.fixture(scope="session")
def whole_stage(
    tmp_path_factory: pytest.TempPathFactory, compiled: FileSystemBytecodeCache
) -> Iterator[Stage]:
    """Build an installation with something of everything, once."""
    built = build_stage(tmp_path_factory.mktemp("stage"))
    built.app.jinja_env.bytecode_cache = compiled
    yield built
    built.database.dispose()


@pytest.fixture(scope="module")
def stage(whole_stage: Stage) -> Stage:
    """Return it as it was built; who changes something in it restores it."""
    whole_stage.restore()
    return whole_stage
