"""Sending a draft: from then on it holds what it asks for."""

from datetime import timedelta

import pytest

from lending.availability.models import HoldKind
from lending.bookings.errors import OrganisationNotVerified, StockConflict
from lending.bookings.states import State
from lending.bookings.submission import submit_booking
from lending.catalogue.models import Item
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import InvalidInput
from tests.bookings.steps import booking_of, held_by, moves_of, state_of
from tests.factories import FRIDAY, MONDAY, NOW, Cast, approved, draft, submitted


def _submit(database: Database, actor, number: int) -> None:
    database.write(lambda uow: submit_booking(uow, actor, number))


def test_a_request_that_is_sent_holds_its_lines_as_an_option(
    database: Database, cast: Cast
) -> None:
    number = draft(database, cast, {cast.chairs: 30, cast.tables: 5}, actor=cast.alice)
    assert held_by(database, number) == {}
    _submit(database, cast.alice, number)
    assert held_by(database, number) == {
        cast.chairs: (30, HoldKind.OPTION),
        cast.tables: (5, HoldKind.OPTION),
    }
    assert moves_of(database, number) == ["create", "submit"]


def test_it_is_numbered_in_the_order_of_arrival_of_its_authority(
    database: Database, cast: Cast
) -> None:
    first = submitted(database, cast, {cast.chairs: 1})
    elsewhere = submitted(database, cast, {cast.stage: 1}, authority=cast.agglomeration)
    second = submitted(database, cast, {cast.chairs: 1})
    assert [booking_of(database, number).arrival for number in (first, elsewhere, second)] == [
        1,
        1,
        2,
    ]
    assert booking_of(database, first).complete_at == NOW


def test_an_option_lasts_as_long_as_the_authority_says(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    assert booking_of(database, number).option_until == NOW + timedelta(days=60)


def test_an_option_never_outlasts_the_beginning_of_the_loan(database: Database, cast: Cast) -> None:
    soon = NOW + timedelta(days=20)
    number = submitted(database, cast, {cast.chairs: 1}, start=soon, end=soon + timedelta(days=1))
    assert booking_of(database, number).option_until == soon


def test_what_is_held_already_cannot_be_asked_for_again(database: Database, cast: Cast) -> None:
    submitted(database, cast, {cast.chairs: 80}, organisation=cast.club)
    number = draft(database, cast, {cast.chairs: 30, cast.tables: 2})
    with pytest.raises(StockConflict) as caught:
        _submit(database, cast.alice, number)
    (line,) = caught.value.lines
    assert (line.item_id, line.free, line.possible) == (cast.chairs, 20, 20)
    assert line.only_undecided_in_the_way
    assert caught.value.booking_id == number
    assert state_of(database, number) is State.DRAFT
    assert held_by(database, number) == {}


def test_a_conflict_tells_decided_loans_from_requests(database: Database, cast: Cast) -> None:
    approved(database, cast, {cast.chairs: 50}, organisation=cast.club)
    submitted(database, cast, {cast.chairs: 30}, organisation=cast.club)
    number = draft(database, cast, {cast.chairs: 60})
    with pytest.raises(StockConflict) as caught:
        _submit(database, cast.alice, number)
    (line,) = caught.value.lines
    assert (line.free, line.free_if_undecided_yield) == (20, 50)
    assert not line.only_undecided_in_the_way


def test_loans_that_adjoin_do_not_meet_but_preparation_and_turnaround_do(
    database: Database, cast: Cast
) -> None:
    submitted(database, cast, {cast.chairs: 100, cast.tables: 20}, organisation=cast.club)
    week = MONDAY + timedelta(days=4)
    chairs = draft(database, cast, {cast.chairs: 100}, start=MONDAY, end=week)
    _submit(database, cast.alice, chairs)
    # Tables: two hours of turnaround after the one loan, one of preparation before the other.
    tables = draft(database, cast, {cast.tables: 1}, start=MONDAY + timedelta(hours=2), end=week)
    with pytest.raises(StockConflict):
        _submit(database, cast.alice, tables)
    later = draft(database, cast, {cast.tables: 1}, start=MONDAY + timedelta(hours=3), end=week)
    _submit(database, cast.alice, later)


def test_an_association_that_is_not_verified_keeps_its_draft(
    database: Database, cast: Cast
) -> None:
    number = draft(database, cast, {cast.chairs: 1}, organisation=cast.newcomer)
    with pytest.raises(OrganisationNotVerified):
        _submit(database, cast.carol, number)
    assert state_of(database, number) is State.DRAFT


def test_nothing_cannot_be_asked_for(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {})
    with pytest.raises(InvalidInput) as caught:
        _submit(database, cast.alice, number)
    assert [error.field for error in caught.value.errors] == ["lines"]


def test_the_past_is_for_the_staff_to_enter(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = draft(database, cast, {cast.chairs: 1})
    clock.instant = FRIDAY
    with pytest.raises(InvalidInput) as caught:
        _submit(database, cast.alice, number)
    assert [error.field for error in caught.value.errors] == ["start"]
    _submit(database, cast.front_desk, number)
    assert state_of(database, number) is State.SUBMITTED


def test_what_is_no_longer_lent_cannot_be_sent(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 1, cast.tables: 1})

    def retire(uow) -> None:
        uow.session.get_one(Item, cast.tables).is_active = False

    database.write(retire)
    with pytest.raises(InvalidInput) as caught:
        _submit(database, cast.alice, number)
    assert [error.field for error in caught.value.errors] == ["lines"]
    assert "Table pliante" in str(caught.value)
