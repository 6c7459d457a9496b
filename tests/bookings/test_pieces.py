"""Missing pieces: asked for, answered; the rank comes with the complete file."""

from datetime import timedelta

import pytest

from lending.availability.models import HoldKind
from lending.bookings.decisions import ask_for_pieces, complete_booking
from lending.bookings.states import State
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from tests.bookings.steps import booking_of, held_by, moves_of, state_of
from tests.factories import NOW, Cast, submitted


def test_a_request_keeps_its_option_while_pieces_are_missing(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    with pytest.raises(InvalidInput):
        database.write(lambda uow: ask_for_pieces(uow, cast.front_desk, number, ""))
    database.write(lambda uow: ask_for_pieces(uow, cast.front_desk, number, "L'assurance"))
    assert state_of(database, number) is State.INCOMPLETE
    assert held_by(database, number) == {cast.chairs: (30, HoldKind.OPTION)}
    assert booking_of(database, number).complete_at is None


def test_the_rank_comes_with_the_complete_file(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    first = submitted(database, cast, {cast.chairs: 10})
    database.write(lambda uow: ask_for_pieces(uow, cast.front_desk, first, "L'assurance"))
    second = submitted(database, cast, {cast.chairs: 10})
    clock.instant += timedelta(days=1)
    database.write(lambda uow: complete_booking(uow, cast.alice, first, "La voici"))
    ranks = [booking_of(database, number).arrival or 0 for number in (first, second)]
    assert ranks[0] > ranks[1]
    assert booking_of(database, first).complete_at == NOW + timedelta(days=1)
    assert moves_of(database, first)[-2:] == ["ask_for_pieces", "complete"]


def test_nothing_is_completed_that_was_not_asked_for(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: complete_booking(uow, cast.alice, number, "Voici"))


def test_the_staff_asks_and_the_association_answers(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    for actor, refusal in (
        (cast.alice, Forbidden),
        (cast.auditor, Forbidden),
        (cast.other_manager, NotFound),
    ):
        with pytest.raises(refusal):
            database.write(lambda uow, a=actor: ask_for_pieces(uow, a, number, "L'assurance"))
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'assurance"))
    with pytest.raises(NotFound):
        database.write(lambda uow: complete_booking(uow, cast.bob, number, "Voici"))
    # Also the front desk, for those who bring their papers.
    database.write(lambda uow: complete_booking(uow, cast.front_desk, number, "Reçue au guichet"))
    assert state_of(database, number) is State.SUBMITTED
