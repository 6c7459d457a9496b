"""What can be lent, read from either database: buffers, stock, repairs, nights, late loans."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from calendars.intervals import Interval
from calendars.zones import days_of_month
from lending.accounts.permissions import SYSTEM
from lending.availability.answers import (
    Wanted,
    find_conflicts,
    free_by_day,
    free_for_loan,
    free_steps,
)
from lending.availability.holds import add_holds, seconds, terms_of
from lending.availability.models import SHORT_SECONDS, Hold, HoldKind
from lending.bookings.supply import end_maintenance, move_stock, plan_maintenance
from lending.catalogue.models import Item
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted
from tests import factories
from tests.factories import FRIDAY, MONDAY, Cast

HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")


def free(database: Database, item: int, start: datetime, end: datetime) -> int:
    """Ask what can be lent of one item."""
    with database.read() as uow:
        return free_for_loan(uow, Interval(start, end), item_ids=[item])[item].free


def test_nothing_taken_everything_is_free(database: Database, cast: Cast):
    assert free(database, cast.chairs, FRIDAY, MONDAY) == 100


def test_an_option_and_a_granted_loan_both_take_stock(database: Database, cast: Cast):
    factories.submitted(database, cast, {cast.chairs: 30})
    factories.approved(database, cast, {cast.chairs: 25})
    assert free(database, cast.chairs, FRIDAY, MONDAY) == 45


def test_drafts_and_waiting_requests_take_nothing(database: Database, cast: Cast):
    factories.draft(database, cast, {cast.chairs: 30})
    factories.waiting(database, cast, {cast.chairs: 30})
    assert free(database, cast.chairs, FRIDAY, MONDAY) == 100


def test_the_peak_counts_not_the_sum(database: Database, cast: Cast):
    middle = FRIDAY + (MONDAY - FRIDAY) / 2
    factories.approved(database, cast, {cast.chairs: 60}, start=FRIDAY, end=middle)
    factories.approved(database, cast, {cast.chairs: 60}, start=middle, end=MONDAY)
    assert free(database, cast.chairs, FRIDAY, MONDAY) == 40


def test_loans_without_buffers_may_adjoin(database: Database, cast: Cast):
    factories.approved(database, cast, {cast.chairs: 100}, start=FRIDAY, end=MONDAY)
    assert free(database, cast.chairs, MONDAY, MONDAY + HOUR) == 100
    assert free(database, cast.chairs, FRIDAY - HOUR, FRIDAY) == 100
    assert free(database, cast.chairs, MONDAY - HOUR, MONDAY + HOUR) == 0


def test_two_loans_need_turnaround_and_preparation_between_them(database: Database, cast: Cast):
    # tables: an hour of preparation, two of turnaround
    factories.approved(database, cast, {cast.tables: 20}, start=FRIDAY, end=MONDAY)
    assert free(database, cast.tables, MONDAY + 3 * HOUR, MONDAY + 9 * HOUR) == 20
    almost = MONDAY + 3 * HOUR - timedelta(seconds=1)
    assert free(database, cast.tables, almost, MONDAY + 9 * HOUR) == 0
    assert free(database, cast.tables, FRIDAY - 9 * HOUR, FRIDAY - 3 * HOUR) == 20
    too_late = FRIDAY - 3 * HOUR + timedelta(seconds=1)
    assert free(database, cast.tables, FRIDAY - 9 * HOUR, too_late) == 0


def test_a_loan_made_before_the_turnaround_was_changed_keeps_its_bounds(
    database: Database, cast: Cast
):
    factories.approved(database, cast, {cast.chairs: 100}, start=FRIDAY, end=MONDAY)

    def lengthen(uow: UnitOfWork) -> None:
        uow.session.get_one(Item, cast.chairs).turnaround_minutes = 600

    database.write(lengthen)
    assert free(database, cast.chairs, MONDAY, MONDAY + HOUR) == 100


def test_stock_counts_from_the_instant_it_comes(database: Database, cast: Cast):
    middle = FRIDAY + 24 * HOUR
    database.write(lambda uow: move_stock(uow, SYSTEM, cast.chairs, 50, middle, "Achat"))
    assert free(database, cast.chairs, middle, MONDAY) == 150
    assert free(database, cast.chairs, FRIDAY, MONDAY) == 100


def test_stock_that_will_go_cannot_be_lent_beyond(database: Database, cast: Cast):
    middle = FRIDAY + 24 * HOUR
    database.write(lambda uow: move_stock(uow, SYSTEM, cast.chairs, -80, middle, "Réforme"))
    assert free(database, cast.chairs, FRIDAY, middle) == 100
    assert free(database, cast.chairs, FRIDAY, MONDAY) == 20


def test_maintenance_takes_stock_until_it_is_ended(
    database: Database, cast: Cast, clock: FixedClock
):
    start = clock.instant + timedelta(days=1)
    maintenance = database.write(
        lambda uow: plan_maintenance(
            uow, SYSTEM, cast.chairs, 15, start, MONDAY + 24 * HOUR, "Vis à resserrer"
        )
    )
    assert free(database, cast.chairs, FRIDAY, MONDAY) == 85
    clock.instant = FRIDAY - HOUR
    database.write(lambda uow: end_maintenance(uow, SYSTEM, maintenance.id))
    assert free(database, cast.chairs, FRIDAY, MONDAY) == 100


def test_a_late_loan_keeps_its_hold_until_it_is_back(
    database: Database, cast: Cast, clock: FixedClock
):
    booking = factories.approved(database, cast, {cast.chairs: 40}, start=FRIDAY, end=MONDAY)
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, SYSTEM, booking))
    next_month = FRIDAY + timedelta(days=30)
    assert free(database, cast.chairs, next_month, next_month + HOUR) == 100
    clock.instant = MONDAY + 5 * HOUR
    assert free(database, cast.chairs, clock.instant, clock.instant + HOUR) == 60
    assert free(database, cast.chairs, next_month, next_month + HOUR) == 60
    database.write(lambda uow: tell_check_in(uow, SYSTEM, booking))
    assert free(database, cast.chairs, clock.instant, clock.instant + HOUR) == 100


def test_what_is_back_early_is_free_after_its_turnaround(
    database: Database, cast: Cast, clock: FixedClock
):
    booking = factories.approved(database, cast, {cast.tables: 20}, start=FRIDAY, end=MONDAY)
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, SYSTEM, booking))
    clock.instant = FRIDAY + 24 * HOUR
    database.write(lambda uow: tell_check_in(uow, SYSTEM, booking, {cast.tables: Counted(12)}))
    later = clock.instant + 3 * HOUR
    assert free(database, cast.tables, later, later + HOUR) == 12
    assert free(database, cast.tables, clock.instant + HOUR, later) == 0
    # the eight still out come free after the end that was promised
    after = MONDAY + 3 * HOUR
    assert free(database, cast.tables, after, after + HOUR) == 20


def test_lost_pieces_leave_the_stock(database: Database, cast: Cast, clock: FixedClock):
    booking = factories.approved(database, cast, {cast.chairs: 40}, start=FRIDAY, end=MONDAY)
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, SYSTEM, booking))
    clock.instant = MONDAY
    database.write(
        lambda uow: tell_check_in(uow, SYSTEM, booking, {cast.chairs: Counted(37, lost=3)})
    )
    assert free(database, cast.chairs, MONDAY + HOUR, MONDAY + 2 * HOUR) == 97


def test_long_and_short_holds_are_both_seen(database: Database, cast: Cast):
    longer = timedelta(seconds=SHORT_SECONDS + 60)
    factories.approved(database, cast, {cast.chairs: 10}, start=FRIDAY, end=FRIDAY + longer)
    factories.approved(database, cast, {cast.chairs: 5}, start=FRIDAY, end=MONDAY)
    assert free(database, cast.chairs, FRIDAY, MONDAY) == 85
    last = FRIDAY + longer - timedelta(seconds=1)
    assert free(database, cast.chairs, last, last + HOUR) == 90
    assert free(database, cast.chairs, FRIDAY + longer, FRIDAY + longer + HOUR) == 100


@pytest.mark.parametrize(
    ("date", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)], ids=["spring", "autumn"]
)
def test_a_night_in_which_the_clocks_change_is_as_long_as_it_really_is(
    database: Database, cast: Cast, date: str, hours: int
):
    day = datetime.fromisoformat(date)
    midnight = day.replace(tzinfo=PARIS).astimezone(UTC)
    next_midnight = (day + timedelta(days=1)).replace(tzinfo=PARIS).astimezone(UTC)
    assert next_midnight - midnight == hours * HOUR
    factories.approved(
        database, cast, {cast.chairs: 70}, start=midnight + 23 * HOUR, end=midnight + 26 * HOUR
    )
    with database.read() as uow:
        steps = free_steps(uow, cast.chairs, Interval(midnight, next_midnight))
    expected = [100] if hours == 23 else [100, 30]
    assert [step.free for step in steps] == expected


def test_each_day_of_a_month_says_what_could_be_lent_for_all_of_it(database: Database, cast: Cast):
    factories.approved(database, cast, {cast.tables: 8}, start=FRIDAY, end=MONDAY)
    days = days_of_month(FRIDAY.year, FRIDAY.month, PARIS)
    with database.read() as uow:
        by_day = free_by_day(uow, cast.tables, [day.interval for day in days])
    for day, figure in zip(days, by_day, strict=True):
        assert figure == free(database, cast.tables, day.interval.start, day.interval.end)
    assert set(by_day) == {12, 20}


def test_a_conflict_says_when_how_much_and_what_stands_in_the_way(database: Database, cast: Cast):
    middle = FRIDAY + 24 * HOUR
    factories.approved(database, cast, {cast.chairs: 50}, start=FRIDAY, end=middle)
    factories.submitted(database, cast, {cast.chairs: 30}, start=FRIDAY, end=MONDAY)
    with database.read() as uow:
        (conflict,) = find_conflicts(
            uow,
            Interval(FRIDAY, MONDAY),
            [Wanted(cast.chairs, 45), Wanted(cast.tables, 3)],
            terms_of(uow.session, [cast.chairs, cast.tables]),
        )
    assert (conflict.requested, conflict.free, conflict.stock) == (45, 20, 100)
    assert conflict.possible == 20
    (missing,) = conflict.missing
    assert missing.period == Interval(FRIDAY, middle)
    assert missing.quantity == 25
    assert conflict.free_if_undecided_yield == 50
    assert conflict.only_undecided_in_the_way


def test_a_quantity_that_fits_is_no_conflict(database: Database, cast: Cast):
    factories.approved(database, cast, {cast.chairs: 50})
    with database.read() as uow:
        terms = terms_of(uow.session, [cast.chairs])
        period = Interval(FRIDAY, MONDAY)
        assert find_conflicts(uow, period, [Wanted(cast.chairs, 50)], terms) == []


loans = st.lists(
    st.tuples(st.integers(-40, 40), st.integers(1, 600), st.integers(1, 9)), max_size=12
)


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(loans, st.integers(-20, 20), st.integers(1, 80))
def test_the_databases_agree_with_a_count_hour_by_hour(
    database: Database, cast: Cast, loans, offset: int, length: int
):
    """Holds of all lengths, on both sides of the two tiers, at hours around a window."""
    base = seconds(FRIDAY)
    rows = [
        (base + 3600 * begin, base + 3600 * (begin + hours), quantity)
        for begin, hours, quantity in loans
    ]

    def rewrite(uow: UnitOfWork) -> None:
        uow.session.execute(delete(Hold))
        add_holds(
            uow.session,
            [
                {
                    "item_id": cast.chairs,
                    "starts": begin,
                    "ends": end,
                    "quantity": quantity,
                    "kind": HoldKind.DECIDED,
                    "is_out": False,
                }
                for begin, end, quantity in rows
            ],
        )

    database.write(rewrite)
    starts = FRIDAY + offset * HOUR
    expected = min(
        100 - sum(q for begin, end, q in rows if begin <= at < end)
        for at in range(seconds(starts), seconds(starts) + 3600 * length, 3600)
    )
    assert free(database, cast.chairs, starts, starts + length * HOUR) == expected
