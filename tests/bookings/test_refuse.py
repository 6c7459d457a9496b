"""Refusing a request: with a reason from the list, and in words."""

import pytest

from lending.bookings.decisions import refuse_booking
from lending.bookings.states import RefusalReason, State
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from tests.bookings.steps import booking_of, held_by
from tests.factories import NOW, Cast, approved, submitted


def _refuse(database: Database, actor, number: int, reason: str = "Trop tard.") -> None:
    database.write(lambda uow: refuse_booking(uow, actor, number, RefusalReason.LATE, reason))


def test_a_refusal_keeps_its_reason_and_gives_everything_back(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    _refuse(database, cast.manager, number)
    booking = booking_of(database, number)
    assert (booking.state, booking.refusal_reason) == (State.REFUSED, RefusalReason.LATE)
    assert (booking.decided_at, booking.option_until) == (NOW, None)
    assert held_by(database, number) == {}


def test_a_refusal_without_words_is_none(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    with pytest.raises(InvalidInput):
        _refuse(database, cast.manager, number, " ")
    booking = booking_of(database, number)
    assert (booking.state, booking.refusal_reason) == (State.SUBMITTED, None)


def test_what_is_granted_is_no_longer_refused(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    with pytest.raises(NotAllowedNow):
        _refuse(database, cast.manager, number)


def test_only_a_manager_of_the_authority_refuses(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    for actor in (cast.alice, cast.front_desk, cast.auditor):
        with pytest.raises(Forbidden):
            _refuse(database, actor, number)
    for actor in (cast.bob, cast.other_manager):
        with pytest.raises(NotFound):
            _refuse(database, actor, number)
