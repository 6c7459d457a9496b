"""An installation with rounds: what is decided is recorded, and nothing passes a round by."""

from datetime import timedelta

import pytest

from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.record import listening
from lending.equity.rounds import guarding
from lending.policies.rounds import NewRound, announce_round
from tests.factories import FRIDAY, MONDAY, NOW, Cast


@pytest.fixture
def lender(database: Database) -> Database:
    """Let rounds be guarded and decisions recorded."""
    guarding.listen(database.events)
    listening.listen(database.events)
    return database


@pytest.fixture
def collecting(lender: Database, cast: Cast, clock: FixedClock) -> int:
    """Open a round over the weekend at which everybody borrows."""
    number = lender.write(
        lambda uow: (
            announce_round(
                uow,
                cast.manager,
                cast.town,
                NewRound(
                    "Juin",
                    FRIDAY - timedelta(days=5),
                    MONDAY + timedelta(days=20),
                    NOW,
                    NOW + timedelta(days=10),
                    NOW + timedelta(days=12),
                ),
            ).id
        )
    )
    clock.instant = NOW + timedelta(hours=1)
    return number
