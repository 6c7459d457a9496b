"""Sixteen processes fight for forty items, on each database, through the services."""

import pytest

from benchmarks.stress import WRITERS, fight
from lending.db.database import Database
from tests.concurrency.stage import recount, set_stage

REQUESTS, DAYS = 20, 8
"""Some two or three times what there is, so that every run is fought out to the last piece."""


@pytest.fixture
def stage(database: Database) -> Database:
    """Set the stage."""
    set_stage(database)
    return database


def test_sixteen_writers_never_lend_twice_and_never_see_an_error(
    stage: Database, database_url: str
):
    result = fight(database_url, "locked", requests=REQUESTS, days=DAYS)
    assert result.overbooked == 0
    assert result.half_written == 0
    assert result.errors == 0
    confirmed = recount(stage)["confirmed"]
    assert WRITERS < confirmed < result.answered, "nothing was fought for: the test is blind"


def test_the_same_fight_without_the_lock_does_lend_twice(stage: Database, database_url: str):
    """Otherwise the test above would prove nothing."""
    assert fight(database_url, "together", requests=REQUESTS, days=DAYS).overbooked > 0
