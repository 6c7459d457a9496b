"""A database whose happenings are told, and a mail server to read from."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from lending.db.database import Database
from lending.notifications.delivering import Mailed, mail_what_waits
from lending.notifications.listening import listen
from lending.settings import Settings
from tests.support.post import Postbox, post_office

PUBLIC_URL = "https://prets.sainte-planche.example"
SENDER = "prets@sainte-planche.example"


@pytest.fixture
def told(database: Database) -> Database:
    """Return the database with somebody who writes messages of what happens in it."""
    listen(database.events)
    return database


@pytest.fixture
def postbox() -> Postbox:
    """Return a postbox without letters."""
    return Postbox()


@pytest.fixture
def port(postbox: Postbox) -> Iterator[int]:
    """Run a mail server."""
    with post_office(postbox) as number:
        yield number


@pytest.fixture
def mailing(settings: Settings, port: int) -> Settings:
    """Return the settings of an installation with that mail server."""
    return replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        mail_from=SENDER,
        public_url=PUBLIC_URL,
    )


@pytest.fixture
def mail(told: Database, mailing: Settings) -> Callable[[], Mailed]:
    """Return a function that does what the worker does."""
    return lambda: mail_what_waits(told, mailing.mail_server, PUBLIC_URL)
