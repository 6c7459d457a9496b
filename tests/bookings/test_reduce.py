"""Giving back a part of what was granted."""

from datetime import timedelta

import pytest

from lending.availability.answers import Wanted
from lending.availability.models import HoldKind
from lending.bookings.changes import reduce_booking
from lending.bookings.states import State
from lending.bookings.supply import move_stock
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from tests.bookings.steps import held_by, lines_of, moves_of, state_of
from tests.factories import FRIDAY, NOW, Cast, approved, submitted


def _reduce(database: Database, actor, number: int, *lines: Wanted, reason: str = "") -> None:
    database.write(lambda uow: reduce_booking(uow, actor, number, lines, reason))


def test_what_is_given_back_is_free_and_the_rest_stays(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 30, cast.tables: 5})
    _reduce(database, cast.alice, number, Wanted(cast.chairs, 10))
    assert lines_of(database, number) == {cast.chairs: (30, 10), cast.tables: (5, 5)}
    assert held_by(database, number) == {
        cast.chairs: (10, HoldKind.DECIDED),
        cast.tables: (5, HoldKind.DECIDED),
    }
    assert moves_of(database, number)[-1] == "reduce"


def test_it_never_grows_and_never_becomes_nothing(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    for quantity in (31, -1, 0):
        with pytest.raises(InvalidInput):
            _reduce(database, cast.alice, number, Wanted(cast.chairs, quantity))
    assert lines_of(database, number) == {cast.chairs: (30, 30)}


def test_what_is_not_in_the_booking_is_not_taken_silently(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    with pytest.raises(InvalidInput):
        _reduce(database, cast.alice, number, Wanted(cast.tables, 1))


def test_it_passes_also_where_stock_has_fallen_short(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 90})
    database.write(lambda uow: move_stock(uow, cast.manager, cast.chairs, -50, NOW, "Feu"))
    _reduce(database, cast.alice, number, Wanted(cast.chairs, 80))
    assert held_by(database, number) == {cast.chairs: (80, HoldKind.DECIDED)}


def test_the_association_has_until_the_notice_the_staff_longer(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    clock.instant = FRIDAY - timedelta(days=10)
    _reduce(database, cast.alice, number, Wanted(cast.chairs, 20))
    clock.instant += timedelta(seconds=1)
    with pytest.raises(NotAllowedNow):
        _reduce(database, cast.alice, number, Wanted(cast.chairs, 10))
    with pytest.raises(InvalidInput):
        _reduce(database, cast.front_desk, number, Wanted(cast.chairs, 10))
    _reduce(database, cast.front_desk, number, Wanted(cast.chairs, 10), reason="Par téléphone.")
    assert moves_of(database, number)[-1] == "take_back"
    assert state_of(database, number) is State.PARTLY_APPROVED


def test_only_what_is_granted_is_reduced(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    with pytest.raises(NotAllowedNow):
        _reduce(database, cast.alice, number, Wanted(cast.chairs, 10))


def test_who_may_reduce(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    with pytest.raises(Forbidden):
        _reduce(database, cast.auditor, number, Wanted(cast.chairs, 10))
    with pytest.raises(NotFound):
        _reduce(database, cast.bob, number, Wanted(cast.chairs, 10))
