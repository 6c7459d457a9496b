"""Options that lapse when nobody decides in time."""

from datetime import timedelta

from lending.bookings.expiry import expire_one, expire_options
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.states import State
from lending.clock import FixedClock
from lending.db.database import Database
from tests.bookings.steps import booking_of, held_by, state_of
from tests.factories import FRIDAY, NOW, Cast, approved, draft, submitted


def test_an_option_lapses_at_its_instant_and_gives_everything_back(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    clock.instant = NOW + timedelta(days=60) - timedelta(seconds=1)
    assert expire_options(database) == 0
    clock.instant += timedelta(seconds=1)
    assert expire_options(database) == 1
    assert state_of(database, number) is State.EXPIRED
    assert held_by(database, number) == {}
    assert booking_of(database, number).option_until is None
    assert expire_options(database) == 0


def test_a_request_whose_pieces_never_came_lapses_too(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'assurance"))
    clock.instant = NOW + timedelta(days=61)
    assert expire_options(database) == 1
    assert state_of(database, number) is State.EXPIRED


def test_what_is_decided_or_not_sent_never_lapses(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    kept = [
        approved(database, cast, {cast.chairs: 30}),
        draft(database, cast, {cast.chairs: 30}),
    ]
    clock.instant = FRIDAY + timedelta(days=365)
    assert expire_options(database) == 0
    assert [state_of(database, number) for number in kept] == [State.APPROVED, State.DRAFT]


def test_what_was_decided_meanwhile_is_left_alone(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    clock.instant = FRIDAY
    assert not database.write(lambda uow: expire_one(uow, number))
    assert state_of(database, number) is State.APPROVED
