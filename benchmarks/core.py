"""The core against the floor under it: the same rows, read and written by the bare driver."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import text

from benchmarks.data import DAY, PIECES, POPULARITY, START, Sample
from benchmarks.measure import medians
from calendars.intervals import Interval
from lending.availability.answers import Wanted, find_conflicts, free_by_day, free_for_loan
from lending.availability.holds import add_holds, lock_items, seconds
from lending.availability.models import SHORT_SECONDS, HoldKind
from lending.availability.sweep import lowest, lowest_in_each
from lending.db.database import Database, UnitOfWork

WEEK = Interval(START + timedelta(days=524, hours=8), START + timedelta(days=531, hours=8))
WEEKEND = Interval(START + timedelta(days=526, hours=12), START + timedelta(days=529, hours=10))
DAYS_OF_MONTH = [
    Interval(START + timedelta(days=510 + day), START + timedelta(days=511 + day))
    for day in range(31)
]
MONTH = Interval(DAYS_OF_MONTH[0].start, DAYS_OF_MONTH[-1].end)

OVERLAP = (
    "SELECT item_id, starts, ends, quantity FROM hold WHERE starts < {b} AND starts > {a} - {short}"
    " AND ends > {a} AND ends - starts <= {short}{item}"
    " UNION ALL SELECT item_id, starts, ends, quantity FROM hold"
    " WHERE ends > {a} AND starts < {b} AND ends - starts > {short}{item}"
)
OVERLAP_OF_ITEM = OVERLAP.replace("SELECT item_id, ", "SELECT ")
COUNT = (
    "SELECT count(*), sum(quantity) FROM hold WHERE starts > {a} - {short} AND starts < {b}"
    " AND ends - starts <= {short}{item}"
)


@dataclass(frozen=True)
class Costs:
    """Median seconds, and how many rows overlapped the weekend."""

    seconds: dict[str, float]
    rows: int


def reads(database: Database, sample: Sample) -> Costs:
    """Measure what is read: all items, one item, a month; by us and by the bare driver."""
    # Half of all questions are about an item that is wanted more than this one.
    item = sample.items[int(len(sample.items) * 0.5 ** (1 / (1 - POPULARITY)))]
    connection: Any = database.engine.raw_connection()
    cursor = connection.cursor()

    def raw(query: str, period: Interval, only: int | None = None) -> Callable[[], list[Any]]:
        begin, end = _wide(period)
        clause = f" AND item_id = {only}" if only else ""
        sql = query.format(a=begin, b=end, short=SHORT_SECONDS, item=clause)

        def run() -> list[Any]:
            cursor.execute(sql)
            found: list[Any] = cursor.fetchall()
            return found

        return run

    fetch = raw(OVERLAP, WEEKEND)
    week, month = raw(OVERLAP_OF_ITEM, WEEK, item), raw(OVERLAP_OF_ITEM, MONTH, item)
    wide_days = [_wide(day) for day in DAYS_OF_MONTH]
    with database.read() as uow:
        costs = medians(
            {
                "all": lambda: free_for_loan(uow, WEEKEND),
                "all: fetch": fetch,
                "all: count": raw(COUNT, WEEKEND),
            },
            rounds=15,
        )
        # Each bare read comes after the same read through SQLAlchemy: in a server, too, something
        # else was in the caches of the processor just before, for whichever of the two it is.
        orm_week = partial(free_for_loan, uow, WEEK, item_ids=[item])
        orm_month = partial(free_by_day, uow, item, DAYS_OF_MONTH)
        costs |= medians(
            {
                "week": orm_week,
                "week: raw": lambda: lowest(*_wide(WEEK), PIECES, week()),
                "week once more": orm_week,
                "week: count": raw(COUNT, WEEK, item),
                "month": orm_month,
                "month: raw": lambda: lowest_in_each(wide_days, PIECES, month()),
                "month once more": orm_month,
                "month: count": raw(COUNT, MONTH, item),
            },
            rounds=200,
        )
    rows = len(fetch())
    cursor.close()
    connection.close()
    return Costs(costs, rows)


def _wide(period: Interval) -> tuple[int, int]:
    return seconds(period.start) - 120 * 60, seconds(period.end) + 720 * 60


def bookings(database: Database, sample: Sample) -> dict[str, float]:
    """Measure ten lines, committed: checked under the lock, and simply inserted."""
    chance = Random(7)

    def request() -> tuple[Interval, list[Wanted]]:
        start = START + timedelta(days=chance.randrange(300, 800), hours=9)
        chosen = chance.sample(sample.items, 10)
        return Interval(start, start + timedelta(days=3)), [Wanted(item, 2) for item in chosen]

    def rows(period: Interval, wanted: list[Wanted]) -> list[dict[str, object]]:
        return [
            {
                "item_id": want.item_id,
                "starts": seconds(period.start) - 7200,
                "ends": seconds(period.end) + DAY // 2,
                "quantity": want.quantity,
                "kind": HoldKind.OPTION,
                "is_out": False,
            }
            for want in wanted
        ]

    def checked(uow: UnitOfWork) -> None:
        period, wanted = request()
        terms = lock_items(uow.session, [want.item_id for want in wanted])
        if find_conflicts(uow, period, wanted, terms):
            raise AssertionError("the stock of this benchmark never runs out")
        add_holds(uow.session, rows(period, wanted))

    def unchecked(uow: UnitOfWork) -> None:
        add_holds(uow.session, rows(*request()))

    with database.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return medians(
        {
            "unchecked": lambda: database.write(unchecked),
            "checked": lambda: database.write(checked),
        },
        rounds=150,
    )
