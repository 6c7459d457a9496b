"""What people of the demonstration are told, have read, and still have to read."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update

from calendars.zones import days_later, to_local, to_utc
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.handover.late import tell_late_loans
from lending.notifications.kinds import Delivery
from lending.notifications.models import Message
from lending.notifications.reminding import tell_everybody

EVENINGS = 3
HALF_PAST_FIVE = {"hour": 17, "minute": 30, "second": 0, "microsecond": 0}
READ_AFTER = timedelta(days=4)


def tell_and_read(database: Database, clock: FixedClock, now: datetime, zone: ZoneInfo) -> None:
    """Remind people as the worker did on the last evenings, and let them have read what is old."""
    for days in range(EVENINGS, 0, -1):
        local = to_local(days_later(now, -days, zone), zone)
        clock.instant = to_utc(local.replace(tzinfo=None, fold=0, **HALF_PAST_FIVE), zone)
        tell_everybody(database)
        tell_late_loans(database)
    clock.instant = now
    database.write(_read_the_old)


def _read_the_old(uow: UnitOfWork) -> None:
    old = Message.created_at < uow.now - READ_AFTER
    uow.session.execute(update(Message).where(old).values(read_at=Message.created_at))
    # Nobody of the demonstration has a box.
    uow.session.execute(update(Message).values(delivery=Delivery.NONE, due_at=None))
