"""Changing a request before it is decided."""

from datetime import timedelta

import pytest

from lending.availability.answers import Wanted
from lending.availability.models import HoldKind
from lending.bookings.changes import change_booking
from lending.bookings.details import BookingDetails
from lending.bookings.errors import StockConflict
from lending.bookings.states import State
from lending.catalogue.models import Item
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from tests.bookings.steps import booking_of, held_by, lines_of, moves_of, state_of
from tests.factories import FRIDAY, MONDAY, NOW, Cast, approved, draft, submitted, waiting

WEEK = timedelta(days=7)


def _change(database: Database, actor, number: int, **more) -> None:
    database.write(lambda uow: change_booking(uow, actor, number, **more))


def _details(cast: Cast, start, end) -> BookingDetails:
    return BookingDetails(cast.choir, cast.town, start, end)


def test_lines_and_holds_change_together(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30, cast.tables: 5})
    _change(
        database, cast.alice, number, lines=[Wanted(cast.chairs, 50), Wanted(cast.barriers, 10)]
    )
    assert held_by(database, number) == {
        cast.chairs: (50, HoldKind.OPTION),
        cast.barriers: (10, HoldKind.OPTION),
    }
    assert moves_of(database, number)[-1] == "change"


def test_what_it_holds_itself_does_not_stand_in_its_way(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 60})
    _change(database, cast.alice, number, lines=[Wanted(cast.chairs, 100)])
    assert held_by(database, number) == {cast.chairs: (100, HoldKind.OPTION)}


def test_a_change_that_does_not_fit_changes_nothing(database: Database, cast: Cast) -> None:
    submitted(database, cast, {cast.chairs: 60}, organisation=cast.club)
    number = submitted(database, cast, {cast.chairs: 30, cast.tables: 5})
    with pytest.raises(StockConflict) as caught:
        _change(database, cast.alice, number, lines=[Wanted(cast.chairs, 50)])
    assert caught.value.lines[0].free == 40
    assert lines_of(database, number) == {cast.chairs: (30, None), cast.tables: (5, None)}
    assert held_by(database, number)[cast.tables] == (5, HoldKind.OPTION)


def test_other_dates_are_held_instead(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 100})
    _change(database, cast.alice, number, details=_details(cast, FRIDAY + WEEK, MONDAY + WEEK))
    submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    assert state_of(database, number) is State.SUBMITTED


def test_what_is_let_go_is_given_to_who_waits(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 80})
    queued = waiting(database, cast, {cast.chairs: 40}, organisation=cast.club)
    _change(database, cast.alice, number, lines=[Wanted(cast.chairs, 60)])
    assert state_of(database, queued) is State.SUBMITTED
    assert held_by(database, queued) == {cast.chairs: (40, HoldKind.OPTION)}


def test_a_request_that_waits_is_served_when_it_asks_for_what_is_free(
    database: Database, cast: Cast
) -> None:
    submitted(database, cast, {cast.chairs: 80}, organisation=cast.club)
    number = waiting(database, cast, {cast.chairs: 40})
    _change(database, cast.alice, number, lines=[Wanted(cast.chairs, 20)])
    assert state_of(database, number) is State.SUBMITTED


def test_the_past_cannot_be_asked_for(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    past = _details(cast, NOW - WEEK, NOW - timedelta(days=1))
    with pytest.raises(InvalidInput) as caught:
        _change(database, cast.alice, number, details=past)
    assert [error.field for error in caught.value.errors] == ["start"]
    assert booking_of(database, number).starts_at == FRIDAY


def test_the_option_ends_with_the_beginning_of_the_new_dates(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    soon = NOW + timedelta(days=10)
    _change(database, cast.alice, number, details=_details(cast, soon, soon + timedelta(days=1)))
    assert booking_of(database, number).option_until == soon
    later = FRIDAY + 5 * WEEK
    _change(database, cast.alice, number, details=_details(cast, later, later + WEEK))
    assert booking_of(database, number).option_until == NOW + timedelta(days=60)


def test_the_rank_of_arrival_stays(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    submitted(database, cast, {cast.chairs: 1})
    _change(database, cast.alice, number, lines=[Wanted(cast.chairs, 2)])
    assert booking_of(database, number).arrival == 1


def test_a_line_of_what_is_no_longer_lent_may_stay(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10, cast.tables: 5})

    def retire(uow) -> None:
        uow.session.get_one(Item, cast.tables).is_active = False

    database.write(retire)
    lines = [Wanted(cast.chairs, 20), Wanted(cast.tables, 5)]
    _change(database, cast.alice, number, lines=lines)
    assert lines_of(database, number) == {cast.chairs: (20, None), cast.tables: (5, None)}
    with pytest.raises(InvalidInput):
        _change(database, cast.alice, number, lines=[Wanted(cast.tables, 6)])


def test_nothing_cannot_be_asked_for(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    with pytest.raises(InvalidInput):
        _change(database, cast.alice, number, lines=[])


def test_a_draft_and_what_is_decided_change_otherwise(database: Database, cast: Cast) -> None:
    for make in (draft, approved):
        number = make(database, cast, {cast.chairs: 1})
        with pytest.raises(NotAllowedNow):
            _change(database, cast.alice, number, lines=[Wanted(cast.chairs, 2)])


def test_who_may_change_a_request(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    for quantity, actor in enumerate((cast.alice, cast.front_desk, cast.manager), 2):
        _change(database, actor, number, lines=[Wanted(cast.chairs, quantity)])
    with pytest.raises(Forbidden):
        _change(database, cast.auditor, number, lines=[Wanted(cast.chairs, 9)])
    for actor in (cast.bob, cast.other_manager):
        with pytest.raises(NotFound):
            _change(database, actor, number, lines=[Wanted(cast.chairs, 9)])
