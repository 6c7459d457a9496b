"""A client that reads a feed the way calendars do."""

from collections.abc import Callable
from dataclasses import dataclass

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lending.accounts.permissions import Principal
from lending.db.database import Database
from lending.settings import Settings
from lending.subscriptions.models import View
from lending.subscriptions.service import subscribe

URL = Settings.public_url


@dataclass
class Reader:
    """Somebody's calendar: an address, and what it reads there."""

    client: FlaskClient
    id: int
    path: str

    def get(self, **headers: str) -> TestResponse:
        """Fetch the feed, with headers given in the spelling of Python names."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(self.path, headers=sent)

    def events(self) -> dict[str, icalendar.Event]:
        """Return the events by title, read strictly."""
        answer = self.get()
        assert answer.status_code == 200
        calendar = icalendar.Calendar.from_ical(answer.data)
        assert all(part.errors == [] for part in calendar.walk())
        return {str(event["SUMMARY"]): event for event in calendar.events}

    def only(self) -> icalendar.Event:
        """Return the one event there is."""
        (event,) = self.events().values()
        return event


Subscribe = Callable[..., Reader]


@pytest.fixture
def live(app: Flask) -> Database:
    """Return the application's own database, with everybody listening to its events."""
    database: Database = app.extensions["database"]
    return database


@pytest.fixture
def subscribed(app: Flask, live: Database) -> Subscribe:
    """Return a function that subscribes somebody to something."""

    def make(actor: Principal, view: View, scope_id: int, **options: object) -> Reader:
        done = live.write(
            lambda uow: subscribe(
                uow,
                actor,
                view,
                scope_id,
                **options,  # type: ignore[arg-type]
            )
        )
        return Reader(app.test_client(), done.id, done.path)

    return make
