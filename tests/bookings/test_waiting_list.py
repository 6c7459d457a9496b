"""The waiting list: it holds nothing, and is served in order when equipment comes free."""

from datetime import timedelta

import pytest

from lending.availability.answers import Wanted
from lending.availability.models import HoldKind
from lending.bookings.changes import change_booking, reduce_booking
from lending.bookings.decisions import (
    approve_booking,
    cancel_booking,
    put_on_waiting_list,
    refuse_booking,
)
from lending.bookings.details import BookingDetails
from lending.bookings.errors import OrganisationNotVerified
from lending.bookings.expiry import expire_options
from lending.bookings.shortages import overbooked
from lending.bookings.states import RefusalReason, State
from lending.bookings.submission import join_waiting_list
from lending.bookings.supply import end_maintenance, move_stock, plan_maintenance
from lending.bookings.waiting import serve_everyone
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import InvalidInput
from tests.bookings.steps import booking_of, held_by, moves_of, state_of
from tests.factories import FRIDAY, MONDAY, NOW, Cast, approved, draft, submitted, waiting


def _nothing_is_lent_twice(database: Database) -> bool:
    with database.read() as uow:
        return overbooked(uow, 0) == {}


def test_who_waits_holds_nothing_and_has_a_rank(database: Database, cast: Cast) -> None:
    submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 10, cast.tables: 2})
    booking = booking_of(database, number)
    assert held_by(database, number) == {}
    assert (booking.waiting_since, booking.arrival, booking.option_until) == (NOW, 2, None)


def test_only_verified_organisations_wait(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 10}, organisation=cast.newcomer)
    with pytest.raises(OrganisationNotVerified):
        database.write(lambda uow: join_waiting_list(uow, cast.carol, number))


