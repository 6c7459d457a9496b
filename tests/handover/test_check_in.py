"""What comes back, what does not, and what that does to everybody else."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from calendars.intervals import Interval
from lending.availability.answers import free_for_loan
from lending.bookings.models import Booking
from lending.bookings.shortages import find_shortages
from lending.bookings.states import State
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import InvalidInput
from lending.handover.service import close_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted
from tests.bookings.steps import state_of
from tests.factories import FRIDAY, MONDAY, Cast, approved, waiting

DAY = timedelta(days=1)
Lend = Callable[..., int]


@pytest.fixture
def lend(database: Database, cast: Cast, clock: FixedClock) -> Lend:
    """Return a function that grants a loan, hands it over on its first day and gives its number."""

    def go(lines: dict[int, int], **more: object) -> int:
        number = approved(database, cast, lines, **more)
        clock.instant = FRIDAY
        database.write(lambda uow: tell_check_out(uow, cast.manager, number))
        return number

    return go


def free(database: Database, item_id: int, start: datetime, end: datetime) -> int:
    with database.read() as uow:
        return free_for_loan(uow, Interval(start, end), item_ids=[item_id])[item_id].free


def stock(database: Database, item_id: int, start: datetime) -> int:
    with database.read() as uow:
        period = Interval(start, start + DAY)
        return free_for_loan(uow, period, item_ids=[item_id])[item_id].stock


def test_without_counts_everything_is_back_in_good_order(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.chairs: 40, cast.tables: 5})
    clock.instant = MONDAY
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    assert state_of(database, number) is State.RETURNED
    with database.read() as uow:
        lines = uow.session.get_one(Booking, number).lines
        counts = [(line.returned, line.damaged, line.lost) for line in lines]
    assert counts == [
        (40, 0, 0),
        (5, 0, 0),
    ]


def test_an_early_return_frees_the_pieces_after_their_turnaround(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.tables: 5})
    clock.instant = FRIDAY + DAY
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    # Tables take one hour of preparation and two of turnaround.
    back = FRIDAY + DAY
    assert free(database, cast.tables, back + timedelta(hours=2, minutes=59), MONDAY) == 15
    assert free(database, cast.tables, back + timedelta(hours=3), MONDAY) == 20


def test_a_partial_return_keeps_the_rest_on_hold(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.chairs: 40})
    clock.instant = MONDAY - DAY
    database.write(
        lambda uow: tell_check_in(uow, cast.manager, number, {cast.chairs: Counted(returned=25)})
    )
    assert state_of(database, number) is State.OUT
    assert free(database, cast.chairs, MONDAY - DAY / 2, MONDAY) == 85
    clock.instant = MONDAY
    database.write(
        lambda uow: tell_check_in(uow, cast.manager, number, {cast.chairs: Counted(returned=15)})
    )
    assert state_of(database, number) is State.RETURNED
    assert free(database, cast.chairs, MONDAY, MONDAY + DAY) == 100


def test_a_partial_return_is_written_in_the_history(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.chairs: 40})
    clock.instant = MONDAY
    database.write(
        lambda uow: tell_check_in(uow, cast.manager, number, {cast.chairs: Counted(returned=25)})
    )
    with database.read() as uow:
        last = uow.session.get_one(Booking, number).transitions[-1]
        assert (last.move, last.old, last.new) == (
            "check_in_part",
            State.OUT,
            State.OUT,
        )
        assert last.actor_name == cast.manager.name


def test_lost_pieces_leave_the_stock(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.chairs: 40})
    clock.instant = MONDAY
    database.write(
        lambda uow: tell_check_in(
            uow,
            cast.manager,
            number,
            {cast.chairs: Counted(returned=36, damaged=1, lost=3)},
        )
    )
    assert state_of(database, number) is State.RETURNED
    assert stock(database, cast.chairs, MONDAY) == 97
    # The damaged one is there, but waits to be repaired.
    assert free(database, cast.chairs, MONDAY, MONDAY + DAY) == 96


def test_a_lost_piece_that_was_promised_next_is_a_shortage(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.tent: 1})
    following = approved(
        database,
        cast,
        {cast.tent: 1},
        start=FRIDAY + 14 * DAY,
        end=MONDAY + 14 * DAY,
        organisation=cast.club,
    )
    clock.instant = MONDAY
    database.write(
        lambda uow: tell_check_in(uow, cast.manager, number, {cast.tent: Counted(lost=1)})
    )
    with database.read() as uow:
        [shortage] = find_shortages(uow, [cast.town])
    assert (shortage.item_id, shortage.missing) == (cast.tent, 1)
    assert [claimant.booking_id for claimant in shortage.claimants] == [following]


def test_a_late_loan_keeps_its_hold_until_it_is_back(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.chairs: 40})
    clock.instant = MONDAY + 2 * DAY
    assert free(database, cast.chairs, MONDAY + 30 * DAY, MONDAY + 31 * DAY) == 60
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    assert free(database, cast.chairs, MONDAY + 2 * DAY, MONDAY + 3 * DAY) == 100


def test_a_late_loan_that_is_promised_to_the_next_one_is_a_shortage_until_it_is_back(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    late = lend({cast.chairs: 80})
    following = approved(
        database,
        cast,
        {cast.chairs: 50},
        start=MONDAY + 4 * DAY,
        end=MONDAY + 6 * DAY,
        organisation=cast.club,
    )
    clock.instant = MONDAY + DAY
    with database.read() as uow:
        [shortage] = find_shortages(uow, [cast.town])
    assert shortage.missing == 30
    assert {(c.booking_id, c.is_late) for c in shortage.claimants} == {
        (late, True),
        (following, False),
    }
    database.write(lambda uow: tell_check_in(uow, cast.manager, late))
    with database.read() as uow:
        assert find_shortages(uow, [cast.town]) == []


def test_what_comes_back_serves_who_waits(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.chairs: 80})
    queued = waiting(
        database,
        cast,
        {cast.chairs: 60},
        start=FRIDAY + 2 * DAY,
        end=MONDAY + DAY,
        organisation=cast.club,
    )
    clock.instant = FRIDAY + DAY
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    with database.read() as uow:
        assert uow.session.get_one(Booking, queued).state is State.SUBMITTED


def test_more_than_went_out_cannot_come_back(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.chairs: 40})
    clock.instant = MONDAY
    with pytest.raises(InvalidInput) as refused:
        database.write(
            lambda uow: tell_check_in(
                uow, cast.manager, number, {cast.chairs: Counted(returned=39, lost=2)}
            )
        )
    assert [error.field for error in refused.value.errors] == ["lines.0.returned"]
    assert stock(database, cast.chairs, MONDAY) == 100


def test_counting_nothing_is_no_return(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.chairs: 40})
    clock.instant = MONDAY
    with pytest.raises(InvalidInput):
        database.write(
            lambda uow: tell_check_in(uow, cast.manager, number, {cast.chairs: Counted()})
        )


def test_a_loan_that_is_back_can_be_closed(
    database: Database, cast: Cast, clock: FixedClock, lend: Lend
) -> None:
    number = lend({cast.chairs: 40})
    clock.instant = MONDAY
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    closed = database.write(lambda uow: close_booking(uow, cast.manager, number))
    assert closed.state is State.CLOSED
