"""Cancelling before the equipment leaves."""

import pytest

from lending.bookings.decisions import cancel_booking
from lending.bookings.states import State
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from lending.handover.statements import tell_check_out
from tests.bookings.steps import held_by, moves_of, state_of
from tests.factories import Cast, approved, draft, submitted, waiting


@pytest.mark.parametrize("make", [draft, submitted, waiting, approved])
def test_what_has_not_left_can_be_cancelled_and_holds_nothing_more(
    database: Database, cast: Cast, make
) -> None:
    number = make(database, cast, {cast.chairs: 30})
    with pytest.raises(InvalidInput):
        database.write(lambda uow: cancel_booking(uow, cast.alice, number, ""))
    database.write(lambda uow: cancel_booking(uow, cast.alice, number, "Pluie"))
    assert state_of(database, number) is State.CANCELLED
    assert held_by(database, number) == {}
    assert moves_of(database, number)[-1] == "cancel"


def test_what_has_left_cannot(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: cancel_booking(uow, cast.alice, number, "Pluie"))


def test_who_may_cancel(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    for actor, refusal in (
        (cast.auditor, Forbidden),
        (cast.bob, NotFound),
        (cast.other_manager, NotFound),
    ):
        with pytest.raises(refusal):
            database.write(lambda uow, a=actor: cancel_booking(uow, a, number, "Pluie"))
    database.write(lambda uow: cancel_booking(uow, cast.front_desk, number, "Appel"))
