"""The strip of a week tells how full its days are, and proves what no plan can hold."""

from sqlalchemy import select

from lending.bookings.models import Logistics
from lending.db.database import Database, UnitOfWork
from lending.logistics.crew_shifts import ON_WHEELS
from lending.logistics.means.absences import add_absence
from lending.logistics.means.fleet import add_outage
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.means.models import Shift
from lending.logistics.rounds.strip import Gauge, Level
from tests.factories import Cast, approved
from tests.logistics.crews import MONDAY, Yard
from tests.logistics.test_problem import yard
from tests.logistics.test_rounds import booked, planned
from tests.logistics.test_rounds_board import DAY, board, spread

__all__ = ["booked", "planned", "spread", "yard"]

HOURS = 9 * 60
"""Of a crew's day: ten hours with a lunch of one."""


def gauges(database: Database, cast: Cast, skill: str = "") -> list[Gauge]:
    rows = board(database, cast).strip.rows
    return list(next(row.gauges for row in rows if row.skill == skill))


def test_a_week_without_work_has_all_its_hours(database: Database, cast: Cast, yard: Yard) -> None:
    found = gauges(database, cast)
    assert [each.available for each in found] == [HOURS] * 5 + [0, 0]
    assert [each.level for each in found] == [Level.FREE] * 5 + [Level.OFF] * 2


def test_what_is_planned_counts_with_its_drives_and_what_waits_where_it_finds_room(
    database: Database, cast: Cast, spread: Yard
) -> None:
    shown = board(database, cast)
    lanes = {lane.day: lane.work_minutes + lane.driving_minutes for lane in shown.lanes}
    for gauge in gauges(database, cast):
        assert gauge.planned == lanes.get(gauge.day, 0)
        assert gauge.waiting == gauge.over == 0
    approved(database, cast, {cast.tables: 2})
    waiting = sum(gauge.waiting for gauge in gauges(database, cast))
    assert waiting == sum(each.task.minutes for each in board(database, cast).basket)


def test_crews_without_a_vehicle_count_for_nobody_who_needs_one(
    database: Database, cast: Cast, booked: Yard
) -> None:
    assert [each.available for each in gauges(database, cast, ON_WHEELS)][:5] == [HOURS] * 5
    stop = (MONDAY, MONDAY + DAY, "Freins")
    database.write(lambda uow: add_outage(uow, cast.manager, booked.lorry, *stop).id)
    wheels = gauges(database, cast, ON_WHEELS)
    assert [each.available for each in wheels][:5] == [0, 0] + [HOURS] * 3
    assert [each.available for each in gauges(database, cast)][:5] == [HOURS] * 5


def test_more_than_the_crews_can_do_is_proved_and_turns_the_day_red(
    database: Database, cast: Cast, yard: Yard
) -> None:
    for _ in range(3):
        approved(database, cast, {cast.chairs: 30}, logistics=Logistics.DELIVERY_SETUP)
    away = (MONDAY, MONDAY + 3 * DAY, AbsenceKind.LEAVE)
    for agent in (yard.ines, yard.marc):
        database.write(lambda uow, who=agent: add_absence(uow, cast.manager, who, *away))
    database.write(shorten)
    found = board(database, cast)
    levels = {gauge.day: gauge.level for gauge in found.strip.rows[0].gauges}
    assert levels[MONDAY + 4 * DAY] is Level.OVER
    assert found.strip.shortages
    for shortage in found.strip.shortages:
        assert shortage.work > shortage.available


def shorten(uow: UnitOfWork) -> None:
    """Leave the crew half an hour of each day."""
    for shift in uow.session.scalars(select(Shift)):
        shift.ends_at = shift.starts_at + (shift.ends_at - shift.starts_at) / 20
        shift.break_minutes = 0
