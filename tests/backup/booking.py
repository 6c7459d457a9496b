"""A process that books without end."""

from datetime import timedelta
from itertools import count
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any

from lending.clock import FixedClock
from lending.db.database import Database
from tests.factories import FRIDAY, MONDAY, NOW, approved


def book(line: Connection, url: str, item: int, choir: int, town: int) -> None:
    """Book one piece after the other, and say so, until killed."""
    database = Database(url, FixedClock(NOW))
    cast: Any = SimpleNamespace(choir=choir, town=town, agglomeration=0)
    for number in count():
        later = timedelta(days=7 * number)
        approved(database, cast, {item: 1}, start=FRIDAY + later, end=MONDAY + later)
        line.send(number)
