"""The core against the floor under it: the same rows, read and written by the bare driver."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import cycle
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

WEEKEND = Interval(START + timedelta(days=526, hours=12), START + timedelta(days=529, hours=10))
FIRST_DAY, LAST_DAY = 270, 810
"""Of the questions about one item: the middle half of the three years."""
QUESTIONS = 400

_OVERLAP = (
    "SELECT item_id, starts, ends, quantity FROM hold WHERE starts < {b} AND starts > {a} - {short}"
    " AND ends > {a} AND ends - starts <= {short}OF_ITEM"
    " UNION ALL SELECT item_id, starts, ends, quantity FROM hold"
    " WHERE ends > {a} AND starts < {b} AND ends - starts > {short}OF_ITEM"
)
_OF_ITEM = " AND item_id = {item}"
OVERLAP = _OVERLAP.replace("OF_ITEM", "")
OVERLAP_OF_ITEM = _OVERLAP.replace("OF_ITEM", _OF_ITEM).replace("SELECT item_id, ", "SELECT ")
COUNT = (
    "SELECT count(*), sum(quantity) FROM hold WHERE starts > {a} - {short} AND starts < {b}"
    " AND ends - starts <= {short}"
)
COUNT_OF_ITEM = COUNT + _OF_ITEM


@dataclass(frozen=True)
class Costs:
    """Median seconds, and how many rows overlapped the weekend."""

    seconds: dict[str, float]
    rows: int


def reads(database: Database, sample: Sample) -> Costs:
    """Measure what is read: all items, one item, a month; by us and by the bare driver."""
    connection: Any = database.engine.raw_connection()
    cursor = connection.cursor()

    # Bound, so that the driver keeps the statement as it keeps ours: the floor only reads.
    mark = ":{}" if database.is_sqlite else "%({})s"
    marks = {name: mark.format(name) for name in ("a", "b", "item")}
    written = {
        query: query.format(**marks, short=SHORT_SECONDS)
        for query in (OVERLAP, OVERLAP_OF_ITEM, COUNT, COUNT_OF_ITEM)
    }

    def fetch(query: str, period: Interval, item: int = 0) -> list[Any]:
        begin, end = _wide(period)
        cursor.execute(written[query], {"a": begin, "b": end, "item": item})
        found: list[Any] = cursor.fetchall()
        return found

    with database.read() as uow:
        costs = medians(
            {
                "all": lambda: free_for_loan(uow, WEEKEND),
                "all: fetch": partial(fetch, OVERLAP, WEEKEND),
                "all: count": partial(fetch, COUNT, WEEKEND),
            },
            rounds=15,
        )

        def orm_week(ask: Question) -> object:
            return free_for_loan(uow, ask.week, item_ids=[ask.item])

        def orm_month(ask: Question) -> object:
            return free_by_day(uow, ask.item, ask.days)

        def raw_week(ask: Question) -> object:
            return lowest(*ask.wide_week, PIECES, fetch(OVERLAP_OF_ITEM, ask.week, ask.item))

        def raw_month(ask: Question) -> object:
            return lowest_in_each(
                ask.wide_days, PIECES, fetch(OVERLAP_OF_ITEM, ask.month, ask.item)
            )

        # Each bare read comes after the same read through SQLAlchemy: in a server, too, something
        # else was in the caches of the processor just before, for whichever of the two it is.
        asked = _questions(sample)
        costs |= medians(
            {
                "week": _each(orm_week, asked),
                "week: raw": _each(raw_week, asked),
                "week once more": _each(orm_week, asked),
                "week: count": _each(lambda ask: fetch(COUNT_OF_ITEM, ask.week, ask.item), asked),
                "month": _each(orm_month, asked),
                "month: raw": _each(raw_month, asked),
                "month once more": _each(orm_month, asked),
                "month: count": _each(lambda ask: fetch(COUNT_OF_ITEM, ask.month, ask.item), asked),
            },
            rounds=QUESTIONS,
        )
    rows = len(fetch(OVERLAP, WEEKEND))
    cursor.close()
    connection.close()
    return Costs(costs, rows)


@dataclass(frozen=True)
class Question:
    """What somebody asks about one item: a week, and a month day by day, with turnaround."""

    item: int
    week: Interval
    days: list[Interval]
    wide_week: tuple[int, int]
    wide_days: list[tuple[int, int]]

    @property
    def month(self) -> Interval:
        """All the days in one."""
        return Interval(self.days[0].start, self.days[-1].end)


def _questions(sample: Sample) -> list[Question]:
    """Return questions about items by popularity, drawn from the middle half of the time."""
    chance = Random(3)
    popularity = [1 / (rank + 1) ** POPULARITY for rank in range(len(sample.items))]
    found = []
    for item in chance.choices(sample.items, popularity, k=QUESTIONS):
        start = START + timedelta(days=chance.randrange(FIRST_DAY, LAST_DAY))
        week = Interval(start + timedelta(hours=8), start + timedelta(days=7, hours=8))
        days = [
            Interval(start + timedelta(days=day), start + timedelta(days=day + 1))
            for day in range(31)
        ]
        found.append(Question(item, week, days, _wide(week), [_wide(day) for day in days]))
    return found


def _each(answer: Callable[[Question], object], asked: Sequence[Question]) -> Callable[[], object]:
    """Return a function that answers the next question each time, as its rivals do."""
    questions = cycle(asked)
    return lambda: answer(next(questions))


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
