"""Sixteen processes that book at once: what the lock costs, and what the queue saves."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lending.db.database import Database
from tests.concurrency.stage import recount, set_stage

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
    asked = (str(requests), str(days), way)
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.concurrency.writer", url, str(seed), *asked],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(WRITERS)
    ]
    _let_all_pass(writers, "ready")
    began = time.monotonic()
    if way == "together":
        for _ in range(requests):
            _let_all_pass(writers, "looked")
    outcome: Counter[str] = Counter()
    longest = 0.0
    for writer in writers:
        output, _ = writer.communicate(timeout=300)
        result = json.loads(output)
        outcome.update(result["outcome"])
        longest = max(longest, result["longest"])
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


def _let_all_pass(writers: Sequence[subprocess.Popen[str]], word: str) -> None:
    """Wait until every writer says the word, then let them all go on."""
    for writer in writers:
        said = writer.stdout.readline() if writer.stdout is not None else ""
        if said != f"{word}\n":
            raise RuntimeError(f"a writer is not {word} but says {said!r}")
    for writer in writers:
        if writer.stdin is not None:
            writer.stdin.write("go\n")
            writer.stdin.flush()


def stage(url: str) -> None:
    """Set the stage in an empty, migrated database."""
    database = Database(url)
    set_stage(database)
    database.dispose()
