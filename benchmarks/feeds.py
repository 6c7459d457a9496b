"""A calendar feed of 10,000 loans: as clients fetch it, against calendars written from scratch."""

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from threading import Event, Thread

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from benchmarks.asking import answers_per_second, etag_of
from benchmarks.from_scratch import added, lines_by_hand
from benchmarks.loans import fill, rename_some
from benchmarks.report import Report
from calendars.entries import Entry
from lending.app import build_database, create_app
from lending.db.database import Database
from lending.db.schema import migrate
from lending.organisations.models import Organisation
from lending.settings import Settings
from lending.subscriptions.drawing import Feed, pen_for
from lending.subscriptions.models import Audience, View
from lending.subscriptions.views import VIEWS
from tests.support.servers import serving

LOANS, MANY_LOANS = 10_000, 50_000


def measure_feeds(folder: Path, report: Report) -> None:
    """Measure what a fetch costs: unchanged, whole, and after some loans changed."""
    settings = _settings(folder, "feeds")
    path = _prepare(settings, LOANS)
    database = build_database(settings)
    client = create_app(settings, database).test_client(use_cookies=False)
    cold = _cpu(lambda: _whole(client, path), rounds=1)
    warm = _cpu(lambda: _whole(client, path), rounds=7)
    entries = _entries(database)
    by_hand = _cpu(lambda: "".join(lines_by_hand(entries)).encode(), rounds=5)
    by_add = _cpu(lambda: added(entries), rounds=1)
    database.write(rename_some)
    changing = _cpu(lambda: database.write(rename_some), rounds=1)
    changed = _cpu(lambda: _whole(client, path), rounds=1)
    database.dispose()
    report.title(f"feeds, {LOANS:,} loans (processor time)")
    note = f"{1000 * warm:.0f} ms"
    report.at_most("nothing changed, whole feed / written by hand", warm / by_hand, 0.1, note)
    report.tell("nothing changed, whole feed / Calendar.add", warm / by_add)
    report.tell("first fetch / written by hand", cold / by_hand, f"{cold:.1f} s")
    some = (changing + changed) / by_hand
    report.tell("1 % changed, rendered and fetched / written by hand", some)
    _measure_unchanged(settings, path, report)
    _measure_memory(folder, report)


def _measure_unchanged(settings: Settings, path: str, report: Report) -> None:
    """Ask a real server for what has not changed, and for a page that says hello."""
    with serving(settings.database_url, settings.instance, count=1) as [server]:
        etag = etag_of(server.address, path)
        asked = {"hello": b"", "304": b"If-None-Match: " + etag + b"\r\n"}
        paths = {"hello": "/healthz", "304": path}
        rates: dict[str, list[float]] = {"hello": [], "304": []}
        for _ in range(3):
            for name, rate in rates.items():
                rate.append(answers_per_second(server.address, paths[name], asked[name]))
    hello, unchanged = median(rates["hello"]), median(rates["304"])
    note = f"{unchanged:.0f} a second"
    report.at_least("not modified (304) / a page that says hello", unchanged / hello, 0.5, note)


def _measure_memory(folder: Path, report: Report) -> None:
    settings = _settings(folder, "many")
    path = _prepare(settings, MANY_LOANS)
    database = build_database(settings)
    _whole(create_app(settings, database).test_client(use_cookies=False), path)
    database.dispose()
    measured = subprocess.run(
        [sys.executable, "-m", "benchmarks.feeds", str(folder), path],
        capture_output=True,
        text=True,
        check=True,
    )
    own, mapped = map(float, measured.stdout.split())
    report.at_most(f"memory for a feed of {MANY_LOANS:,} loans, MB over start", own, 100)
    report.tell("the same, pages of the database's file that SQLite maps", mapped)


def _memory_of_a_fetch(folder: Path, path: str) -> tuple[float, float]:
    """Return by how many megabytes this process grew at its highest while it served a feed.

    Its own memory, and the pages of files that it maps, which the system shares with everybody
    and takes back when it needs to.
    """
    settings = _settings(folder, "many")
    client = create_app(settings).test_client(use_cookies=False)
    client.get("/healthz")
    before = _held()
    with _Watch() as watch:
        answer = client.get(path, buffered=False)
        size = sum(len(part) for part in answer.response)
    if answer.status_code != 200 or size < 100 * MANY_LOANS:
        raise AssertionError(f"{path} answers {answer.status_code} with {size} bytes")
    return watch.most[0] - before[0], watch.most[1] - before[1]


class _Watch:
    """Looks at the memory of this process a few hundred times a second."""

    def __init__(self) -> None:
        self.most = (0.0, 0.0)
        self._ended = Event()
        self._thread = Thread(target=self._look)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(0.002):
            own, mapped = _held()
            self.most = (max(self.most[0], own), max(self.most[1], mapped))


def _held() -> tuple[float, float]:
    """Return the megabytes of this process: its own, and those of files that it maps (Linux)."""
    status = Path("/proc/self/status").read_text()
    own, mapped = (
        int(status.split(f"{name}:")[1].split()[0]) / 1024 for name in ("RssAnon", "RssFile")
    )
    return own, mapped


def _settings(folder: Path, name: str) -> Settings:
    return Settings(
        database_url=f"sqlite:///{folder / name}.db",
        instance=folder,
        secret_key="of a measurement, and long enough",
        secure_cookies=False,
    )


def _prepare(settings: Settings, loans: int) -> str:
    """Fill an empty database with loans of one organisation; return the path of their feed."""
    database = build_database(settings)
    migrate(database)
    path = database.write(lambda uow: fill(uow, loans))
    database.dispose()
    return path


def _entries(database: Database) -> list[Entry]:
    """Return the entries of the feed as values, as they are before they are written."""
    with database.read() as uow:
        organisation_id = uow.session.scalars(select(Organisation.id)).one()
        feed = Feed(View.ORGANISATION, organisation_id, "fr", Audience.PUBLIC)
        pen = pen_for(uow, "fr", "https://materiel.example")
        since = datetime(2000, 1, 1, tzinfo=UTC)
        drawn = VIEWS[View.ORGANISATION].draw(uow, feed, pen, None, since)
        return [each.entry for each in drawn]


def _whole(client: FlaskClient, path: str) -> TestResponse:
    answer = client.get(path)
    if answer.status_code != 200 or not answer.data.endswith(b"END:VCALENDAR\r\n"):
        raise AssertionError(f"{path} answers {answer.status_code}")
    return answer


def _cpu(function: Callable[[], object], rounds: int) -> float:
    """Return the median of the processor seconds that a function takes."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        function()
        taken.append(time.process_time() - began)
    return median(taken)


if __name__ == "__main__":
    print(*_memory_of_a_fetch(Path(sys.argv[1]), sys.argv[2]))
