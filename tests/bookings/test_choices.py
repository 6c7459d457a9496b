"""What can be taken in place of what is not free."""

from datetime import datetime, timedelta

import pytest

from lending.availability.answers import Wanted
from lending.bookings.choices import (
    change_dates,
    take_dates,
    take_elsewhere,
    take_equivalent,
    take_part,
)
from lending.bookings.conflicts import conflict_of
from lending.bookings.detail import BookingDetail, get_booking
from lending.bookings.details import BookingDetails
from lending.bookings.drafts import set_line
from lending.bookings.submission import submit_booking
from lending.catalogue.models import Item
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from tests.factories import FRIDAY, MONDAY, Cast, draft, submitted


def _read(database: Database, cast: Cast, number: int) -> BookingDetail:
    with database.read() as uow:
        return get_booking(uow, cast.administrator, number)


def _lines(database: Database, cast: Cast, number: int) -> dict[int, int]:
    return {line.item_id: line.requested for line in _read(database, cast, number).line_views}


@pytest.fixture
def crowded(database: Database, cast: Cast) -> Cast:
    """The club has 80 of the 100 chairs and all tables of the week-end."""
    submitted(database, cast, {cast.chairs: 80, cast.tables: 20}, organisation=cast.club)
    return cast


def test_the_possible_part_keeps_what_is_free_and_drops_the_rest(
    database: Database, crowded: Cast
) -> None:
    cast = crowded
    number = draft(database, cast, {cast.chairs: 50, cast.tables: 5, cast.barriers: 10})
    database.write(lambda uow: take_part(uow, cast.alice, number))
    assert _lines(database, cast, number) == {cast.chairs: 20, cast.barriers: 10}
    database.write(lambda uow: submit_booking(uow, cast.alice, number))


def test_there_is_no_part_where_nothing_is_free(database: Database, crowded: Cast) -> None:
    number = draft(database, crowded, {crowded.tables: 5})
    with pytest.raises(InvalidInput):
        database.write(lambda uow: take_part(uow, crowded.alice, number))
    assert _lines(database, crowded, number) == {crowded.tables: 5}


def test_other_dates_move_the_event_along_on_the_same_hours(
    database: Database, crowded: Cast
) -> None:
    cast = crowded
    number = draft(database, cast, {cast.chairs: 50})
    with database.read() as uow:
        dates = conflict_of(uow, cast.alice, number).dates
    assert dates
    database.write(lambda uow: take_dates(uow, cast.alice, number, dates[0].start, dates[0].end))
    booking = _read(database, cast, number)
    assert booking.period == dates[0]
    assert booking.event_view.starts_at - booking.starts_at == timedelta(0)
    database.write(lambda uow: submit_booking(uow, cast.alice, number))


def test_an_event_keeps_its_hours_over_a_night_in_which_the_clocks_change(
    database: Database, cast: Cast
) -> None:
    friday = datetime.fromisoformat("2026-10-23T15:00+02:00")
    number = draft(database, cast, {cast.chairs: 5}, start=friday, end=friday + timedelta(days=1))
    later = datetime.fromisoformat("2026-10-30T15:00+01:00")
    database.write(
        lambda uow: take_dates(uow, cast.alice, number, later, later + timedelta(days=1))
    )
    assert _read(database, cast, number).event_view.starts_at == later


def test_an_event_that_another_request_shares_stays_where_it_is(
    database: Database, crowded: Cast
) -> None:
    cast = crowded
    number = draft(database, cast, {cast.chairs: 50, cast.barriers: 1})
    split = database.write(
        lambda uow: take_elsewhere(uow, cast.alice, number, cast.chairs, cast.shell_chairs)
    )
    week = timedelta(days=7)
    database.write(
        lambda uow: take_dates(uow, cast.alice, split.other_id, FRIDAY + week, MONDAY + week)
    )
    assert _read(database, cast, split.other_id).event_view.starts_at == FRIDAY


def test_the_missing_part_is_asked_of_another_authority_for_the_same_event(
    database: Database, crowded: Cast
) -> None:
    cast = crowded
    number = draft(database, cast, {cast.chairs: 50, cast.barriers: 10})
    split = database.write(
        lambda uow: take_elsewhere(uow, cast.alice, number, cast.chairs, cast.shell_chairs)
    )
    assert split.booking_id == number
    assert _lines(database, cast, number) == {cast.chairs: 20, cast.barriers: 10}
    assert _lines(database, cast, split.other_id) == {cast.shell_chairs: 30}
    other = _read(database, cast, split.other_id)
    assert other.authority_id == cast.agglomeration
    assert other.event_id == _read(database, cast, number).event_id


def test_a_draft_at_the_other_authority_is_extended(database: Database, crowded: Cast) -> None:
    cast = crowded
    number = draft(database, cast, {cast.chairs: 30})
    first = database.write(
        lambda uow: take_elsewhere(uow, cast.alice, number, cast.chairs, cast.shell_chairs)
    )

    def ask_for_more(uow):
        set_line(uow, cast.alice, number, cast.chairs, 35)
        return take_elsewhere(uow, cast.alice, number, cast.chairs, cast.shell_chairs)

    second = database.write(ask_for_more)
    assert second.other_id == first.other_id
    assert _lines(database, cast, first.other_id) == {cast.shell_chairs: 25}


