"""The table of moves: each row refuses what it does not name."""

import pytest

from lending.accounts.permissions import PERMISSIONS, SYSTEM, Principal, Role
from lending.bookings.models import Booking
from lending.bookings.moves import check_move
from lending.bookings.states import HOLDS, MOVES, Move, State
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow
from tests.factories import Cast, draft

EVERY = list(MOVES.values())
REASON = "Parce que."

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _people(cast: Cast) -> dict[Role, Principal]:
    return {
        Role.BORROWER: cast.alice,
        Role.FRONT_DESK: cast.front_desk,
        Role.MANAGER: cast.manager,
        Role.AUDITOR: cast.auditor,
        Role.ADMINISTRATOR: cast.administrator,
    }


def _booking(database: Database, cast: Cast) -> Booking:
    number = draft(database, cast, {cast.chairs: 1})
    with database.read() as uow:
        booking = uow.session.get_one(Booking, number)
        uow.session.expunge(booking)
    return booking


@pytest.mark.parametrize("move", EVERY, ids=lambda move: move.name)
def test_a_move_starts_from_its_own_states_only(database: Database, cast: Cast, move: Move) -> None:
    booking = _booking(database, cast)
    for state in State:
        booking.state = state
        if state in move.sources:
            assert check_move(SYSTEM, booking, move.name, REASON) is move
        else:
            with pytest.raises(NotAllowedNow):
                check_move(SYSTEM, booking, move.name, REASON)


@pytest.mark.parametrize("move", EVERY, ids=lambda move: move.name)
def test_a_move_is_for_the_roles_of_its_permission_only(
    database: Database, cast: Cast, move: Move
) -> None:
    booking = _booking(database, cast)
    booking.state = next(iter(move.sources))
    for role, person in _people(cast).items():
        if move.action is None or role in PERMISSIONS[move.action]:
            check_move(person, booking, move.name, REASON)
        else:
            with pytest.raises(Forbidden):
                check_move(person, booking, move.name, REASON)
    if move.action is not None:
        for stranger in (cast.bob, cast.other_manager):
            with pytest.raises(Forbidden):
                check_move(stranger, booking, move.name, REASON)


@pytest.mark.parametrize("move", EVERY, ids=lambda move: move.name)
def test_a_move_that_the_other_side_must_understand_needs_a_reason(
    database: Database, cast: Cast, move: Move
) -> None:
    booking = _booking(database, cast)
    booking.state = next(iter(move.sources))
    if move.needs_reason:
        with pytest.raises(InvalidInput):
            check_move(SYSTEM, booking, move.name, "  ")
    else:
        check_move(SYSTEM, booking, move.name, "")


def test_every_state_is_reached_and_only_final_ones_are_left_by_no_move(
    database: Database,
) -> None:
    reached = {move.target for move in EVERY} | {State.DRAFT}
    left = {state for move in EVERY for state in move.sources}
    assert reached == set(State)
    assert set(State) - left == {
        State.REFUSED,
        State.REDIRECTED,
        State.CLOSED,
        State.CANCELLED,
        State.EXPIRED,
    }
    assert State.WAITLISTED not in HOLDS
