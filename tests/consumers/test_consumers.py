"""Every program sees the same events, at the same instants, under the same names."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlalchemy import select

from calendars.entries import Alarm, Calendar, Days, Entry, Place, Status
from calendars.intervals import Interval
from calendars.writing import feed, header, render
from lending.accounts.models import User, UserRole
from lending.accounts.permissions import Grant, Principal, Role
from lending.app import build_database
from lending.authorities.models import Authority, Department, Depot
from lending.catalogue.models import Item
from lending.db.database import Database
from lending.logistics.means.models import Agent, Crew
from lending.organisations.models import Organisation
from lending.settings import Settings
from lending.subscriptions.addresses import programme_feed
from lending.subscriptions.models import View
from lending.subscriptions.service import subscribe
from tests.consumers.consumers import (
    Seen,
    calcurse,
    icalendar_strictly,
    javascript,
    vdirsyncer,
    without_identities,
)
from tests.support.servers import serving

SCOPES = {
    View.ORGANISATION: Organisation,
    View.ITEM: Item,
    View.DEPOT: Depot,
    View.DEPARTMENT: Department,
    View.AUTHORITY: Authority,
    View.CREW: Crew,
    View.AGENT: Agent,
}


@pytest.fixture(scope="module")
def feeds(demo: Settings) -> Iterator[dict[str, str]]:
    """Serve every feed of the demonstration; return their addresses by name."""
    database = build_database(demo)
    paths = _paths(database)
    database.dispose()
    with serving(demo.database_url, demo.instance, count=1) as [server]:
        yield {name: server.address + path for name, path in paths.items()}


def _paths(database: Database) -> dict[str, str]:
    with database.read() as uow:
        reader = uow.session.scalars(
            select(User).join(UserRole).where(UserRole.role == Role.ADMINISTRATOR)
        ).first()
        assert reader is not None
        person = Principal(reader.id, reader.name, (Grant(Role.ADMINISTRATOR),), "fr")
        wanted = [
            (view, number)
            for view, table in SCOPES.items()
            for number in uow.session.scalars(select(table.id))
        ]
        codes = list(uow.session.scalars(select(Authority.code)))
    paths = {
        f"{view.value}_{number}.ics": database.write(
            lambda uow, view=view, number=number: (
                subscribe(uow, person, view, number, language="fr" if number % 2 else "en").path
            )
        )
        for view, number in wanted
    }
    return paths | {
        f"programme_{number}.ics": programme_feed(code)
        for number, code in enumerate([None, *codes])
    }


@pytest.fixture(scope="module")
def fetched(feeds: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fetch every feed of the demonstration into a folder."""
    folder = tmp_path_factory.mktemp("fetched")
    with httpx.Client() as client:
        for name, address in feeds.items():
            answer = client.get(address)
            assert answer.status_code == 200
            (folder / name).write_bytes(answer.content)
    return folder


@pytest.fixture(scope="module")
def seen(fetched: Path) -> dict[str, list[Seen]]:
    """Return what a strict reader finds, which the others are held against."""
    found = icalendar_strictly(fetched)
    for view in View:
        events = [event for name, some in found.items() if view.value in name for event in some]
        assert events, f"no feed of {view} shows anything: the test is blind"
    return found


def test_every_feed_shows_what_is_kept(feeds: dict[str, str], seen: dict[str, list[Seen]]) -> None:
    assert seen.keys() == feeds.keys()
    for name, events in seen.items():
        uids = [event[0] for event in events]
        assert len(set(uids)) == len(uids), name


@pytest.mark.parametrize("library", ["ical.js", "node-ical"])
def test_javascript_programs_see_the_demonstration(
    library: str, fetched: Path, seen: dict[str, list[Seen]]
) -> None:
    found = javascript(library, fetched)
    assert {name: sorted(events) for name, events in found.items()} == {
        name: sorted(events) for name, events in seen.items()
    }


