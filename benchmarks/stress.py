"""Sixteen processes that book at once: what the lock costs, and what the queue saves."""

import time
from collections import Counter
from dataclasses import dataclass

from lending.db.database import Database
from tests.concurrency.stage import recount, set_stage
from tests.concurrency.writer import write
from tests.support.racing import let_all_pass, results, start

WRITERS = 16


@dataclass(frozen=True)
class Fight:
    """What happened to the writers of one run."""

    seconds: float
    answered: int
    errors: int
    longest: float
    overbooked: int
    half_written: int

    @property
    def answers_per_second(self) -> float:
        """How quickly the writers were answered, all together."""
        return self.answered / self.seconds


def fight(url: str, way: str, *, requests: int, days: int) -> Fight:
    """Let sixteen writers ask so often each; the arguments as in tests.concurrency.writer.

    They ask so often, not for so long: a slow machine must see as hard a fight as a quick one.
    """
    writers = start(write, [(seed, url, requests, days, way) for seed in range(WRITERS)])
    let_all_pass(writers, "ready")
    began = time.monotonic()
    if way == "together":
        for _ in range(requests):
            let_all_pass(writers, "looked")
    outcome: Counter[str] = Counter()
    longest = 0.0
    for became, slowest in results(writers):
        outcome.update(became)
        longest = max(longest, slowest)
    took = time.monotonic() - began
    database = Database(url)
    counted = recount(database)
    database.dispose()
    answered = outcome["confirmed"] + outcome["refused"]
    return Fight(
        took,
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
