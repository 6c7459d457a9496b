"""Programs with tokens: in the process, and over real HTTP."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from lending.accounts.permissions import SYSTEM, Principal
from lending.accounts.tokens import create_token
from lending.db.database import Database

PREFIX = "/api/v1"


def token_for(app: Flask, person: Principal) -> str:
    """Give a program the role that a person of the cast holds."""
    (grant,) = person.grants
    database: Database = app.extensions["database"]
    return database.write(
        lambda uow: create_token(
            uow,
            SYSTEM,
            grant.role,
            label=person.name,
            authority_id=grant.authority_id,
            organisation_id=grant.organisation_id,
        )
    )


@dataclass
class Program:
    """A program that calls the API with its token."""

    client: FlaskClient
    token: str = ""

    def __call__(self, method: str, path: str, body: object = None, **headers: str) -> TestResponse:
        """Send a request; headers are given in the spelling of Python names."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        return self.client.open(PREFIX + path, method=method, json=body, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        """Read something that is there."""
        answer = self("GET", path, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: object = None, status: int = 201, **headers: str) -> Any:
        """Send something, and expect this status."""
        answer = self("POST", path, body, **headers)
        assert answer.status_code == status, answer.text
        return answer.json


@pytest.fixture
def live(app: Flask) -> Database:
    """Return the application's own database, with everybody listening to its events."""
    database: Database = app.extensions["database"]
    return database


@pytest.fixture
def program(app: Flask) -> Callable[[Principal | None], Program]:
    """Return a function that gives a program the role of a person."""
    return lambda person: Program(app.test_client(), token_for(app, person) if person else "")


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """Serve the application on a free port; return its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


SITE = {
    "contact": "Zoé Durand",
    "phone": "01 99 00 00 09",
    "access": "Portail vert, code 1234",
    "opens": "08:00",
    "closes": "18:30",
}
"""How the place of an event is reached."""


def request_body(cast: Any, **more: object) -> dict[str, Any]:
    """Return a request of the choir for ten chairs, ready to be sent."""
    return {
        "organisation_id": cast.choir,
        "authority_id": cast.town,
        "event": {
            "name": "Fête de l'été",
            "start": "2026-06-06T10:00:00+02:00",
            "end": "2026-06-07T23:00:00+02:00",
            "commune_insee": "00101",
            "competence": "local_life",
            "attendance": 300,
            "site": {"address": "Place du Marché", "lat": 48.1, "lon": -1.6, **SITE},
        },
        "start": "2026-06-05T16:00:00+02:00",
        "end": "2026-06-08T09:00:00+02:00",
        "logistics": "delivery_setup",
        "lines": [{"item_id": cast.chairs, "quantity": 10}],
        "submit": True,
        **more,
    }
