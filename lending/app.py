"""The composition root: the only place that knows everything."""

from typing import Any

from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.routing import IntegerConverter

from lending import cli
from lending.api.running import register as register_api
from lending.clock import Clock
from lending.db.database import Database
from lending.demo.load import load_demo
from lending.demo.people import PASSWORD, PEOPLE
from lending.documents import listening as documents
from lending.equity.overriding import guarding as overriding
from lending.equity.record import listening as recording
from lending.equity.rounds import guarding
from lending.equity.routing import opinions
from lending.equity.valuation import service as valuation
from lending.events import Events
from lending.feeds.blueprint import register as register_feeds
from lending.handover import unit_moves
from lending.jobs.worker import run_worker
from lending.logistics import generating, overruling
from lending.notifications import listening as notifying
from lending.settings import Settings
from lending.subscriptions.keeping import Keeper
from lending.web import register as register_web
from lending.web.numbers import LARGEST


class Number(IntegerConverter):
    """A number in an address: nothing is there under one that no table can hold.

    The limit of the parent class would pass on to the same address with other methods, and end
    in "method not allowed" where there is only one.
    """

    def to_python(self, value: str) -> int:
        """Return the number.

        Raises:
            NotFound: no table can hold it.
        """
        if len(value) > len(str(LARGEST)) or int(value) > LARGEST:
            raise NotFound
        return int(value)


def build_database(settings: Settings, clock: Clock | None = None) -> Database:
    """Return the database with everything that listens to what happens in it."""
    events = Events()
    guarding.listen(events)
    overriding.listen(events)
    overruling.listen(events)
    opinions.listen(events)
    valuation.listen(events)
    generating.listen(events)
    unit_moves.listen(events)
    documents.listen(events)
    Keeper(settings.public_url).listen(events)
    recording.listen(events)
    notifying.listen(events)
    return Database(settings.database_url, clock=clock, events=events)


def create_app(
    settings: Settings | None = None,
    database: Database | None = None,
    **config: Any,
) -> Flask:
    """Return the web application: pages, API and feeds over one database."""
    settings = settings or Settings.from_env()
    app = Flask(__name__, template_folder=None, static_folder="static")
    app.secret_key = settings.secret_key
    app.url_map.converters["int"] = Number
    app.extensions["settings"] = settings
    app.extensions["database"] = database or build_database(settings)
    app.config.update(
        SESSION_COOKIE_NAME="treteau_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
        # A form may stay open for an evening.
        WTF_CSRF_TIME_LIMIT=12 * 3600,
    )
    app.config.update(config)
    register_web(app)
    register_api(app)
    register_feeds(app)
    return app


def main() -> None:
    """Run the `treteau` command."""
    cli.treteau(
        obj=cli.Context(
            build_database=build_database,
            run_worker=run_worker,
            load_demo=load_demo,
            demo_people=[(person.name, person.email) for person in PEOPLE],
            demo_password=PASSWORD,
            application="lending.app:create_app()",
        )
    )
