"""A database that holds to the rules and records what is decided."""

from datetime import date

import pytest

from lending.db.database import Database
from lending.equity.overriding import guarding
from lending.equity.record import listening
from lending.organisations.models import Organisation
from tests.factories import Cast, submitted


@pytest.fixture
def held(database: Database) -> Database:
    """Let the rules and the record listen, in the order of the application."""
    guarding.listen(database.events)
    listening.listen(database.events)
    return database


def insured_until(database: Database, organisation: int, until: date | None) -> None:
    """Write until when an organisation is insured."""
    database.write(
        lambda uow: setattr(
            uow.session.get_one(Organisation, organisation), "insurance_until", until
        )
    )


@pytest.fixture
def uninsured(held: Database, cast: Cast) -> int:
    """Send a request for 40 barriers whose insurance ends before the return."""
    insured_until(held, cast.choir, date(2026, 6, 1))
    return submitted(held, cast, {cast.barriers: 40})