def test_calcurse_sees_the_demonstration(
    fetched: Path, seen: dict[str, list[Seen]], tmp_path: Path
) -> None:
    found = calcurse(fetched, tmp_path)
    assert {name: without_identities(events) for name, events in found.items()} == {
        name: without_identities(events) for name, events in seen.items()
    }


def test_vdirsyncer_sees_the_demonstration(
    feeds: dict[str, str], seen: dict[str, list[Seen]], tmp_path: Path
) -> None:
    found = vdirsyncer(feeds, tmp_path)
    assert {name: without_identities(events) for name, events in found.items()} == {
        name: without_identities(events) for name, events in seen.items()
    }


MANY = 20_000
NIGHTS = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
"""Both clock changes in France, to the second."""
WORDS = (
    "Fête de l'été",
    "Cœur « à » l’ouvrage ; virgules, points-virgules; et C:\\Nuit\\nouvelle",
    "🎪🎶👩‍👩‍👧‍👦 guinguette",
    "Straßenfest – ärger, Łódź, 祭り, مهرجان",
    "x" * 300,
    "é" * 200,
    " ".join(["Une phrase très longue qui se plie au milieu d’un caractère accentué, pliée"] * 3),
)


def _hurting() -> list[Entry]:
    """Return events made to hurt, a great many of them."""
    chance = Random(20)
    entries = []
    for number in range(MANY):
        night = NIGHTS[number % 2]
        start = night + timedelta(
            minutes=15 * chance.randint(-12, 12), days=chance.choice((0, 0, 3))
        )
        when: Interval | Days = Interval(
            start, start + timedelta(minutes=15 * chance.randint(1, 200))
        )
        if number % 10 == 0:
            first = date(2026, 3, 27) + timedelta(days=number % 5)
            when = Days(first, first + timedelta(days=1 + number % 3))
        words = WORDS[number % len(WORDS)]
        entries.append(
            Entry(
                uid=f"{number}.test@treteau.example",
                when=when,
                title=f"{number} {words}",
                created=night,
                modified=night,
                description=f"{words}\n\nsuite : {words}",
                location=words,
                place=Place(48.85, 2.35) if number % 3 else None,
                status=list(Status)[number % 3],
                categories=(words[:20], "prêt, livré"),
                url=f"https://materiel.example/demandes/{number}",
                alarms=(Alarm(timedelta(hours=2), words),) if number % 7 == 0 else (),
            )
        )
    return entries


@pytest.fixture(scope="module")
def hurting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Seen]]:
    """Write the feed made to hurt; return its folder and what everybody must see in it."""
    folder = tmp_path_factory.mktemp("hurting")
    head = header(Calendar(product="-//Essai//FR", name=WORDS[1], description=WORDS[2]))
    entries = _hurting()
    bodies = [render(entry, None, NIGHTS[0]).body for entry in entries]
    (folder / "hurting.ics").write_bytes(feed(head, bodies))
    return folder, sorted(map(_as_seen, entries))


def _as_seen(entry: Entry) -> Seen:
    when = entry.when
    if isinstance(when, Days):
        return entry.uid, when.first.isoformat(), when.after.isoformat(), entry.title
    return entry.uid, int(when.start.timestamp()), int(when.end.timestamp()), entry.title


def test_a_strict_reader_sees_what_was_meant_to_hurt(hurting: tuple[Path, list[Seen]]) -> None:
    folder, expected = hurting
    assert sorted(icalendar_strictly(folder)["hurting.ics"]) == expected


@pytest.mark.parametrize("library", ["ical.js", "node-ical"])
def test_javascript_programs_see_what_was_meant_to_hurt(
    library: str, hurting: tuple[Path, list[Seen]]
) -> None:
    folder, expected = hurting
    if library == "node-ical":
        expected = sorted((*event[:3], _misread(event[3])) for event in expected)
    assert sorted(javascript(library, folder)["hurting.ics"]) == expected


def _misread(title: str) -> str:
    """Return what node-ical makes of a backslash before an n, in any order it was escaped."""
    return title.replace("\\N", "\\\n").replace("\\n", "\\\n")
