"""Sixteen programs book over HTTP on several servers; one of which dies in the middle."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
import pytest
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM, Role
from lending.accounts.tokens import create_token
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.db.database import Database
from tests.concurrency.stage import random_request, recount, set_stage
from tests.support.servers import Served, serving

CLIENTS, SECONDS = 16, 6


@dataclass
class Told:
    """What the clients were told: how often which status, and which bookings are confirmed."""

    statuses: Counter[str] = field(default_factory=Counter)
    confirmed: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: httpx.Response) -> None:
        """Remember an answer; one that nobody expects is kept with its words."""
        with self.lock:
            if answer.status_code == 201:
                self.confirmed.add(answer.json()["id"])
            known = answer.status_code in (201, 409)
            self.statuses[str(answer.status_code) + ("" if known else answer.text[:200])] += 1


@dataclass
class Client:
    """A program that books at one server."""

    seed: int
    server: Served
    token: str
    numbers: tuple[int, int, list[int]]
    told: Told

    def run(self, until: float) -> None:
        """Book until the time is over or the server is gone."""
        chance = Random(self.seed)
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.server.address, headers=headers, timeout=60) as http:
            while time.monotonic() < until:
                try:
                    self.told.note(http.post("/api/v1/bookings", json=self._body(chance)))
                except httpx.TransportError:
                    with self.told.lock:
                        self.told.statuses["gone"] += 1
                    return

    def _body(self, chance: Random) -> dict[str, object]:
        details, event, lines = random_request(chance, *self.numbers, days=12)
        return {
            "organisation_id": details.organisation_id,
            "authority_id": details.authority_id,
            "event": {
                "name": event.name,
                "start": event.starts_at.isoformat(),
                "end": event.ends_at.isoformat(),
                "commune_insee": event.commune_insee,
                "competence": event.competence.value,
            },
            "start": details.starts_at.isoformat(),
            "end": details.ends_at.isoformat(),
            "logistics": "pickup",
            "lines": [{"item_id": line.item_id, "quantity": line.quantity} for line in lines],
            "submit": True,
        }


@pytest.fixture
def numbers(database: Database) -> tuple[int, int, list[int]]:
    """Set the stage, and fight for ten of its items only: HTTP is slower than a service."""
    authority, organisation, items = set_stage(database)
    return authority, organisation, items[:10]


@pytest.fixture
def token(database: Database) -> str:
    """Return the secret of a program that manages everything."""
    return database.write(
        lambda uow: create_token(uow, SYSTEM, Role.ADMINISTRATOR, label="essai de charge")
    )


def let_them_book(
    servers: list[Served],
    token: str,
    numbers: tuple[int, int, list[int]],
    *,
    kill_after: float | None = None,
) -> Told:
    """Let the clients book, spread over the servers; kill the first server on the way."""
    told = Told()
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [
            pool.submit(Client(seed, servers[seed % len(servers)], token, numbers, told).run, until)
            for seed in range(CLIENTS)
        ]
        if kill_after is not None:
            time.sleep(kill_after)
            servers[0].kill()
        for client in running:
            client.result()
    return told


def test_several_servers_never_lend_twice_and_never_answer_with_an_error(
    database: Database,
    database_url: str,
    numbers: tuple[int, int, list[int]],
    token: str,
    tmp_path: Path,
):
    with serving(database_url, tmp_path / "instance", count=2) as servers:
        told = let_them_book(servers, token, numbers)
    counted = recount(database)
    assert set(told.statuses) == {"201", "409"}
    assert counted == {
        "overbooked": 0,
        "half_written": 0,
        "confirmed": len(told.confirmed),
    }


def test_what_was_confirmed_survives_the_death_of_the_server_that_confirmed_it(
    database: Database,
    database_url: str,
    numbers: tuple[int, int, list[int]],
    token: str,
    tmp_path: Path,
):
    with serving(database_url, tmp_path / "instance", count=2) as servers:
        told = let_them_book(servers, token, numbers, kill_after=SECONDS / 2)
    assert told.statuses["gone"] > 0, "nobody was there when the server died"
    assert set(told.statuses) <= {"201", "409", "gone"}
    counted = recount(database)
    assert counted["overbooked"] == counted["half_written"] == 0
    with database.read() as uow:
        kept = set(uow.session.scalars(select(Booking.id).where(Booking.state == State.SUBMITTED)))
    assert told.confirmed <= kept
