"""Lists of bookings and one booking, as different people see them."""

from datetime import timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event

from lending.accounts.permissions import ANONYMOUS
from lending.bookings.decisions import cancel_booking
from lending.bookings.detail import get_booking
from lending.bookings.models import Booking
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.queries import BookingFilter, Order, list_bookings
from lending.bookings.states import State
from lending.bookings.steps import NextStep, Step
from lending.catalogue.models import Item
from lending.db.database import Database
from lending.equity.eligibility.criteria import Criterion, Verdict
from lending.equity.eligibility.facts import judge_booking
from lending.errors import NotFound, NotSignedIn
from tests.factories import FRIDAY, MONDAY, NOW, Cast, approved, draft, submitted, waiting

EVERYTHING = BookingFilter()


def _ids(database: Database, actor, wanted=EVERYTHING, **more) -> list[int]:
    with database.read() as uow:
        return [row.id for row in list_bookings(uow, actor, wanted, **more).rows]


def test_an_association_sees_its_own_bookings_only(database: Database, cast: Cast) -> None:
    mine = submitted(database, cast, {cast.chairs: 10})
    theirs = submitted(database, cast, {cast.chairs: 10}, organisation=cast.club)
    assert _ids(database, cast.alice) == [mine]
    assert _ids(database, cast.bob) == [theirs]
    assert _ids(database, cast.carol) == []
    with database.read() as uow, pytest.raises(NotFound):
        get_booking(uow, cast.bob, mine)


def test_staff_see_what_is_addressed_to_their_authority(database: Database, cast: Cast) -> None:
    here = submitted(database, cast, {cast.chairs: 10})
    there = submitted(database, cast, {cast.stage: 4}, authority=cast.agglomeration)
    assert _ids(database, cast.manager) == [here]
    assert _ids(database, cast.other_manager) == [there]
    assert _ids(database, cast.administrator) == [there, here]


