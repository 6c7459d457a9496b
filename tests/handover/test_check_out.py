"""What leaves the depot: quantities, and what is then free."""

from datetime import timedelta

import pytest

from calendars.intervals import Interval
from lending.availability.answers import free_for_loan
from lending.bookings.errors import StockConflict
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow
from lending.handover.service import prepare_booking
from lending.handover.statements import tell_check_out
from tests.bookings.steps import state_of
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted


def free(database: Database, item_id: int, period: Interval) -> int:
    with database.read() as uow:
        return free_for_loan(uow, period, item_ids=[item_id])[item_id].free


def delivered(database: Database, booking_id: int) -> list[int]:
    with database.read() as uow:
        return [line.delivered for line in uow.session.get_one(Booking, booking_id).lines]


def test_everything_granted_goes_out_unless_said_otherwise(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 40, cast.barriers: 10})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    assert state_of(database, number) is State.OUT
    assert delivered(database, number) == [40, 10]


def test_what_does_not_go_out_is_free_again(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 40, cast.barriers: 10})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.chairs: 30}))
    rest = Interval(FRIDAY + timedelta(days=1), MONDAY)
    assert free(database, cast.chairs, rest) == 70
    assert free(database, cast.barriers, rest) == 50


def test_an_item_that_is_not_handed_over_at_all_holds_nothing(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 40, cast.barriers: 10})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.barriers: 0}))
    assert free(database, cast.barriers, Interval(FRIDAY, MONDAY)) == 60


def test_more_than_granted_cannot_go_out(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 40}, granted={cast.chairs: 30})
    with pytest.raises(InvalidInput) as refused:
        database.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.chairs: 31}))
    assert [error.field for error in refused.value.errors] == ["lines.0.delivered"]
    assert delivered(database, number) == [0]


def test_handing_nothing_over_is_no_hand_over(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 40})
    with pytest.raises(InvalidInput):
        database.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.chairs: 0}))


def test_an_item_that_was_not_granted_cannot_go_out(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 40})
    with pytest.raises(InvalidInput):
        database.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.tables: 1}))


def test_what_leaves_early_is_away_from_that_moment(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = FRIDAY - timedelta(days=3)
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    before = Interval(FRIDAY - timedelta(days=2), FRIDAY - timedelta(days=1))
    assert free(database, cast.chairs, before) == 60


def test_what_is_promised_to_somebody_else_until_friday_cannot_leave_on_tuesday(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    tuesday = FRIDAY - timedelta(days=3)
    other = approved(
        database,
        cast,
        {cast.chairs: 70},
        start=tuesday + timedelta(hours=4),
        end=tuesday + timedelta(days=1),
        organisation=cast.club,
    )
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = tuesday
    with pytest.raises(StockConflict) as conflict:
        database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    assert conflict.value.lines[0].free == 30
    assert delivered(database, other) == [0]
    assert delivered(database, number) == [0]


def test_the_part_that_is_not_promised_elsewhere_may_leave_early(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    tuesday = FRIDAY - timedelta(days=3)
    approved(
        database,
        cast,
        {cast.chairs: 70},
        start=tuesday,
        end=tuesday + timedelta(days=1),
    )
    number = approved(database, cast, {cast.chairs: 40})
    clock.instant = tuesday - timedelta(hours=2)
    database.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.chairs: 30}))
    assert delivered(database, number) == [30]


def test_a_request_that_is_not_granted_cannot_go_out(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 40})
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: tell_check_out(uow, cast.manager, number))


def test_only_who_manages_the_equipment_hands_it_over(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 40})
    for actor in (cast.front_desk, cast.auditor, cast.alice):
        with pytest.raises(Forbidden):
            database.write(lambda uow, actor=actor: tell_check_out(uow, actor, number))


def test_a_prepared_booking_can_be_handed_over(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 40})
    booking = database.write(lambda uow: prepare_booking(uow, cast.manager, number))
    assert booking.state is State.PREPARED
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    assert state_of(database, number) is State.OUT
