"""One process that decides as fast as it can.

Its way is `locked` (the record as it is) or `unlocked` (the same, without the lock on the head of
the chain). It decides every request whose item is that of its share, and tells how often what came
of it. See tests.support.racing.
"""

from collections import Counter
from multiprocessing.connection import Connection

from sqlalchemy import select

import lending.accounts.models  # noqa: F401 - other tables refer to it
from lending.accounts.permissions import SYSTEM
from lending.bookings.decisions import approve_booking, put_on_waiting_list, refuse_booking
from lending.bookings.models import Booking, BookingLine
from lending.bookings.states import RefusalReason
from lending.db.database import Database, UnitOfWork
from lending.equity.record import chain
from lending.equity.record.listening import listen
from lending.equity.record.models import DecisionChain
from lending.events import Events
from tests.support.racing import wait_for_all


def without_lock(session, authority_id):
    """Read the head of the chain as it was when this transaction began to look."""
    head = select(DecisionChain.sequence, DecisionChain.hash)
    return tuple(session.execute(head.where(DecisionChain.authority_id == authority_id)).one())


def decide(uow: UnitOfWork, booking_id: int) -> None:
    """Grant, refuse or let wait, one after the other."""
    match booking_id % 3:
        case 0:
            approve_booking(uow, SYSTEM, booking_id)
        case 1:
            refuse_booking(uow, SYSTEM, booking_id, RefusalReason.LATE, "Trop tard.")
        case _:
            put_on_waiting_list(uow, SYSTEM, booking_id, "Il faudra attendre.")


def race(line: Connection, share: int, url: str, way: str) -> None:
    """Decide every request of this share."""
    events = Events()
    listen(events)
    database = Database(url, events=events)
    if way == "unlocked":
        chain._lock_head = without_lock
    with database.read() as uow:
        query = select(BookingLine.booking_id).where(BookingLine.item_id == share)
        mine = list(uow.session.scalars(query.order_by(BookingLine.booking_id)))
        uow.session.get(Booking, mine[0])  # opens a connection before the race begins
    wait_for_all(line, "ready")
    outcome: Counter[str] = Counter()
    for booking_id in mine:
        try:
            database.write(lambda uow, number=booking_id: decide(uow, number))
            outcome["decided"] += 1
        except Exception as error:  # every one of them would have been shown to somebody
            outcome[f"error: {type(error).__name__}"] += 1
    line.send(outcome)
