"""A catalogue page of 200 items, with what is free for some dates and without."""

from pathlib import Path

from benchmarks.data import START, fill
from benchmarks.measure import medians
from benchmarks.report import Report
from lending.app import build_database, create_app
from lending.db.schema import migrate
from lending.settings import Settings

HOLDS = 200_000


def measure_pages(folder: Path, report: Report) -> None:
    """Measure the page as a browser asks for it, rendering and all."""
    settings = Settings(
        database_url=f"sqlite:///{folder / 'pages.db'}",
        instance=folder,
        secret_key="of a measurement, and long enough",
        secure_cookies=False,
    )
    database = build_database(settings)
    migrate(database)
    fill(database, HOLDS)
    # without cookies: the page would remember the dates it was once asked for
    client = create_app(settings, database).test_client(use_cookies=False)
    first, last = START.date().replace(month=6, day=14), START.date().replace(month=6, day=17)
    address = "/catalogue?per_page=200"
    dated = f"{address}&start_date={first}&end_date={last}"

    def ask(path: str) -> None:
        answer = client.get(path)
        if answer.status_code != 200:
            raise AssertionError(f"{path} answers {answer.status_code}")

    costs = medians({"plain": lambda: ask(address), "dated": lambda: ask(dated)}, rounds=15)
    report.title(f"pages, 200 of 2,000 items, {HOLDS:,} holds")
    note = f"{1000 * costs['dated']:.0f} ms"
    report.at_least(
        "pages a second: with dates / without", costs["plain"] / costs["dated"], 0.5, note
    )
    database.dispose()
