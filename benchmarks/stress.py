"""Sixteen processes that book at once: what the lock costs, and what the queue saves."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass

from lending.db.database import Database
from tests.concurrency.stage import recount, set_stage

WRITERS, SECONDS = 16, 5


@dataclass(frozen=True)
class Fight:
    """What happened to the writers of one run."""

    answered: int
    errors: int
    longest: float
    overbooked: int
    half_written: int


def fight(url: str, way: str) -> Fight:
    """Let sixteen writers book at the same time; `way` as in tests.concurrency.writer."""
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
        if writer.stdout is None or writer.stdout.readline() != "ready\n":
            raise RuntimeError("a writer did not come up")
    for writer in writers:
        if writer.stdin is not None:
            writer.stdin.write("go\n")
            writer.stdin.flush()
    outcome: Counter[str] = Counter()
    longest = 0.0
    for writer in writers:
        output, _ = writer.communicate(timeout=300)
        result = json.loads(output)
        outcome.update(result["outcome"])
        longest = max(longest, result["longest"])
    database = Database(url)
    counted = recount(database)
    database.dispose()
    answered = outcome["confirmed"] + outcome["refused"]
    return Fight(
        answered,
        sum(outcome.values()) - answered,
        longest,
        counted["overbooked"],
        counted["half_written"],
    )


def stage(url: str) -> None:
    """Set the stage in an empty, migrated database."""
    database = Database(url)
    set_stage(database)
    database.dispose()
