"""What arrives from a telephone, at once or hours later: its key, and the time it tells."""

import re
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from calendars.zones import local_day, to_local
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_

FAST_CLOCK = timedelta(minutes=5)
"""How far the clock of a telephone may be ahead of ours."""
_KEY = re.compile(r"[0-9A-Za-z-]{8,64}")


def new_key() -> str:
    """Return a key for a report that is sent once and at once."""
    return str(uuid4())


def is_key(key: str) -> bool:
    """Return whether a report can be known by this key."""
    return _KEY.fullmatch(key) is not None


def believed(uow: UnitOfWork, authority_id: int, happened_at: datetime | None) -> datetime:
    """Return when something happened, never later than now.

    Raises:
        InvalidInput: the telephone's clock cannot be right.
    """
    if happened_at is None:
        return uow.now
    zone = ZoneInfo(uow.session.get_one(Authority, authority_id).timezone)
    yesterday = to_local(uow.now, zone).date() - timedelta(days=1)
    if happened_at > uow.now + FAST_CLOCK:
        raise InvalidInput(
            happened_at=N_("This is told for a time to come. Set the clock of the phone.")
        )
    if happened_at < local_day(yesterday, zone).start:
        raise InvalidInput(
            happened_at=N_("This happened before yesterday. Send it with the present time.")
        )
    return min(happened_at, uow.now)
