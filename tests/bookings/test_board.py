"""The planning board: the same figures as everywhere, and who stands behind them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from calendars.zones import days_between
from lending.accounts.permissions import Principal
from lending.availability.answers import free_by_day
from lending.availability.models import HoldKind
from lending.bookings.board import BoardCategory, BoardFilter, BoardItem, read_board
from lending.bookings.states import State
from lending.bookings.supply import move_stock, plan_maintenance
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted

PARIS = ZoneInfo("Europe/Paris")
# Monday 1 to Sunday 14 June 2026; the factories' loans go from Friday 5 to Monday 8.
DAYS = [day.interval for day in days_between(date(2026, 6, 1), date(2026, 6, 14), PARIS)]
DAY = timedelta(days=1)


def board(database: Database, actor: Principal, **wanted: object) -> tuple[BoardCategory, ...]:
    with database.read() as uow:
        return read_board(uow, actor, BoardFilter(**wanted), DAYS)  # type: ignore[arg-type]


def of_item(database: Database, actor: Principal, item_id: int) -> BoardItem:
    [category] = board(database, actor, item_ids=frozenset({item_id}))
    [item] = category.items
    return item


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(conn, cursor, statement, *rest: object) -> None:  # type: ignore[no-untyped-def]
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_loan_is_a_bar_over_its_local_days(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 40}, name="Bal")
    [[_, cell, _]] = of_item(database, cast.manager, cast.chairs).rows
    bar = cell.bar
    assert bar is not None
    assert (bar.booking_id, bar.organisation, bar.event) == (number, "Chorale des Planches", "Bal")
    assert (bar.quantity, bar.kind, bar.state) == (40, HoldKind.DECIDED, State.APPROVED)
    assert (bar.first, bar.columns, bar.before, bar.after) == (4, 4, 0, 0)


def test_a_request_that_is_not_decided_is_told_apart(database: Database, cast: Cast) -> None:
    submitted(database, cast, {cast.chairs: 40})
    [[_, cell, _]] = of_item(database, cast.manager, cast.chairs).rows
    assert cell.bar is not None
    assert cell.bar.kind is HoldKind.OPTION


def test_preparation_and_turnaround_are_the_ends_of_the_bar(database: Database, cast: Cast) -> None:
    approved(database, cast, {cast.tent: 1})  # a day of turnaround
    [[_, cell, _]] = of_item(database, cast.manager, cast.tent).rows
    assert cell.bar is not None
    assert (cell.bar.first, cell.bar.columns) == (4, 5)
    assert (cell.bar.before, cell.bar.after) == (0, 1)


def test_figures_are_those_of_the_items_calendar(database: Database, cast: Cast) -> None:
    approved(database, cast, {cast.tables: 5, cast.tent: 1, cast.chairs: 40})
    submitted(database, cast, {cast.tables: 7}, start=FRIDAY + DAY, end=MONDAY + 2 * DAY)
    for item_id in (cast.tables, cast.tent, cast.chairs, cast.barriers):
        with database.read() as uow:
            expected = free_by_day(uow, item_id, DAYS)
        figures = of_item(database, cast.manager, item_id).figures
        assert [figure.free for figure in figures] == expected


def test_a_short_day_says_how_many_are_missing(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    approved(database, cast, {cast.chairs: 80})
    database.write(
        lambda uow: move_stock(uow, cast.manager, cast.chairs, -30, clock.now(), "Incendie")
    )
    item = of_item(database, cast.manager, cast.chairs)
    assert item.is_short
    assert [figure.missing for figure in item.figures] == [0] * 4 + [10] * 4 + [0] * 6


def test_maintenance_is_a_bar_with_its_reason(database: Database, cast: Cast) -> None:
    database.write(
        lambda uow: plan_maintenance(
            uow, cast.manager, cast.barriers, 5, FRIDAY, MONDAY, "Peinture"
        )
    )
    [[_, cell, _]] = of_item(database, cast.manager, cast.barriers).rows
    assert cell.bar is not None
    assert (cell.bar.kind, cell.bar.reason, cell.bar.quantity) == (
        HoldKind.MAINTENANCE,
        "Peinture",
        5,
    )


def test_a_late_loan_goes_on_until_the_end_of_the_board(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY + 2 * DAY
    [[_, cell]] = of_item(database, cast.manager, cast.chairs).rows
    bar = cell.bar
    assert bar is not None
    assert bar.is_late
    # Late on Wednesday the 10th: until then it is out, afterwards nobody knows.
    assert (bar.first, bar.end, bar.after) == (4, 14, 4)


def test_what_is_back_and_what_is_still_away_are_two_bars(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = FRIDAY + DAY
    database.write(
        lambda uow: tell_check_in(uow, cast.manager, number, {cast.chairs: Counted(returned=30)})
    )
    rows = of_item(database, cast.manager, cast.chairs).rows
    bars = [cell.bar for row in rows for cell in row if cell.bar]
    assert sorted((bar.quantity, bar.columns) for bar in bars) == [(10, 4), (30, 2)]


def test_every_row_of_every_item_fills_the_columns(database: Database, cast: Cast) -> None:
    for offset in (0, 1, 4):
        submitted(
            database,
            cast,
            {cast.chairs: 10},
            start=FRIDAY + offset * DAY,
            end=MONDAY + offset * DAY,
        )
    rows = of_item(database, cast.manager, cast.chairs).rows
    assert [sum(cell.columns for cell in row) for row in rows] == [14, 14]


def test_each_lender_sees_its_own_items(database: Database, cast: Cast) -> None:
    def items(actor: Principal, **wanted: object) -> set[int]:
        found = board(database, actor, **wanted)
        return {item.item_id for category in found for item in category.items}

    of_town = {cast.chairs, cast.tables, cast.barriers, cast.tent}
    assert items(cast.manager) == of_town
    assert items(cast.other_manager) == {cast.shell_chairs, cast.stage}
    assert items(cast.administrator) == of_town | {cast.shell_chairs, cast.stage}
    chosen = frozenset({cast.agglomeration})
    assert items(cast.administrator, authority_ids=chosen) == {cast.shell_chairs, cast.stage}
    assert items(cast.manager, authority_ids=chosen) == set()
    with pytest.raises(Forbidden):
        items(cast.alice)


def test_items_come_by_category(database: Database, cast: Cast) -> None:
    found = board(database, cast.administrator)
    assert [category.name for category in found] == [
        "Chaises et bancs",
        "Tables",
        "Barrières",
        "Tentes",
        "Scènes",
    ]
    [seats] = board(database, cast.administrator, category_ids=frozenset({found[0].category_id}))
    assert [item.item_id for item in seats.items] == [cast.shell_chairs, cast.chairs]


def test_the_number_of_queries_does_not_grow_with_items_and_loans(
    database: Database, cast: Cast
) -> None:
    with counted(database) as few:
        board(database, cast.other_manager)
    for _ in range(6):
        submitted(database, cast, {cast.chairs: 5, cast.tables: 2, cast.barriers: 3})
    with counted(database) as many:
        board(database, cast.administrator)
    assert len(few) == len(many) <= 6
