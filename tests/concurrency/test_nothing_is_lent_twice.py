"""Sixteen processes fight for forty items, on each database, through the services."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from lending.db.database import Database
from tests.concurrency.stage import recount, set_stage

WRITERS, SECONDS = 16, 5


def fight(url: str, way: str) -> tuple[Counter[str], float]:
    """Let the writers book at the same time; return what happened to them, and the longest wait."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.concurrency.writer", url, str(seed), str(SECONDS), way],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    total: Counter[str] = Counter()
    longest = 0.0
    for writer in writers:
        output, _ = writer.communicate(timeout=120)
        assert writer.returncode == 0
        result = json.loads(output)
        total.update(result["outcome"])
        longest = max(longest, result["longest"])
    return total, longest


@pytest.fixture
def stage(database: Database) -> Database:
    """Set the stage."""
    set_stage(database)
    return database


def test_sixteen_writers_never_lend_twice_and_never_see_an_error(
    stage: Database, database_url: str
):
    outcome, _ = fight(database_url, "locked")
    counted = recount(stage)
    assert counted["overbooked"] == 0
    assert counted["half_written"] == 0
    assert counted["confirmed"] == outcome["confirmed"]
    assert outcome["confirmed"] > WRITERS
    assert outcome["refused"] > 0, "nothing was fought for: the test is blind"
    assert set(outcome) == {"confirmed", "refused"}


def test_the_same_fight_without_the_lock_does_lend_twice(stage: Database, database_url: str):
    """Otherwise the test above would prove nothing."""
    fight(database_url, "unlocked")
    assert recount(stage)["overbooked"] > 0
