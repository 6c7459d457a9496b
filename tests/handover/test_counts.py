"""A law: requested >= granted >= delivered >= returned + damaged + lost, whatever is counted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.intervals import Interval
from lending.availability.answers import free_for_loan
from lending.bookings.decisions import cancel_booking
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.bookings.supply import move_stock
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow
from lending.handover.service import Counted, check_in, check_out
from tests.factories import FRIDAY, MONDAY, Cast, approved

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

weeks = count()
counts = st.builds(
    Counted,
    returned=st.integers(-1, 12),
    damaged=st.integers(-1, 4),
    lost=st.integers(-1, 3),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    requested=st.integers(1, 10),
    granted=st.integers(1, 10),
    delivered=st.integers(0, 11),
    returns=st.lists(counts, min_size=1, max_size=4),
)
def test_counts_never_cross_and_nothing_is_free_twice(
    database: Database,
    cast: Cast,
    clock: FixedClock,
    requested: int,
    granted: int,
    delivered: int,
    returns: list[Counted],
) -> None:
    granted = min(granted, requested)
    # All examples share one database: each has a week of its own.
    later = timedelta(weeks=next(weeks))
    clock.instant = FRIDAY + later - timedelta(days=30)
    before = _free(database, cast, MONDAY + later)
    number = approved(
        database,
        cast,
        {cast.tables: requested},
        granted={cast.tables: granted} if granted < requested else None,
        start=FRIDAY + later,
        end=MONDAY + later,
    )
    clock.instant = FRIDAY + later
    _try(
        database,
        lambda uow: check_out(uow, cast.manager, number, {cast.tables: delivered}),
    )
    clock.instant = MONDAY + later
    for counted in returns:
        _try(
            database,
            lambda uow, c=counted: check_in(uow, cast.manager, number, {cast.tables: c}),
        )
    with database.read() as uow:
        booking = uow.session.get_one(Booking, number)
        [line] = booking.lines
        back = line.returned + line.damaged + line.lost
        assert line.requested >= (line.granted or 0) >= line.delivered >= back
        assert min(line.delivered, line.returned, line.damaged, line.lost) >= 0
        assert (booking.state is State.RETURNED) == (0 < line.delivered == back)
        away = line.delivered - back
        lost = line.lost
    clock.instant = MONDAY + later + timedelta(days=1)
    assert _free(database, cast, MONDAY + later) == before - away - lost
    _settle(database, cast, number, lost)


def _free(database: Database, cast: Cast, monday: datetime) -> int:
    """Return how many tables are free two days later, every turnaround being over."""
    with database.read() as uow:
        period = Interval(monday + timedelta(days=2), monday + timedelta(days=3))
        return free_for_loan(uow, period, item_ids=[cast.tables])[cast.tables].free


def _try(database: Database, use_case: Callable[[UnitOfWork], object]) -> None:
    try:
        database.write(use_case)
    except (InvalidInput, NotAllowedNow):
        return


def _settle(database: Database, cast: Cast, number: int, lost: int) -> None:
    """Take the rest back and replace what was lost, so that the next example starts anew."""
    with database.read() as uow:
        state = uow.session.get_one(Booking, number).state
    if state is State.OUT:
        database.write(lambda uow: check_in(uow, cast.manager, number))
    elif state is not State.RETURNED:
        database.write(lambda uow: cancel_booking(uow, cast.manager, number, "Essai"))
    if lost:
        database.write(
            lambda uow: move_stock(uow, cast.manager, cast.tables, lost, uow.now, "Achat")
        )
