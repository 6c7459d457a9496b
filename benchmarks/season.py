"""Plan one week of bookings in a process that holds nothing else: `python -m benchmarks.season`."""

import sys
import time
from pathlib import Path

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
    memory = _most_memory()
    print(took, memory, len(found.unserved), len(check(problem, found, roads)))


def _most_memory() -> float:
    """Return the MB that this program took at most; `ru_maxrss` counts its parent's, too."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the system does not tell how much memory was used")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
