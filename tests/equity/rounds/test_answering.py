"""An association reads what a round has to do with its request, before and after."""

from datetime import timedelta
from hashlib import sha256

from lending.bookings.detail import get_booking
from lending.bookings.pieces import ask_for_pieces, complete_booking
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.allocation.values import Limit
from lending.equity.rounds.answering import Readiness, RoundAnswer, round_answer
from tests.equity.rounds.test_rounds import AFTER, adopt, trial_of
from tests.factories import FRIDAY, MONDAY, NOW, Cast, draft, submitted


def answer(database: Database, cast: Cast, number: int) -> RoundAnswer | None:
    with database.read() as uow:
        return round_answer(uow, get_booking(uow, cast.alice, number))


def test_a_request_that_waits_knows_whether_its_file_is_in_time(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    number = submitted(lender, cast, {cast.chairs: 80})
    waits = answer(lender, cast, number)
    assert waits is not None
    assert (waits.view.id, waits.standing, waits.readiness) == (
        collecting,
        None,
        Readiness.IN_TIME,
    )
    lender.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'assurance."))
    waits = answer(lender, cast, number)
    assert waits is not None
    assert waits.readiness is Readiness.INCOMPLETE
    clock.instant = AFTER
    waits = answer(lender, cast, number)
    assert waits is not None
    assert waits.readiness is Readiness.LATE
    lender.write(lambda uow: complete_booking(uow, cast.alice, number))
    waits = answer(lender, cast, number)
    assert waits is not None
    assert waits.readiness is Readiness.LATE


def test_a_request_that_the_round_left_out_knows_it(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    number = submitted(lender, cast, {cast.chairs: 80})
    lender.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'assurance."))
    adopt(lender, cast, clock, collecting)
    passed = answer(lender, cast, number)
    assert passed is not None
    assert (passed.view.id, passed.standing, passed.readiness) == (
        collecting,
        None,
        Readiness.LEFT_OUT,
    )
    clock.instant += timedelta(hours=1)
    later = submitted(lender, cast, {cast.chairs: 1})
    assert answer(lender, cast, later) is None


def test_drafts_and_requests_at_other_times_have_nothing_to_do_with_it(
    lender: Database, cast: Cast, collecting: int
) -> None:
    days = timedelta(days=60)
    later = submitted(lender, cast, {cast.chairs: 1}, start=FRIDAY + days, end=MONDAY + days)
    assert answer(lender, cast, later) is None
    assert answer(lender, cast, draft(lender, cast, {cast.chairs: 1})) is None


def test_what_was_decided_can_be_checked_from_the_answer_alone(
    lender: Database, cast: Cast, clock: FixedClock, collecting: int
) -> None:
    number = submitted(lender, cast, {cast.chairs: 81, cast.tables: 2})
    submitted(lender, cast, {cast.chairs: 81}, organisation=cast.club)
    clock.instant = AFTER
    (mine,) = (
        one for one in trial_of(lender, collecting).results if one.candidate.booking_id == number
    )
    adopt(lender, cast, clock, collecting)
    decided = answer(lender, cast, number)
    assert decided is not None
    assert decided.readiness is None
    standing, view = decided.standing, decided.view
    assert standing is not None
    assert sha256(view.seed.encode()).hexdigest() == view.commitment
    ticket = sha256(f"{view.seed}:{standing.organisation_id}".encode()).hexdigest()
    assert standing.ticket == ticket == mine.place.ticket
    assert (standing.place, standing.places) == (mine.place.position, 2)
    assert (standing.rank, standing.served_cents) == (mine.candidate.rank, 0)
    chairs, tables = standing.lines
    assert (chairs.asked, chairs.granted, chairs.limit) == (81, 50, Limit.SHARE)
    assert (chairs.asked_then, chairs.free_then) == (162, 100)
    assert chairs.tight.start < chairs.tight.end
    assert chairs.tight.start <= FRIDAY < MONDAY <= chairs.tight.end
    assert (tables.granted, tables.limit) == (2, Limit.ENOUGH)
    assert view.adopted_at is not None
    assert view.adopted_at > NOW
