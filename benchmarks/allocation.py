"""A round of a great agglomeration, and how its time grows with what is asked."""

import time
import tracemalloc
from random import Random

from benchmarks.report import Report
from lending.equity.allocation.deciding import decide
from lending.equity.allocation.values import Outcome, Part, Request, Stock, Want

HOUR, DAY = 3600, 86400
WEEKENDS = (4, 11, 18, 25)
"""Days of the month around which everybody asks."""


def measure_allocation(report: Report, *, requests: int = 3000, items: int = 200) -> None:
    """Decide rounds of a month with kits and all-or-nothing wants among them."""
    report.title("allocation: a month's requests decided together")
    small, _ = _timed(requests // 10, items)
    took, outcome = _timed(requests, items)
    scarce = sum(
        grant.squeeze.asked > grant.squeeze.free
        for grants in outcome.grants.values()
        for grant in grants
    )
    note = f"{scarce} of {sum(map(len, outcome.grants.values()))} wants meet scarcity"
    report.at_most(f"{requests:,} requests on {items} items, seconds", took, 60, note)
    report.tell(f"the same / a tenth of the requests ({small:.2f} s)", took / small)
    tracemalloc.start()
    decide(*season(requests, items), "seed")
    report.tell("its memory, MB", tracemalloc.get_traced_memory()[1] / 2**20)
    tracemalloc.stop()


def _timed(requests: int, items: int) -> tuple[float, Outcome]:
    stocks, asked = season(requests, items)
    begun = time.process_time()
    outcome = decide(stocks, asked, "seed")
    return time.process_time() - begun, outcome


def season(requests: int, items: int, seed: int = 1) -> tuple[list[Stock], list[Request]]:
    """Return a month in which each weekend is asked for several times over."""
    random = Random(seed)
    pieces = [random.choice((4, 20, 60, 400, 1500)) for _ in range(items)]
    stocks = [Stock(item, many, (), _promised(random)) for item, many in enumerate(pieces)]
    asked = [
        Request(
            f"R{number:05}",
            f"O{random.randrange(max(1, requests * 6 // 10))}",
            random.choice((2, 3, 4, 4, 4, 4)),
            random.randrange(0, 100_000),
            tuple(_wants(random, pieces)),
            whole=random.random() < 0.03,
        )
        for number in range(requests)
    ]
    return stocks, asked


def _promised(random: Random) -> tuple[tuple[int, int, int], ...]:
    starts = [random.randrange(31 * 24) * HOUR for _ in range(20)]
    return tuple(
        (at, at + random.randrange(24, 96) * HOUR, random.randrange(1, 5)) for at in starts
    )


def _wants(random: Random, pieces: list[int]) -> list[Want]:
    starts = random.choice(WEEKENDS) * DAY + random.randrange(-24, 24) * HOUR
    ends = starts + random.randrange(36, 110) * HOUR
    found = [
        Want(
            max(1, int(pieces[item] * random.choice((0.02, 0.05, 0.1, 0.2)))),
            (Part(item, starts - 2 * HOUR, ends + 12 * HOUR),),
            whole=random.random() < 0.05,
        )
        for item in random.sample(range(len(pieces)), random.randrange(2, 9))
    ]
    if random.random() < 0.05:
        one, other = random.sample(range(len(pieces)), 2)
        found.append(Want(3, (Part(one, starts, ends), Part(other, starts, ends, 4))))
    return found
