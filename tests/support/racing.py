"""Processes that race: they begin at one instant, and tell what became of them.

Each is forked from a process that has read the application and done nothing with it yet: to read
it once for each would take longer than most races.
"""

import multiprocessing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

PATIENCE = 300
"""How many seconds a racer may take until it says something."""

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(["lending.app"])


@dataclass
class Racer:
    """A process, and the line to it."""

    process: multiprocessing.process.BaseProcess
    line: Connection

    def hear(self) -> Any:
        """Return what it says next.

        Raises:
            RuntimeError: it died, or is silent for too long.
        """
        try:
            if self.line.poll(PATIENCE):
                return self.line.recv()
        except EOFError as error:
            raise RuntimeError("a racer died") from error
        raise RuntimeError(f"a racer said nothing for {PATIENCE} s")


def start(run: Callable[..., None], arguments: Iterable[Sequence[object]]) -> list[Racer]:
    """Start a process for each, which calls `run` with its end of a line and these arguments."""
    racers = []
    for given in arguments:
        ours, theirs = forks.Pipe()
        process = forks.Process(target=run, args=(theirs, *given), daemon=True)
        process.start()
        theirs.close()  # so that its death is heard
        racers.append(Racer(process, ours))
    return racers


def let_all_pass(racers: Sequence[Racer], word: str) -> None:
    """Wait until every racer says the word, then let them all go on.

    Raises:
        RuntimeError: one says something else.
    """
    for racer in racers:
        if (said := racer.hear()) != word:
            raise RuntimeError(f"a racer is not {word} but says {said!r}")
    for racer in racers:
        racer.line.send("go")


def results(racers: Sequence[Racer]) -> list[Any]:
    """Return what each says last, once all have ended."""
    told = [racer.hear() for racer in racers]
    for racer in racers:
        racer.process.join()
        racer.line.close()
    return told


def wait_for_all(line: Connection, word: str) -> None:
    """For the racer: say how far it is, and go on when all others have come so far."""
    line.send(word)
    line.recv()
