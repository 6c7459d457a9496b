"""Holds as a busy region would have them: 2,000 items, three years, a few favourites."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from sqlalchemy import insert, text

from lending.authorities.models import Authority, AuthorityKind
from lending.availability.models import Hold
from lending.catalogue.models import Category, Item, StockMovement
from lending.db.database import Database, UnitOfWork

ITEMS = 2000
START = datetime(2030, 1, 1, tzinfo=UTC)
DAYS = 3 * 365
DAY = 86_400
LENGTHS = (DAY, 2 * DAY, 3 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 60 * DAY)
LENGTH_WEIGHTS = (25, 30, 25, 12.5, 5, 2, 0.5)
BATCH = 20_000
PIECES = 1_000_000
"""Of each item: so many that nothing of what is measured is ever refused."""
POPULARITY = 0.6
"""Zipf: the n-th item is wanted 1/n^0.6 times as often as the first."""


@dataclass(frozen=True)
class Sample:
    """The items of a filled database, the most wanted first."""

    items: list[int]


def fill(database: Database, holds: int) -> Sample:
    """Write the items and so many holds; the database must be empty."""
    items = database.write(_write_items)
    chance = Random(holds)
    rows = _rows(chance, items, holds)
    while batch := list(islice(rows, BATCH)):
        database.write(lambda uow, batch=batch: uow.session.execute(insert(Hold), batch))  # type: ignore[misc]
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    return Sample(items)


def _write_items(uow: UnitOfWork) -> list[int]:
    authority = Authority(code="bench", name="Bench", kind=AuthorityKind.TOWN)
    category = Category(code="bench", name="Bench")
    uow.session.add_all([authority, category])
    uow.session.flush()
    items = [
        Item(
            authority_id=authority.id,
            category_id=category.id,
            code=f"B-{number:04d}",
            name=f"Article {number}",
            preparation_minutes=120,
            turnaround_minutes=720,
            created_at=uow.now,
        )
        for number in range(ITEMS)
    ]
    uow.session.add_all(items)
    uow.session.flush()
    uow.session.execute(
        insert(StockMovement),
        [
            {
                "item_id": item.id,
                "quantity_delta": PIECES,
                "effective_at": 0,
                "reason": "x",
                "created_at": uow.now,
            }
            for item in items
        ],
    )
    return [item.id for item in items]


def _rows(chance: Random, items: list[int], holds: int) -> Iterator[dict[str, object]]:
    popularity = [1 / (rank + 1) ** POPULARITY for rank in range(len(items))]
    days = range(DAYS)
    season = [6.0 if _is_summer_weekend(day) else 1.0 for day in days]
    chosen_items = chance.choices(items, popularity, k=holds)
    chosen_days = chance.choices(days, season, k=holds)
    chosen_lengths = chance.choices(LENGTHS, LENGTH_WEIGHTS, k=holds)
    origin = int(START.timestamp())
    for item, day, length in zip(chosen_items, chosen_days, chosen_lengths, strict=True):
        starts = origin + day * DAY + chance.randrange(8, 18) * 3600
        yield {
            "item_id": item,
            "starts": starts,
            "ends": starts + length,
            "quantity": chance.randint(1, 20),
            "kind": "decided",
            "is_out": False,
        }


def _is_summer_weekend(day: int) -> bool:
    at = START + timedelta(days=day)
    return at.month in (6, 7, 8) and at.weekday() in (3, 4, 5)
