"""Programs and libraries that people read calendars with, each asked what it found."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

import icalendar

from tools.node import node

Moment = int | str
"""Seconds since 1970, or a day as 2026-07-14."""
Seen = tuple[str, Moment, Moment, str]
"""Identity, start, end, title."""

HERE = Path(__file__).parent


def icalendar_strictly(folder: Path) -> dict[str, list[Seen]]:
    """Read with Python's icalendar, and refuse what it merely forgives."""
    return {path.name: _strict(path.read_bytes()) for path in sorted(folder.glob("*.ics"))}


def _strict(text: bytes) -> list[Seen]:
    calendar = icalendar.Calendar.from_ical(text)
    assert not calendar.errors
    found = []
    for event in calendar.events:
        assert not event.errors
        when = (event["DTSTART"].dt, event["DTEND"].dt)
        found.append((str(event["UID"]), *map(_moment, when), str(event["SUMMARY"])))
    return found


def javascript(library: str, folder: Path) -> dict[str, list[Seen]]:
    """Read with ical.js (Thunderbird, Nextcloud) or node-ical, far from our time zone."""
    done = subprocess.run(
        [node(), HERE / "read.mjs", library, folder],
        capture_output=True,
        check=True,
        env=os.environ | {"TZ": "Pacific/Auckland"},
    )
    return {
        name: [(uid, start, end, title) for uid, start, end, title in events]
        for name, events in json.loads(done.stdout).items()
    }


def calcurse(folder: Path, home: Path) -> dict[str, list[Seen]]:
    """Import with calcurse, a reader of its own in C; it keeps neither identities nor seconds."""
    found = {}
    for path in sorted(folder.glob("*.ics")):
        data = home / path.stem
        subprocess.run(
            ["calcurse", "-q", "-D", data / "data", "-C", data / "conf", "-i", path],
            check=True,
            capture_output=True,
            env=os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8"},
        )
        apts = data / "data" / "apts"
        found[path.name] = [_of_calcurse(line) for line in apts.read_text("utf-8").splitlines()]
    return found


def _of_calcurse(line: str) -> Seen:
    """Read `07/01/2026 @ 10:00 -> 07/02/2026 @ 11:00>hash |title`, or a whole day."""
    if " @ " not in line:
        raise AssertionError(f"not a timed event: {line}")
    start, rest = line.split(" -> ", 1)
    end, title = rest.split("|", 1)
    ends = [datetime.strptime(text[:18], "%m/%d/%Y @ %H:%M") for text in (start, end)]
    begin, finish = (int(at.replace(tzinfo=UTC).timestamp()) for at in ends)
    return "", begin, finish, title


def vdirsyncer(addresses: dict[str, str], home: Path) -> dict[str, list[Seen]]:
    """Fetch over HTTP with vdirsyncer, which replaces identities by hashes of the content."""
    parts = [f'[general]\nstatus_path = "{home / "status"}"\n']
    for name, address in addresses.items():
        pair = name.removesuffix(".ics")
        (home / pair).mkdir(parents=True)
        parts.append(
            f'[pair {pair}]\na = "{pair}_there"\nb = "{pair}_here"\ncollections = null\n'
            f'[storage {pair}_there]\ntype = "http"\nurl = "{address}"\n'
            f'[storage {pair}_here]\ntype = "filesystem"\npath = "{home / pair}"\n'
            'fileext = ".ics"\n'
        )
    config = home / "config"
    config.write_text("\n".join(parts))
    for command in (["discover"], ["sync"]):
        done = subprocess.run(
            [sys.executable, "-m", "vdirsyncer", "-c", config, "-vWARNING", *command],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    return {
        name: [
            ("", *seen[1:])
            for path in (home / name.removesuffix(".ics")).glob("*.ics")
            for seen in _strict(path.read_bytes())
        ]
        for name in addresses
    }


def without_identities(events: Iterable[Seen]) -> list[Seen]:
    """Return the events as a program sees them that keeps no identities."""
    return sorted((("", *event[1:]) for event in events), key=repr)


def _moment(at: date) -> Moment:
    return int(at.timestamp()) if isinstance(at, datetime) else at.isoformat()
