"""Who is worse off when somebody is granted what the rules say no to."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from lending.bookings.decisions import approve_booking, refuse_booking
from lending.bookings.models import Booking
from lending.bookings.states import RefusalReason
from lending.db.database import Database
from lending.equity.overriding.harm import pieces_lost, worse_off
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted, waiting

WEEK = timedelta(days=7)
amounts = st.integers(0, 500)


def lost(database: Database, number: int, granted: dict[int, int]) -> dict[int, int]:
    """Return how many pieces each other booking goes without."""
    with database.read() as uow:
        found = worse_off(uow, uow.session.get_one(Booking, number), granted)
    return {loss.booking_id: loss.pieces for loss in found}


@given(amounts, st.integers(-500, 500), amounts)
def test_nobody_loses_more_than_is_granted_nor_more_than_it_lacks(
    unmet: int, free: int, granted: int
) -> None:
    found = pieces_lost(unmet, free, free - granted)
    assert 0 <= found <= min(unmet, granted)
    assert found == 0 or free > 0


@given(amounts, amounts, amounts, amounts)
def test_who_is_granted_more_takes_no_less_from_others(
    unmet: int, free: int, granted: int, more: int
) -> None:
    assert pieces_lost(unmet, free, free - granted - more) >= pieces_lost(
        unmet, free, free - granted
    )


def test_those_who_wait_got_a_part_or_were_refused_for_want_of_stock_are_worse_off(
    database: Database, cast: Cast
) -> None:
    mine = submitted(database, cast, {cast.barriers: 30})
    waits = waiting(database, cast, {cast.barriers: 40})
    part = submitted(database, cast, {cast.barriers: 20})
    database.write(
        lambda uow: approve_booking(uow, cast.manager, part, {cast.barriers: 15}, "Pas plus.")
    )
    refused = submitted(database, cast, {cast.barriers: 10})
    code = RefusalReason.STOCK_EXHAUSTED
    database.write(lambda uow: refuse_booking(uow, cast.manager, refused, code, "Épuisé."))
    # 60, 15 of them lent: 45 are free without mine, 15 with it
    assert lost(database, mine, {cast.barriers: 30}) == {waits: 25}
    assert lost(database, mine, {cast.barriers: 45}) == {waits: 40, part: 5, refused: 10}


def test_others_who_have_what_they_asked_or_ask_at_other_times_or_for_other_things_are_not(
    database: Database, cast: Cast
) -> None:
    mine = submitted(database, cast, {cast.barriers: 40})
    approved(database, cast, {cast.barriers: 20})
    waiting(database, cast, {cast.barriers: 40}, start=FRIDAY + WEEK, end=MONDAY + WEEK)
    waiting(database, cast, {cast.chairs: 100})
    late = submitted(database, cast, {cast.chairs: 1})
    database.write(
        lambda uow: refuse_booking(uow, cast.manager, late, RefusalReason.LATE, "Trop tard.")
    )
    assert lost(database, mine, {cast.barriers: 40}) == {}


def test_a_turnaround_that_is_needed_counts_as_time_taken(database: Database, cast: Cast) -> None:
    mine = submitted(database, cast, {cast.tent: 1})
    day_after = waiting(
        database, cast, {cast.tent: 1}, start=MONDAY + timedelta(hours=20), end=MONDAY + WEEK
    )
    assert lost(database, mine, {cast.tent: 1}) == {day_after: 1}


def test_nothing_granted_takes_nothing_away(database: Database, cast: Cast) -> None:
    mine = submitted(database, cast, {cast.barriers: 30})
    waiting(database, cast, {cast.barriers: 40})
    assert lost(database, mine, {cast.barriers: 0}) == {}