def test_what_a_cancelled_request_held_goes_to_who_waited_longest(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    holder = approved(database, cast, {cast.chairs: 100}, organisation=cast.club)
    first = waiting(database, cast, {cast.chairs: 60})
    clock.instant += timedelta(hours=1)
    second = waiting(database, cast, {cast.chairs: 60})
    third = waiting(database, cast, {cast.chairs: 40})
    database.write(lambda uow: cancel_booking(uow, cast.bob, holder, "Pluie"))
    assert held_by(database, first) == {cast.chairs: (60, HoldKind.OPTION)}
    assert moves_of(database, first) == ["create", "wait", "serve"]
    assert state_of(database, second) is State.WAITLISTED
    assert state_of(database, third) is State.SUBMITTED, "what is left fits the next in line"
    assert _nothing_is_lent_twice(database)


def test_an_option_begins_when_the_list_is_served(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    holder = submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    clock.instant += timedelta(days=3)
    database.write(lambda uow: cancel_booking(uow, cast.bob, holder, "Pluie"))
    booking = booking_of(database, number)
    assert booking.option_until == NOW + timedelta(days=63)
    assert booking.waiting_since is None


def test_a_change_after_a_long_wait_does_not_let_the_new_option_lapse(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    holder = approved(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    clock.instant += timedelta(days=61)
    database.write(lambda uow: cancel_booking(uow, cast.bob, holder, "Pluie"))
    served = booking_of(database, number).option_until
    details = BookingDetails(cast.choir, cast.town, FRIDAY, MONDAY, note="Merci !")
    database.write(lambda uow: change_booking(uow, cast.alice, number, details=details))
    assert booking_of(database, number).option_until == served
    assert expire_options(database) == 0


def test_a_request_is_served_only_whole(database: Database, cast: Cast) -> None:
    chairs = submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    tables = submitted(database, cast, {cast.tables: 20}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 10, cast.tables: 2})
    database.write(lambda uow: cancel_booking(uow, cast.bob, chairs, "Pluie"))
    assert state_of(database, number) is State.WAITLISTED
    database.write(lambda uow: cancel_booking(uow, cast.bob, tables, "Pluie"))
    assert state_of(database, number) is State.SUBMITTED


def test_a_refusal_serves_the_list(database: Database, cast: Cast) -> None:
    holder = submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    database.write(
        lambda uow: refuse_booking(uow, cast.manager, holder, RefusalReason.LATE, "Trop tard.")
    )
    assert state_of(database, number) is State.SUBMITTED


def test_what_is_not_granted_serves_the_list(database: Database, cast: Cast) -> None:
    holder = submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    database.write(
        lambda uow: approve_booking(uow, cast.manager, holder, {cast.chairs: 40}, "Partage.")
    )
    assert state_of(database, number) is State.SUBMITTED


def test_what_is_given_back_serves_the_list(database: Database, cast: Cast) -> None:
    holder = approved(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    database.write(lambda uow: reduce_booking(uow, cast.bob, holder, [Wanted(cast.chairs, 40)]))
    assert state_of(database, number) is State.SUBMITTED


def test_new_stock_serves_the_list(database: Database, cast: Cast) -> None:
    submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    database.write(lambda uow: move_stock(uow, cast.manager, cast.chairs, 59, NOW, "Achat"))
    assert state_of(database, number) is State.WAITLISTED
    database.write(lambda uow: move_stock(uow, cast.manager, cast.chairs, 1, NOW, "Achat"))
    assert state_of(database, number) is State.SUBMITTED


def test_the_end_of_a_maintenance_serves_the_list(database: Database, cast: Cast) -> None:
    repair = database.write(
        lambda uow: plan_maintenance(uow, cast.manager, cast.chairs, 50, NOW, MONDAY, "Vis")
    ).id
    number = waiting(database, cast, {cast.chairs: 60})
    database.write(lambda uow: end_maintenance(uow, cast.manager, repair))
    assert state_of(database, number) is State.SUBMITTED


def test_an_option_that_lapses_serves_the_list(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    holder = submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    clock.instant = NOW + timedelta(days=60)
    assert expire_options(database) == 1
    assert state_of(database, holder) is State.EXPIRED
    assert state_of(database, number) is State.SUBMITTED


def test_an_association_that_steps_back_lets_the_others_pass(
    database: Database, cast: Cast
) -> None:
    holder = submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    database.write(lambda uow: join_waiting_list(uow, cast.bob, holder))
    assert state_of(database, number) is State.SUBMITTED
    assert state_of(database, holder) is State.WAITLISTED
    assert held_by(database, holder) == {}


def test_the_staff_can_put_a_request_behind_those_who_wait(database: Database, cast: Cast) -> None:
    holder = submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    with pytest.raises(InvalidInput):
        database.write(lambda uow: put_on_waiting_list(uow, cast.manager, holder, " "))
    database.write(lambda uow: put_on_waiting_list(uow, cast.manager, holder, "Fête du village"))
    assert state_of(database, number) is State.SUBMITTED
    assert state_of(database, holder) is State.WAITLISTED


def test_the_worker_serves_what_nobody_else_did(database: Database, cast: Cast) -> None:
    number = waiting(database, cast, {cast.chairs: 60})
    assert state_of(database, number) is State.WAITLISTED
    assert database.write(serve_everyone) == 1
    assert state_of(database, number) is State.SUBMITTED
    assert database.write(serve_everyone) == 0


def test_nobody_is_served_once_the_dates_have_come(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = waiting(database, cast, {cast.chairs: 60})
    clock.instant = FRIDAY
    assert database.write(serve_everyone) == 0
    assert expire_options(database) == 1
    assert state_of(database, number) is State.EXPIRED


def test_a_request_that_waits_can_be_granted_only_if_it_fits(
    database: Database, cast: Cast
) -> None:
    from lending.bookings.errors import StockConflict

    submitted(database, cast, {cast.chairs: 80}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 60})
    with pytest.raises(StockConflict):
        database.write(lambda uow: approve_booking(uow, cast.manager, number))
    database.write(
        lambda uow: approve_booking(uow, cast.manager, number, {cast.chairs: 20}, "Le reste")
    )
    assert held_by(database, number) == {cast.chairs: (20, HoldKind.DECIDED)}
    assert booking_of(database, number).waiting_since is None
