"""What a loan is worth follows the loan, and what it was worth before is kept."""

from datetime import timedelta

import pytest

from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Depot
from lending.availability.answers import Wanted
from lending.bookings.changes import reduce_booking
from lending.bookings.decisions import approve_booking, cancel_booking, refuse_booking
from lending.bookings.models import Booking, Event, Logistics
from lending.bookings.states import RefusalReason
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.equity.valuation.models import Stage
from lending.equity.valuation.service import read_breakdown, value_if_granted
from lending.policies.rules import Rules, Tariff
from tests.equity.valuation.loans import lend, publish, values_of
from tests.factories import FRIDAY, Cast, approved, submitted

# 3 days at 2 percent of 28 euros
CHAIR = 168


def test_a_request_is_worth_nothing_yet(database: Database, cast: Cast) -> None:
    assert values_of(database, submitted(database, cast, {cast.chairs: 30})) == []


def test_a_loan_is_valued_when_it_is_granted(database: Database, cast: Cast) -> None:
    (row,) = values_of(database, approved(database, cast, {cast.chairs: 30}))
    assert (row.stage, row.cents, row.year) == (Stage.GRANTED, 30 * CHAIR, 2026)
    assert (row.organisation_id, row.authority_id) == (cast.choir, cast.town)
    breakdown = read_breakdown(row)
    assert breakdown.recomputed() == breakdown
    assert (breakdown.lines[0].name, breakdown.lines[0].quantity) == ("Chaise pliante", 30)


def test_what_was_granted_counts_not_what_was_asked(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 30}, granted={cast.chairs: 12})
    assert values_of(database, number)[0].cents == 12 * CHAIR


def test_what_is_refused_is_worth_nothing(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    database.write(
        lambda uow: refuse_booking(uow, SYSTEM, number, RefusalReason.LATE, "Trop tard.")
    )
    assert values_of(database, number) == []


def test_what_is_given_back_lowers_the_value_and_the_first_one_is_kept(
    database: Database, cast: Cast
) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    database.write(lambda uow: reduce_booking(uow, cast.alice, number, [Wanted(cast.chairs, 10)]))
    first, second = values_of(database, number)
    assert (first.stage, first.cents) == (Stage.GRANTED, 30 * CHAIR)
    assert first.replaced_at is not None
    assert (second.stage, second.cents) == (Stage.REDUCED, 10 * CHAIR)
    assert second.replaced_at is None


def test_what_really_left_counts_when_the_loan_is_closed(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 30, cast.tables: 4})
    lend(database, clock, number, {cast.chairs: 25, cast.tables: 0})
    stages = [(row.stage, row.cents) for row in values_of(database, number)]
    assert stages == [(Stage.GRANTED, 30 * CHAIR), (Stage.CLOSED, 25 * CHAIR)]


def test_a_loan_that_is_cancelled_is_worth_nothing_and_what_it_was_is_kept(
    database: Database, cast: Cast
) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    database.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Reporté."))
    stages = [(row.stage, row.cents) for row in values_of(database, number)]
    assert stages == [(Stage.GRANTED, 30 * CHAIR), (Stage.CANCELLED, 0)]


def test_a_request_that_is_cancelled_leaves_no_value(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    database.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Reporté."))
    assert values_of(database, number) == []


def test_the_tariffs_of_the_day_on_which_the_file_was_complete_hold(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    publish(database, cast, Rules(tariffs=(Tariff(item_code="CHA-PLI", cents=50),)))
    clock.instant += timedelta(hours=1)
    number = submitted(database, cast, {cast.chairs: 30})
    clock.instant += timedelta(days=3)
    publish(database, cast, Rules(tariffs=(Tariff(item_code="CHA-PLI", cents=90),)))
    clock.instant += timedelta(hours=1)
    database.write(lambda uow: approve_booking(uow, SYSTEM, number))
    lend(database, clock, number)
    granted, closed = values_of(database, number)
    assert granted.cents == closed.cents == 30 * 50
    assert granted.policy_id is not None


def place(database: Database, number: int, cast: Cast) -> None:
    """Put the depot and the site of a booking on the map, 11.12 km from each other."""

    def change(uow: UnitOfWork) -> None:
        depot = uow.session.get_one(Depot, cast.depot)
        event = uow.session.get_one(Event, uow.session.get_one(Booking, number).event_id)
        depot.lat, depot.lon = 46.0, -3.0
        event.lat, event.lon = 46.1, -3.0

    database.write(change)


def test_a_delivery_counts_its_work_and_its_way(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30}, logistics=Logistics.DELIVERY)
    place(database, number, cast)
    database.write(lambda uow: approve_booking(uow, SYSTEM, number))
    (row,) = values_of(database, number)
    breakdown = read_breakdown(row)
    # 4.2 kg: 12 seconds, four times, 30 chairs; 58 km of road for bringing and fetching
    assert (breakdown.labour.minutes, breakdown.labour.cents) == (24, 1200)
    assert (breakdown.transport.km, breakdown.transport.cents) == (58, 3480)
    assert row.cents == 30 * CHAIR + 1200 + 3480


def test_what_is_fetched_at_the_depot_counts_no_way(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    place(database, number, cast)
    database.write(lambda uow: approve_booking(uow, SYSTEM, number))
    breakdown = read_breakdown(values_of(database, number)[0])
    assert (breakdown.labour.cents, breakdown.transport.km) == (0, 0)


def test_a_loan_belongs_to_the_year_in_which_it_begins_on_the_clock_of_the_lender(
    database: Database, cast: Cast
) -> None:
    eve = FRIDAY.replace(month=12, day=31, hour=23, minute=30)  # half past midnight in Paris
    number = approved(database, cast, {cast.chairs: 1}, start=eve, end=eve + timedelta(days=1))
    assert values_of(database, number)[0].year == 2027


def test_a_change_that_is_no_matter_of_quantities_values_nothing_anew(
    database: Database, cast: Cast
) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    from lending.bookings.facts import BookingChanged

    database.write(lambda uow: uow.events.publish(BookingChanged(number), uow))
    assert len(values_of(database, number)) == 1


def test_what_a_request_would_come_to_is_told_before_it_is_granted(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    with database.read() as uow:
        booking = uow.session.get_one(Booking, number)
        assert value_if_granted(uow, booking).cents == 30 * CHAIR
        assert value_if_granted(uow, booking, {cast.chairs: 10}).cents == 10 * CHAIR
    database.write(lambda uow: approve_booking(uow, SYSTEM, number))
    assert values_of(database, number)[0].cents == 30 * CHAIR


def test_if_granting_fails_nothing_is_valued(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})

    def grant(uow: UnitOfWork) -> None:
        approve_booking(uow, SYSTEM, number)
        raise RuntimeError("something else goes wrong")

    with pytest.raises(RuntimeError, match="goes wrong"):
        database.write(grant)
    assert values_of(database, number) == []