def test_a_draft_of_which_nothing_is_left_makes_way(database: Database, cast: Cast) -> None:
    submitted(database, cast, {cast.chairs: 100}, organisation=cast.club)
    number = draft(database, cast, {cast.chairs: 30})
    split = database.write(
        lambda uow: take_elsewhere(uow, cast.alice, number, cast.chairs, cast.shell_chairs)
    )
    assert split.booking_id is None
    assert _lines(database, cast, split.other_id) == {cast.shell_chairs: 30}
    with pytest.raises(NotFound):
        _read(database, cast, number)


def _make_equal(database: Database, first: int, second: int, **more: int) -> None:
    def use_case(uow) -> None:
        for item_id in (first, second):
            uow.session.get_one(Item, item_id).equivalence_group = "alike"
        for name, value in more.items():
            setattr(uow.session.get_one(Item, second), name, value)

    database.write(use_case)


def test_an_equivalent_takes_over_the_missing_part(database: Database, crowded: Cast) -> None:
    cast = crowded
    _make_equal(database, cast.chairs, cast.barriers)
    number = draft(database, cast, {cast.chairs: 50})
    database.write(lambda uow: take_equivalent(uow, cast.alice, number, cast.chairs, cast.barriers))
    assert _lines(database, cast, number) == {cast.chairs: 20, cast.barriers: 30}


def test_an_equivalent_is_added_to_what_was_asked_of_it_and_kept_below_its_maximum(
    database: Database, crowded: Cast
) -> None:
    cast = crowded
    _make_equal(database, cast.chairs, cast.barriers, max_per_booking=25)
    number = draft(database, cast, {cast.chairs: 50, cast.barriers: 10})
    database.write(lambda uow: take_equivalent(uow, cast.alice, number, cast.chairs, cast.barriers))
    assert _lines(database, cast, number) == {cast.chairs: 20, cast.barriers: 25}


@pytest.mark.parametrize("take", [take_equivalent, take_elsewhere])
def test_only_what_is_equivalent_can_stand_in(database: Database, crowded: Cast, take) -> None:
    number = draft(database, crowded, {crowded.chairs: 50})
    with pytest.raises(InvalidInput):
        database.write(
            lambda uow: take(uow, crowded.alice, number, crowded.chairs, crowded.barriers)
        )


def test_nothing_changes_once_the_request_is_sent(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    choices = (
        lambda uow: take_part(uow, cast.alice, number),
        lambda uow: take_dates(uow, cast.alice, number, FRIDAY, MONDAY),
        lambda uow: take_elsewhere(uow, cast.alice, number, cast.chairs, cast.shell_chairs),
        lambda uow: take_equivalent(uow, cast.alice, number, cast.chairs, cast.barriers),
    )
    for choice in choices:
        with pytest.raises(NotAllowedNow):
            database.write(choice)


def test_others_cannot_choose_for_the_association(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 10})
    with pytest.raises(NotFound):
        database.write(lambda uow: take_part(uow, cast.bob, number))
    with pytest.raises(Forbidden):
        database.write(lambda uow: take_part(uow, cast.auditor, number))


def test_staff_cannot_ask_an_authority_that_is_not_theirs(
    database: Database, crowded: Cast
) -> None:
    cast = crowded
    number = draft(database, cast, {cast.chairs: 50})
    with pytest.raises(Forbidden):
        database.write(
            lambda uow: take_elsewhere(uow, cast.manager, number, cast.chairs, cast.shell_chairs)
        )


def test_a_conflict_tells_quantities_and_whether_anything_is_decided(
    database: Database, crowded: Cast
) -> None:
    cast = crowded
    number = draft(database, cast, {cast.chairs: 50, cast.barriers: 10})
    with database.read() as uow:
        answer = conflict_of(uow, cast.alice, number)
    (line,) = answer.lines
    assert (line.requested, line.possible, line.short) == (50, 20, 30)
    assert line.only_requested
    assert [(gap.period.start, gap.period.end) for gap in line.missing] == [(FRIDAY, MONDAY)]
    assert [(sub.item_id, sub.quantity) for sub in line.elsewhere] == [(cast.shell_chairs, 30)]
    assert {part.item_id: part.quantity for part in answer.part} == {
        cast.chairs: 20,
        cast.barriers: 10,
    }
    assert "club" not in repr(answer).lower()


def test_there_is_no_conflict_where_everything_is_free(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 50})
    with database.read() as uow:
        assert conflict_of(uow, cast.alice, number).lines == ()


def test_a_request_that_was_sent_moves_with_its_event(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    week = timedelta(days=7)
    details = BookingDetails(cast.choir, cast.town, FRIDAY + week, MONDAY + week)
    lines = [Wanted(cast.chairs, 10)]
    database.write(lambda uow: change_dates(uow, cast.alice, number, details, lines))
    booking = _read(database, cast, number)
    assert booking.starts_at == booking.event_view.starts_at == FRIDAY + week