def test_nobody_in_particular_sees_no_booking(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    with database.read() as uow:
        with pytest.raises(NotSignedIn):
            list_bookings(uow, ANONYMOUS)
        with pytest.raises(NotSignedIn):
            get_booking(uow, ANONYMOUS, number)


def test_a_list_is_narrowed_by_state_words_and_period_and_counts_every_state(
    database: Database, cast: Cast
) -> None:
    kept = draft(database, cast, {cast.chairs: 5}, name="Bal des pompiers")
    sent = submitted(database, cast, {cast.chairs: 5})
    later = submitted(
        database, cast, {cast.chairs: 5}, start=MONDAY, end=MONDAY + timedelta(days=2)
    )
    assert _ids(database, cast.alice, BookingFilter(states=[State.DRAFT])) == [kept]
    assert _ids(database, cast.alice, BookingFilter(words="POMPIERS bal")) == [kept]
    assert _ids(database, cast.alice, BookingFilter(words="100%")) == []
    assert _ids(database, cast.alice, order=Order.SOONEST) == [kept, sent, later]
    assert _ids(database, cast.alice, per_page=2, page=2) == [kept]
    with database.read() as uow:
        found = list_bookings(uow, cast.alice, BookingFilter(states=[State.SUBMITTED]))
    assert found.total == 2
    assert found.counts == {State.DRAFT: 1, State.SUBMITTED: 2}


def test_a_booking_tells_what_is_free_without_its_own_holds(database: Database, cast: Cast) -> None:
    submitted(database, cast, {cast.chairs: 30}, organisation=cast.club)
    mine = submitted(database, cast, {cast.chairs: 60})
    with database.read() as uow:
        (line,) = get_booking(uow, cast.alice, mine).line_views
    assert (line.stock, line.free, line.missing) == (100, 70, 0)


def test_the_answer_is_promised_from_the_complete_file(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    with database.read() as uow:
        booking = get_booking(uow, cast.alice, number)
    assert booking.next == NextStep(Step.ANSWER, NOW + timedelta(days=30))
    assert not booking.is_late


def test_the_answer_comes_before_the_loan_of_a_late_request(database: Database, cast: Cast) -> None:
    soon = NOW + timedelta(days=10)
    number = submitted(database, cast, {cast.chairs: 10}, start=soon, end=soon + timedelta(days=1))
    with database.read() as uow:
        booking = get_booking(uow, cast.alice, number)
    assert booking.is_late
    assert booking.next == NextStep(Step.ANSWER, soon - timedelta(days=2))


def test_what_comes_next_follows_the_state(database: Database, cast: Cast) -> None:
    asked = submitted(database, cast, {cast.chairs: 10})
    database.write(lambda uow: ask_for_pieces(uow, cast.manager, asked, "L'assurance"))
    steps = {
        draft(database, cast, {cast.chairs: 1}): Step.FINISH,
        asked: Step.COMPLETE,
        waiting(database, cast, {cast.chairs: 1}): Step.WAIT,
        approved(database, cast, {cast.chairs: 1}): Step.COLLECT,
    }
    with database.read() as uow:
        rows = list_bookings(uow, cast.alice).rows
    assert {row.id: row.next.step for row in rows} == steps


def test_the_moves_are_those_of_the_table_for_this_person(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    with database.read() as uow:
        names = {
            person.name: {move.name for move in get_booking(uow, person, number).moves}
            for person in (cast.alice, cast.front_desk, cast.manager, cast.auditor)
        }
    assert names["Alice"] == {"wait", "cancel"}
    assert names["Fanny"] == {"wait", "cancel", "review", "ask_for_pieces", "redirect"}
    assert names["Marc"] == names["Fanny"] | {
        "approve",
        "approve_in_part",
        "refuse",
        "put_on_waiting_list",
    }
    assert names["Aude"] == set()


def test_the_history_is_told_newest_first_with_its_reasons(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10}, actor=cast.alice)
    database.write(lambda uow: cancel_booking(uow, cast.alice, number, "La fête est annulée."))
    with database.read() as uow:
        history = get_booking(uow, cast.alice, number).history
    assert [(line.move, line.reason) for line in history] == [
        ("cancel", "La fête est annulée."),
        ("submit", ""),
        ("create", ""),
    ]
    assert history[0].actor == "Alice"


def test_what_was_granted_may_be_reduced_until_the_notice(
    database: Database, cast: Cast, clock
) -> None:
    number = approved(database, cast, {cast.chairs: 10})
    with database.read() as uow:
        assert get_booking(uow, cast.alice, number).can_reduce
    clock.instant = FRIDAY - timedelta(days=9)
    with database.read() as uow:
        assert not get_booking(uow, cast.alice, number).can_reduce
        assert get_booking(uow, cast.manager, number).can_reduce


def test_the_number_of_queries_does_not_grow(database: Database, cast: Cast) -> None:
    statements: list[str] = []
    sqlalchemy_event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cur, statement, *_rest: statements.append(statement),
    )

    def counted(number: int) -> tuple[int, int]:
        with database.read() as uow:
            statements.clear()
            list_bookings(uow, cast.alice)
            listed = len(statements)
        with database.read() as uow:
            statements.clear()
            get_booking(uow, cast.alice, number)
            return listed, len(statements)

    first = counted(submitted(database, cast, {cast.chairs: 1}))
    for _ in range(3):
        number = (
            submitted(
                database, cast, {cast.chairs: 1, cast.tables: 1, cast.barriers: 1, cast.tent: 1}
            )
            if _ == 0
            else submitted(database, cast, {cast.chairs: 1, cast.tables: 1})
        )
    assert counted(number) == first


def test_a_promise_that_was_not_kept_is_overdue(database: Database, cast: Cast, clock) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    clock.instant = NOW + timedelta(days=31)
    with database.read() as uow:
        assert get_booking(uow, cast.alice, number).next.is_overdue


def test_a_request_for_a_marquee_is_late_sooner_and_the_criterion_says_the_same(
    database: Database, cast: Cast
) -> None:
    database.write(lambda uow: setattr(uow.session.get_one(Item, cast.tent), "min_crew", 4))
    in_sixty_days = NOW + timedelta(days=60)
    late = {}
    for item in (cast.chairs, cast.tent):
        number = submitted(
            database, cast, {item: 1}, start=in_sixty_days, end=in_sixty_days + timedelta(days=1)
        )
        with database.read() as uow:
            _, _, findings = judge_booking(uow, uow.session.get_one(Booking, number))
            late[item] = get_booking(uow, cast.alice, number).is_late
        verdict = {each.criterion: each.verdict for each in findings}[Criterion.LEAD_TIME]
        assert (verdict is Verdict.FAILED) == late[item]
    assert late == {cast.chairs: False, cast.tent: True}
