"""Time functions in turn, so that a slower minute of the machine hits all of them alike."""

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median


def medians(functions: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Run the functions in turn, `rounds` times each after one warm-up; return median seconds."""
    taken: dict[str, list[float]] = {name: [] for name in functions}
    for function in functions.values():
        function()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, function in functions.items():
                began = time.perf_counter()
                function()
                taken[name].append(time.perf_counter() - began)
    finally:
        gc.enable()
    return {name: median(times) for name, times in taken.items()}
