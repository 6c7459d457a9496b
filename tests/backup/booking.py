"""A process that books without end: `python -m tests.backup.booking URL ITEM CHOIR TOWN`."""

import sys
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from lending.clock import FixedClock
from lending.db.database import Database
from tests.factories import FRIDAY, MONDAY, NOW, approved


def main() -> None:
    """Book one chair after the other, and say so, until told to stop."""
    url, (item, choir, town) = sys.argv[1], map(int, sys.argv[2:])
    database = Database(url, FixedClock(NOW))
    cast: Any = SimpleNamespace(choir=choir, town=town, agglomeration=0)
    for number in count():
        later = timedelta(days=7 * number)
        approved(database, cast, {item: 1}, start=FRIDAY + later, end=MONDAY + later)
        print(number, flush=True)


if __name__ == "__main__":
    main()
