"""Shortages: whom they concern, and what it costs to find them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import event

from lending.bookings.shortages import find_shortages
from lending.bookings.supply import move_stock, plan_maintenance
from lending.db.database import Database
from tests.factories import FRIDAY, MONDAY, NOW, Cast, approved

DAY = timedelta(days=1)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are sent meanwhile."""
    seen: list[str] = []

    def note(conn, cursor, statement, *rest: object) -> None:  # type: ignore[no-untyped-def]
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_each_shortage_names_those_who_hold_something_while_it_lasts(
    database: Database, cast: Cast
) -> None:
    first = approved(database, cast, {cast.chairs: 80, cast.barriers: 10})
    alone = approved(
        database, cast, {cast.chairs: 10}, start=FRIDAY + 7 * DAY, end=MONDAY + 7 * DAY
    )
    last = approved(
        database, cast, {cast.chairs: 70}, start=FRIDAY + 14 * DAY, end=MONDAY + 14 * DAY
    )
    database.write(lambda uow: move_stock(uow, cast.manager, cast.chairs, -40, NOW, "Casse"))
    with database.read() as uow:
        found = find_shortages(uow, [cast.town])
    assert [(s.missing, [c.booking_id for c in s.claimants]) for s in found] == [
        (20, [first]),
        (10, [last]),
    ]
    assert alone not in {c.booking_id for s in found for c in s.claimants}


def test_a_repair_is_no_claimant(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 80})
    database.write(
        lambda uow: plan_maintenance(
            uow, cast.manager, cast.chairs, 30, FRIDAY, FRIDAY + DAY, "Vernis"
        )
    )
    with database.read() as uow:
        [shortage] = find_shortages(uow, [cast.town])
    assert [c.booking_id for c in shortage.claimants] == [number]


def test_the_number_of_queries_does_not_grow_with_the_shortages(
    database: Database, cast: Cast
) -> None:
    def cost() -> tuple[int, int]:
        with counted(database) as seen, database.read() as uow:
            found = find_shortages(uow, [cast.town])
        return len(found), len(seen)

    approved(database, cast, {cast.chairs: 80})
    for week in range(1, 5):
        later = timedelta(weeks=week)
        wanted = {cast.chairs: 90, cast.barriers: 40}
        approved(database, cast, wanted, start=FRIDAY + later, end=MONDAY + later)
    database.write(lambda uow: move_stock(uow, cast.manager, cast.chairs, -15, NOW, "Casse"))
    few, queries = cost()
    database.write(lambda uow: move_stock(uow, cast.manager, cast.chairs, -15, NOW, "Casse"))
    database.write(lambda uow: move_stock(uow, cast.manager, cast.barriers, -30, NOW, "Vol"))
    more, queries_for_more = cost()
    assert (few, more) == (4, 9)
    assert queries_for_more == queries
