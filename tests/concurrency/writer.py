"""One process that books as fast as it can.

    python -m tests.concurrency.writer URL SEED SECONDS WAY

WAY is `locked` (the services as they are), `unlocked` (the same, without their lock) or
`unqueued` (SQLite without the queue of writers in front of it).
Says `ready`, waits for a line, books, and prints one line of JSON: how many bookings were
confirmed, how many refused, which errors came, and the longest wait in seconds.
"""

import json
import sys
import time
from collections import Counter
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
from lending.db.database import Database
from lending.organisations.models import Organisation
from tests.concurrency.stage import random_request


def submission_of(database: Database, booking_id: int) -> None:
    """Send the draft through the service."""
    database.write(lambda uow: submission.submit_booking(uow, SYSTEM, booking_id))


def without_lock(database: Database, booking_id: int) -> None:
    """Look first and write afterwards, each in its own transaction: what the lock is there for."""
    with database.read() as uow:
        booking = uow.session.get_one(Booking, booking_id)
        wanted = wanted_by(booking)
        terms = terms_of(uow.session, [want.item_id for want in wanted])
        conflicts = find_conflicts(uow, period_of(booking), wanted, terms)
        if conflicts:
            raise StockConflict(period_of(booking), wanted, conflicts)
    time.sleep(0.02)  # a busy machine, a slow network: what makes a race likely, not possible
    submission_of(database, booking_id)


def blind(*args: object, **kwargs: object) -> list[Wanted]:
    """Find no conflict: the unlocked way has looked already."""
    return []


def main(url: str, seed: int, seconds: float, way: str) -> None:
    """Book until the time is over."""
    database = Database(url)
    chance = Random(seed)
    with database.read() as uow:
        numbers = (
            uow.session.scalars(select(Authority.id)).one(),
            uow.session.scalars(select(Organisation.id)).one(),
            list(uow.session.scalars(select(Item.id).order_by(Item.id))),
        )
    send = submission_of
    if way == "unlocked":
        send = without_lock
        holding.find_conflicts = blind  # type: ignore[assignment]
        submission.lock_items = terms_of
    if way == "unqueued":
        database._queue = None
    print("ready", flush=True)
    sys.stdin.readline()  # all begin together
    outcome: Counter[str] = Counter()
    longest, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            details, event, lines = random_request(chance, *numbers)
            booking_id = database.write(
                lambda uow, d=details, e=event, li=lines: create_booking(uow, SYSTEM, d, e, li).id
            )
            send(database, booking_id)
            outcome["confirmed"] += 1
        except StockConflict:
            outcome["refused"] += 1
        except Exception as error:  # every one of them would have been shown to somebody
            outcome[f"error: {type(error).__name__}: {error}"[:200]] += 1
        longest = max(longest, time.monotonic() - began)
    print(json.dumps({"outcome": outcome, "longest": longest}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
