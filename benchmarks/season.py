"""Plan one week of bookings in a process that holds nothing else: `python -m benchmarks.season`."""

import resource
import sys
import time

from benchmarks.weeks import Size, season
from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.travel import GreatCircle


def main(tasks: int, days: int, crews: int) -> None:
    """Print seconds of the processor, MB at most, tasks left over and rules broken."""
    problem, roads = season(Size(tasks, days, crews), 0), GreatCircle()
    began = time.thread_time()
    found = plan(problem, roads)
    took = time.thread_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(took, memory, len(found.unserved), len(check(problem, found, roads)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
