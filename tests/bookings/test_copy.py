"""Taking up an earlier request again."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lending.bookings.decisions import cancel_booking
from lending.bookings.drafts import copy_booking
from lending.bookings.models import Booking, Logistics
from lending.bookings.states import State
from lending.catalogue.models import Item
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound
from tests.bookings.steps import booking_of, held_by, lines_of
from tests.factories import FRIDAY, MONDAY, Cast, approved

YEAR = timedelta(weeks=52)


def _copy(database: Database, actor, number: int) -> int:
    return database.write(
        lambda uow: copy_booking(uow, actor, number, FRIDAY + YEAR, MONDAY + YEAR)
    ).id


def test_a_copy_is_a_draft_of_its_own_with_the_event_moved_along(
    database: Database, cast: Cast
) -> None:
    old = approved(
        database, cast, {cast.chairs: 30}, granted={cast.chairs: 20}, logistics=Logistics.DELIVERY
    )
    new = _copy(database, cast.alice, old)
    copied = booking_of(database, new)
    assert copied.state is State.DRAFT
    assert copied.logistics is Logistics.DELIVERY
    assert copied.event_id != booking_of(database, old).event_id
    assert lines_of(database, new) == {cast.chairs: (30, None)}
    assert held_by(database, new) == {}
    assert booking_of(database, old).state is State.PARTLY_APPROVED


def test_the_event_keeps_its_hours_whatever_the_season_and_the_hour_of_collection(
    database: Database, cast: Cast
) -> None:
    old = approved(database, cast, {cast.chairs: 1})
    paris = ZoneInfo("Europe/Paris")
    winter = datetime(2027, 1, 8, 9, tzinfo=paris)  # a Friday, collected in the morning

    def hours(number: int) -> tuple[str, str]:
        with database.read() as uow:
            event = uow.session.get_one(Booking, number).event
            begins, ends = (at.astimezone(paris) for at in (event.starts_at, event.ends_at))
        return f"{begins:%A %H:%M}", f"{ends:%A %H:%M}"

    new = database.write(
        lambda uow: copy_booking(uow, cast.alice, old, winter, winter + timedelta(days=3))
    ).id
    assert hours(new) == hours(old)


def test_what_is_no_longer_lent_or_lent_in_smaller_numbers_is_left_out(
    database: Database, cast: Cast
) -> None:
    old = approved(database, cast, {cast.chairs: 30, cast.tables: 5})

    def change(uow) -> None:
        uow.session.get_one(Item, cast.chairs).max_per_booking = 25
        uow.session.get_one(Item, cast.tables).is_active = False

    database.write(change)
    assert lines_of(database, _copy(database, cast.alice, old)) == {cast.chairs: (25, None)}


def test_a_cancelled_request_can_be_taken_up_again(database: Database, cast: Cast) -> None:
    old = approved(database, cast, {cast.chairs: 30})
    database.write(lambda uow: cancel_booking(uow, cast.alice, old, "Pluie"))
    assert lines_of(database, _copy(database, cast.alice, old)) == {cast.chairs: (30, None)}


def test_the_new_dates_must_make_sense(database: Database, cast: Cast) -> None:
    old = approved(database, cast, {cast.chairs: 30})
    with pytest.raises(InvalidInput):
        database.write(lambda uow: copy_booking(uow, cast.alice, old, MONDAY, FRIDAY))


def test_who_may_copy(database: Database, cast: Cast) -> None:
    old = approved(database, cast, {cast.chairs: 30})
    with pytest.raises(NotFound):
        _copy(database, cast.bob, old)
    with pytest.raises(Forbidden):
        _copy(database, cast.auditor, old)
    assert _copy(database, cast.front_desk, old)
