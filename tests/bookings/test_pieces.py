"""Missing pieces: asked for, answered; the rank comes with the complete file."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lending.availability.models import HoldKind
from lending.bookings.decisions import refuse_booking
from lending.bookings.detail import get_booking
from lending.bookings.duties import DutyKind
from lending.bookings.duty_sources import duties_for
from lending.bookings.expiry import expire_options
from lending.bookings.pieces import ask_for_pieces, complete_booking, prolong_pieces
from lending.bookings.states import RefusalReason, State
from lending.bookings.steps import Step
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from lending.policies.drafting import Draft
from lending.policies.rules import Rules
from tests.bookings.steps import booking_of, held_by, moves_of, state_of
from tests.factories import NOW, Cast, submitted
from tests.policies.test_versions import published


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


def test_the_association_has_until_the_end_of_the_last_day(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'assurance"))
    # 2 March and 15 days: all of 17 March in Paris
    assert booking_of(database, number).pieces_until == datetime(2026, 3, 17, 23, tzinfo=UTC)
    with database.read() as uow:
        step = get_booking(uow, cast.alice, number).next
    assert (step.step, step.at) == (Step.COMPLETE, datetime(2026, 3, 17, 22, 59, 59, tzinfo=UTC))
    database.write(lambda uow: complete_booking(uow, cast.alice, number, "La voici"))
    assert booking_of(database, number).pieces_until is None


def test_the_rules_in_force_set_the_time(database: Database, cast: Cast) -> None:
    published(database, cast, draft=Draft(Rules(pieces_days=3), vote_reference="no 1"))
    number = submitted(database, cast, {cast.chairs: 10})
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'assurance"))
    assert booking_of(database, number).pieces_until == datetime(2026, 3, 5, 23, tzinfo=UTC)


def test_when_the_time_is_over_somebody_has_to_decide_and_nothing_is_refused_by_itself(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'assurance"))

    def duties() -> list[DutyKind]:
        with database.read() as uow:
            return [d.kind for d in duties_for(uow, cast.manager) if d.booking_id == number]

    assert duties() == []
    clock.instant = datetime(2026, 3, 17, 23, tzinfo=UTC)
    expire_options(database)
    assert duties() == [DutyKind.PIECES]
    assert state_of(database, number) is State.INCOMPLETE
    assert held_by(database, number) == {cast.chairs: (10, HoldKind.OPTION)}


def test_more_time_is_left_with_a_reason_that_stays_in_the_history(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'assurance"))
    clock.instant = datetime(2026, 3, 20, 9, tzinfo=UTC)

    def prolong(day: date, reason: str = "L'assureur tarde.", actor=cast.front_desk) -> None:
        database.write(lambda uow: prolong_pieces(uow, actor, number, day, reason))

    for day, reason, field in (
        (date(2026, 3, 19), "L'assureur tarde.", "last_day"),
        (date(2026, 6, 5), "L'assureur tarde.", "last_day"),
        (date(2026, 4, 10), " ", "reason"),
    ):
        with pytest.raises(InvalidInput) as refused:
            prolong(day, reason)
        assert [error.field for error in refused.value.errors] == [field]
    with pytest.raises(Forbidden):
        prolong(date(2026, 4, 10), actor=cast.alice)
    prolong(date(2026, 4, 10))
    assert booking_of(database, number).pieces_until == datetime(2026, 4, 10, 22, tzinfo=UTC)
    with database.read() as uow:
        newest = get_booking(uow, cast.alice, number).history[0]
    assert (newest.move, newest.reason) == ("prolong", "L'assureur tarde.")


def test_no_more_time_is_left_where_nothing_is_missing(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    with pytest.raises(NotAllowedNow):
        database.write(
            lambda uow: prolong_pieces(uow, cast.manager, number, date(2026, 4, 1), "Tard")
        )


def test_what_is_refused_waits_for_no_pieces_any_more(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'assurance"))
    code = RefusalReason.FILE_INCOMPLETE
    database.write(lambda uow: refuse_booking(uow, cast.manager, number, code, "Rien n'est venu."))
    assert booking_of(database, number).pieces_until is None
