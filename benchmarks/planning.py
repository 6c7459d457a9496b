"""The planner against itself without search, and against PyVRP, in the same run."""

import subprocess
import sys
import time
from random import Random
from statistics import fmean

from benchmarks.reference import Found, reference
from benchmarks.report import Report
from benchmarks.weeks import KINDS, SIZES, Size, disturb, instance, rounds, season
from lending.logistics.planner.checker import check
from lending.logistics.planner.engine import plan
from lending.logistics.planner.plans import Plan
from lending.logistics.planner.replanning import difference
from lending.logistics.planner.solomon import read
from lending.logistics.planner.travel import GreatCircle, Plane, Travel
from lending.logistics.planner.values import Problem

ROADS = GreatCircle()
WEEK = Size(150, 6, 5)
SEEDS = (0, 1)


def measure_planning(report: Report, seconds: float = 10) -> None:
    """Measure weeks, routing instances and replanning.

    Each plain search has so many seconds of the processor, so that other programs on the machine
    take from neither.
    """
    report.title(f"planner: half-day rounds, {seconds:g} s each (driving, tasks left over)")
    for size in SIZES:
        _compare_rounds(report, size, seconds)
    report.title(f"planner: 100 customers in Solomon's manner, {seconds:g} s each")
    _compare_instances(report, seconds)
    report.title("planner: a week of bookings with breaks, reloads, waiting and joint work")
    for size in SIZES:
        _measure_season(report, size)
    report.title("planner: one crew's day lost, one urgent booking")
    _measure_replanning(report)


def _compare_rounds(report: Report, size: Size, seconds: float) -> None:
    problem = rounds(size, 0)
    alone = _checked(problem, ROADS, plan(problem, ROADS, iterations=0))
    own = _checked(problem, ROADS, plan(problem, ROADS, seconds=seconds, timer=time.thread_time))
    other = reference(problem, ROADS, seconds=seconds, seed=0)
    name = f"{size.tasks} tasks, {size.days} days, {size.crews} crews"
    report.at_most(
        f"{name}: cost / insertion alone",
        own.cost.total / alone.cost.total,
        1,
        f"{_figures(own)} / {_figures(alone)}",
    )
    report.tell(
        f"{name}: cost / PyVRP",
        own.cost.total / other.total,
        f"{_figures(own)} / {other.driving} ({other.unserved})",
    )


def _figures(found: Plan) -> str:
    return f"{found.cost.driving} ({len(found.unserved)})"


def _compare_instances(report: Report, seconds: float) -> None:
    ratios = []
    for kind in KINDS:
        of_kind, notes = [], []
        for seed in SEEDS:
            problem, plane = read(instance(kind, seed)), Plane()
            own = _checked(
                problem, plane, plan(problem, plane, seconds=seconds, timer=time.thread_time)
            )
            other: Found = reference(problem, plane, seconds=seconds, seed=0)
            of_kind.append(own.cost.total / other.total)
            notes.append(f"{_figures(own)} / {other.driving} ({other.unserved})")
        report.tell(f"{kind}: distance / PyVRP", fmean(of_kind), "; ".join(notes))
        ratios += of_kind
    report.at_most("all classes: distance / PyVRP", fmean(ratios), 1.02, f"{fmean(ratios):.4f}")


def _measure_season(report: Report, size: Size) -> None:
    """Measure in a process of its own, whose memory holds nothing else."""
    sizes = [str(size.tasks), str(size.days), str(size.crews)]
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.season", *sizes], check=True, capture_output=True
    )
    took, memory, left, broken = map(float, ran.stdout.split())
    name = f"{size.tasks} tasks, {size.days} days, {size.crews} crews"
    note = f"{left:.0f} left over, {memory:.0f} MB"
    report.at_most(f"{name}: rules broken", broken, 0)
    if size == WEEK:
        report.at_most(f"{name}: seconds", took, 30, note)
        report.at_most(f"{name}: MB", memory, 100)
    else:
        report.tell(f"{name}: seconds", took, note)


def _measure_replanning(report: Report) -> None:
    moved, published, forced, dropped = 0, 0, 0, 0
    for seed in range(4):
        problem = season(WEEK, seed)
        old = plan(problem, ROADS, iterations=300)
        frozen, lost = disturb(problem, old, Random(seed))
        new = _checked(frozen, ROADS, plan(frozen, ROADS, iterations=300))
        changes = difference(old, new)
        moved += len(changes.moved)
        dropped += len(changes.dropped)
        published += len(frozen.published)
        forced += lost
    report.at_most(
        "% of published tasks on another shift",
        100 * moved / published,
        10,
        f"{moved} of {published}, {forced} were on the lost shifts; {dropped} dropped",
    )


def _checked(problem: Problem, travel: Travel, found: Plan) -> Plan:
    """Return a plan that the independent checker has read.

    Raises:
        RuntimeError: it breaks a rule.
    """
    broken = check(problem, found, travel)
    if broken:
        raise RuntimeError(f"a plan breaks its rules: {broken[:3]}")
    return found
