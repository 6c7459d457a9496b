"""One process that books as fast as it can.

Its way is `locked` (the services as they are), `unlocked` (the same, without their lock),
`together` (unlocked, and each waits until all have looked before it writes: the worst that may
happen without a lock) or `unqueued` (SQLite without the queue of writers in front of it).
It tells how many bookings were confirmed, how many refused, which errors came, and how many
seconds the slowest write took. See tests.support.racing.
"""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from random import Random

from sqlalchemy import select

import lending.migrations.metadata  # noqa: F401 - every table, as in the application
from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Authority
from lending.availability.answers import Wanted, find_conflicts
from lending.availability.holds import terms_of
from lending.bookings import holding, submission
from lending.bookings.drafts import create_booking
from lending.bookings.errors import StockConflict
from lending.bookings.holding import period_of, wanted_by
from lending.bookings.models import Booking
from lending.catalogue.models import Item
from lending.db.database import Database, Result, UnitOfWork
from lending.organisations.models import Organisation
from tests.concurrency.stage import random_request
from tests.support.racing import wait_for_all


class TimedDatabase(Database):
    """Remembers how long the slowest write took, in seconds: its wait for others included."""

    longest = 0.0

    def write(self, use_case: Callable[[UnitOfWork], Result]) -> Result:
        """Write and look at the clock."""
        began = time.monotonic()
        try:
            return super().write(use_case)
        finally:
            self.longest = max(self.longest, time.monotonic() - began)


def submission_of(database: Database, booking_id: int) -> None:
    """Send the draft through the service."""
    database.write(lambda uow: submission.submit_booking(uow, SYSTEM, booking_id))


def unlocked(database: Database, booking_id: int) -> None:
    """Look first and write afterwards, each in its own transaction: what the lock is there for."""
    conflict = look(database, booking_id)
    if conflict:
        raise conflict
    submission_of(database, booking_id)


def together(line: Connection, database: Database, booking_id: int) -> None:
    """Look, wait until all the others have looked too, and write."""
    conflict = look(database, booking_id)
    wait_for_all(line, "looked")
    if conflict:
        raise conflict
    submission_of(database, booking_id)


def look(database: Database, booking_id: int) -> StockConflict | None:
    """Look whether everything is free, as the services do."""
    with database.read() as uow:
        booking = uow.session.get_one(Booking, booking_id)
        wanted = wanted_by(booking)
        terms = terms_of(uow.session, [want.item_id for want in wanted])
        conflicts = find_conflicts(uow, period_of(booking), wanted, terms)
        return StockConflict(period_of(booking), wanted, conflicts) if conflicts else None


def blind(*args: object, **kwargs: object) -> list[Wanted]:
    """Find no conflict: the unlocked way has looked already."""
    return []


def write(line: Connection, seed: int, url: str, requests: int, days: int, way: str) -> None:
    """Ask so many times, as fast as answers come."""
    database = TimedDatabase(url)
    chance = Random(seed)
    with database.read() as uow:
        numbers = (
            uow.session.scalars(select(Authority.id)).one(),
            uow.session.scalars(select(Organisation.id)).one(),
            list(uow.session.scalars(select(Item.id).order_by(Item.id))),
        )
    send = {"unlocked": unlocked, "together": partial(together, line)}.get(way, submission_of)
    if send is not submission_of:
        holding.find_conflicts = blind  # type: ignore[assignment]
        submission.lock_items = terms_of
    if way == "unqueued":
        database._queue = None
    wait_for_all(line, "ready")
    outcome: Counter[str] = Counter()
    for _ in range(requests):
        try:
            details, event, lines = random_request(chance, *numbers, days)
            booking_id = database.write(
                lambda uow, d=details, e=event, li=lines: create_booking(uow, SYSTEM, d, e, li).id
            )
            send(database, booking_id)
            outcome["confirmed"] += 1
        except StockConflict:
            outcome["refused"] += 1
        except Exception as error:  # every one of them would have been shown to somebody
            outcome[f"error: {type(error).__name__}: {error}"[:200]] += 1
    line.send((outcome, database.longest))
