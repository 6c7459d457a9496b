"""Who has an item, and whom a change of its stock would leave short."""

from datetime import timedelta

import pytest

from calendars.intervals import Interval
from lending.accounts.permissions import ANONYMOUS
from lending.bookings.holders import foresee_maintenance, foresee_movement, list_loans
from lending.bookings.shortages import overbooked
from lending.bookings.supply import plan_maintenance
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, NotFound, NotSignedIn
from lending.handover.statements import tell_check_out
from tests import factories
from tests.factories import FRIDAY, MONDAY, NOW, Cast

WEEKEND = Interval(FRIDAY, MONDAY)
DAY = timedelta(days=1)


def harmed(database: Database, cast: Cast, quantity: int, period: Interval = WEEKEND) -> list[int]:
    """Return the bookings that maintenance of some chairs would leave short."""
    with database.read() as uow:
        found = foresee_maintenance(uow, cast.manager, cast.chairs, quantity, period)
    return [harm.booking_id for harm in found]


def test_loans_now_and_later_are_told_soonest_first(database: Database, cast: Cast) -> None:
    later = factories.approved(
        database, cast, {cast.chairs: 10}, start=FRIDAY + 7 * DAY, end=MONDAY + 7 * DAY
    )
    first = factories.submitted(database, cast, {cast.chairs: 20})
    factories.draft(database, cast, {cast.chairs: 99})
    with database.read() as uow:
        loans = list_loans(uow, cast.auditor, cast.chairs)
    assert [(loan.booking_id, loan.quantity, loan.is_late) for loan in loans] == [
        (first, 20, False),
        (later, 10, False),
    ]
    assert loans[0].organisation == "Chorale des Planches"


def test_a_loan_that_is_not_back_in_time_stays_and_is_late(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = factories.approved(database, cast, {cast.chairs: 10})
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY + 3 * DAY
    with database.read() as uow:
        (loan,) = list_loans(uow, cast.manager, cast.chairs)
    assert (loan.booking_id, loan.is_late) == (number, True)


def test_maintenance_that_fits_harms_nobody(database: Database, cast: Cast) -> None:
    factories.approved(database, cast, {cast.chairs: 60})
    assert harmed(database, cast, 40) == []
    assert harmed(database, cast, 90, Interval(MONDAY, MONDAY + DAY)) == []


def test_maintenance_that_does_not_fit_tells_every_booking_of_that_moment(
    database: Database, cast: Cast
) -> None:
    one = factories.approved(database, cast, {cast.chairs: 40})
    two = factories.submitted(database, cast, {cast.chairs: 30})
    factories.approved(database, cast, {cast.chairs: 50}, start=MONDAY, end=MONDAY + DAY)
    with database.read() as uow:
        found = foresee_maintenance(uow, cast.manager, cast.chairs, 35, WEEKEND)
    assert [(harm.booking_id, harm.quantity, harm.missing) for harm in found] == [
        (one, 40, 5),
        (two, 30, 5),
    ]


def test_what_is_foreseen_is_what_happens(database: Database, cast: Cast) -> None:
    factories.approved(database, cast, {cast.chairs: 40})
    for quantity, short in ((60, False), (61, True)):
        assert bool(harmed(database, cast, quantity)) is short
    database.write(
        lambda uow: plan_maintenance(
            uow, cast.manager, cast.chairs, 61, FRIDAY, MONDAY, "Révision des dossiers"
        )
    )
    with database.read() as uow:
        assert list(overbooked(uow, int(NOW.timestamp()))) == [cast.chairs]


def test_looking_ahead_writes_nothing(database: Database, cast: Cast) -> None:
    factories.approved(database, cast, {cast.chairs: 40})
    harmed(database, cast, 100)
    with database.read() as uow:
        assert overbooked(uow, int(NOW.timestamp())) == {}


def test_pieces_that_go_for_good_harm_what_comes_after_they_went(
    database: Database, cast: Cast
) -> None:
    number = factories.approved(database, cast, {cast.chairs: 40})
    with database.read() as uow:

        def harms(delta: int, at) -> list[int]:
            found = foresee_movement(uow, cast.manager, cast.chairs, delta, at)
            return [harm.booking_id for harm in found]

        assert harms(-60, NOW) == []
        assert harms(-61, NOW) == [number]
        assert harms(-61, MONDAY) == []
        assert harms(+5, NOW) == []


def test_only_keepers_see_who_has_what_and_only_managers_plan(
    database: Database, cast: Cast
) -> None:
    with database.read() as uow:
        for stranger in (cast.alice, cast.other_manager):
            with pytest.raises(Forbidden):
                list_loans(uow, stranger, cast.chairs)
        with pytest.raises(NotSignedIn):
            list_loans(uow, ANONYMOUS, cast.chairs)
        with pytest.raises(Forbidden):
            foresee_maintenance(uow, cast.auditor, cast.chairs, 1, WEEKEND)
        with pytest.raises(NotFound):
            list_loans(uow, cast.manager, 999_999)
