"""Granting a request, whole or in part."""

import pytest

from lending.availability.models import HoldKind
from lending.bookings.decisions import approve_booking, review_booking
from lending.bookings.errors import StockConflict
from lending.bookings.states import State
from lending.bookings.supply import move_stock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound
from tests.bookings.steps import booking_of, held_by, lines_of, moves_of, state_of
from tests.factories import NOW, Cast, submitted


def _approve(database: Database, actor, number: int, granted=None, reason: str = "") -> None:
    database.write(lambda uow: approve_booking(uow, actor, number, granted, reason))


def test_what_is_granted_is_held_for_good(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    _approve(database, cast.manager, number)
    booking = booking_of(database, number)
    assert booking.state is State.APPROVED
    assert (booking.decided_at, booking.option_until) == (NOW, None)
    assert held_by(database, number) == {cast.chairs: (30, HoldKind.DECIDED)}
    assert lines_of(database, number) == {cast.chairs: (30, 30)}


def test_a_request_in_review_can_be_granted(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    database.write(lambda uow: review_booking(uow, cast.front_desk, number))
    assert held_by(database, number) == {cast.chairs: (30, HoldKind.OPTION)}
    _approve(database, cast.manager, number)
    assert moves_of(database, number) == ["create", "submit", "review", "approve"]


def test_a_part_needs_a_reason_and_gives_the_rest_back(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30, cast.tables: 5})
    with pytest.raises(InvalidInput) as caught:
        _approve(database, cast.manager, number, {cast.chairs: 10})
    assert [error.field for error in caught.value.errors] == ["reason"]
    _approve(database, cast.manager, number, {cast.chairs: 10, cast.tables: 0}, "Le camion.")
    assert state_of(database, number) is State.PARTLY_APPROVED
    assert lines_of(database, number) == {cast.chairs: (30, 10), cast.tables: (5, 0)}
    assert held_by(database, number) == {cast.chairs: (10, HoldKind.DECIDED)}


def test_never_more_than_asked_nor_nothing_nor_something_else(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    for granted, field in (
        ({cast.chairs: 31}, "lines.0.granted"),
        ({cast.chairs: -1}, "lines.0.granted"),
        ({cast.chairs: 0}, "lines"),
        ({cast.tables: 1}, "lines"),
    ):
        with pytest.raises(InvalidInput) as caught:
            _approve(database, cast.manager, number, granted, "Parce que.")
        assert [error.field for error in caught.value.errors] == [field]
    assert state_of(database, number) is State.SUBMITTED


def test_what_stock_no_longer_allows_cannot_be_granted(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    database.write(lambda uow: move_stock(uow, cast.manager, cast.chairs, -80, NOW, "Feu"))
    with pytest.raises(StockConflict) as caught:
        _approve(database, cast.manager, number)
    assert caught.value.lines[0].possible == 20
    assert held_by(database, number) == {cast.chairs: (30, HoldKind.OPTION)}
    _approve(database, cast.manager, number, {cast.chairs: 20}, "Le reste a brûlé.")
    assert held_by(database, number) == {cast.chairs: (20, HoldKind.DECIDED)}


def test_only_a_manager_of_the_authority_decides(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    for actor in (cast.alice, cast.front_desk, cast.auditor):
        with pytest.raises(Forbidden):
            _approve(database, actor, number)
    for actor in (cast.bob, cast.other_manager):
        with pytest.raises(NotFound):
            _approve(database, actor, number)
    _approve(database, cast.administrator, number)
