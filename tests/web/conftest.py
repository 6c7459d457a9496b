"""Browsers without a window: clients that are signed in and send forms as a browser would."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lending.accounts.permissions import Principal
from lending.accounts.sessions import Limits, Visitor, open_session
from lending.web.security import SESSION_COOKIE

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
