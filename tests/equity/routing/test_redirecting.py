"""Passing a request on: what goes along, what is given back, and who follows it."""

import threading
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Authority, AuthorityKind
from lending.bookings.decisions import approve_booking, refuse_booking
from lending.bookings.drafts import delete_draft
from lending.bookings.models import Booking, Redirection
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.queries import list_bookings
from lending.bookings.states import RefusalReason, State
from lending.bookings.steps import Step
from lending.bookings.submission import submit_booking
from lending.catalogue.models import Item
from lending.db.database import Database
from lending.equity.record import listening as recording
from lending.equity.record.decision import Kind
from lending.equity.record.queries import decisions_of
from lending.equity.routing.following import Trail, trail_of
from lending.equity.routing.redirecting import (
    PassedOn,
    preview,
    redirect_booking,
    take_there,
)
from lending.errors import Forbidden, InvalidInput, LendingError, NotAllowedNow, NotFound
from tests.bookings.steps import booking_of, held_by, lines_of, moves_of, state_of
from tests.factories import NOW, Cast, approved, draft, submitted, waiting

WHY = "La culture relève de l'agglomération."


def pass_on(database: Database, cast: Cast, number: int, **more: object) -> PassedOn:
    """Pass a booking of the town on to the agglomeration."""
    values = {"actor": cast.front_desk, "to": cast.agglomeration, "reason": WHY} | more
    return database.write(
        lambda uow: redirect_booking(uow, values["actor"], number, values["to"], values["reason"])
    )


def trail(database: Database, actor, number: int) -> Trail:
    """Return what a booking has to do with others."""
    with database.read() as uow:
        return trail_of(uow, actor, number)


def test_everything_typed_goes_along_and_is_sent_at_once(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    passed = pass_on(database, cast, number)
    old, new = booking_of(database, number), booking_of(database, passed.booking_id)
    assert passed.is_sent
    assert (old.state, new.state) == (State.REDIRECTED, State.SUBMITTED)
    for name in ("organisation_id", "event_id", "starts_at", "ends_at", "logistics", "source"):
        assert getattr(new, name) == getattr(old, name), name
    assert new.authority_id == cast.agglomeration
    assert lines_of(database, new.id) == {cast.shell_chairs: (30, None)}
    assert new.submitted_at is not None
    assert new.arrival == 1
    assert moves_of(database, new.id) == ["create", "submit"]
    assert old.decided_at == NOW


def test_what_it_held_is_given_back_and_goes_to_who_waits(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 80})
    other = waiting(database, cast, {cast.chairs: 50}, organisation=cast.club)
    pass_on(database, cast, number)
    assert held_by(database, number) == {}
    assert state_of(database, other) is State.SUBMITTED


def test_what_the_other_has_nothing_for_is_told_in_the_note(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 60, cast.barriers: 12})
    database.write(lambda uow: submit_booking(uow, SYSTEM, number))
    passed = pass_on(database, cast, number)
    assert lines_of(database, passed.booking_id) == {cast.shell_chairs: (50, None)}
    note = booking_of(database, passed.booking_id).note
    assert "10 × Chaise pliante" in note
    assert "12 × Barrière Vauban 2 m" in note


def test_what_is_not_free_there_stays_a_draft_to_complete(database: Database, cast: Cast) -> None:
    submitted(database, cast, {cast.shell_chairs: 40}, authority=cast.agglomeration)
    number = submitted(database, cast, {cast.chairs: 30})
    passed = pass_on(database, cast, number)
    assert not passed.is_sent
    assert state_of(database, number) is State.REDIRECTED
    assert state_of(database, passed.booking_id) is State.DRAFT
    assert held_by(database, passed.booking_id) == {}


def test_with_nothing_to_carry_over_the_draft_is_empty(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.tent: 1})
    passed = pass_on(database, cast, number)
    assert not passed.is_sent
    assert lines_of(database, passed.booking_id) == {}


def test_both_sides_follow_it(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    passed = pass_on(database, cast, number)
    here = trail(database, cast.manager, number).passed_to
    assert here is not None
    assert (here.booking_id, here.state, here.reason) == (passed.booking_id, State.SUBMITTED, WHY)
    assert not here.may_see
    there = trail(database, cast.other_manager, passed.booking_id)
    assert there.came_from is not None
    assert there.came_from.booking_id == number
    assert (there.filed_at, there.came_from.may_see) == (NOW, False)
    assert "Sainte-Planche" in there.filed_with
    own = trail(database, cast.alice, number).passed_to
    assert own is not None
    assert own.may_see
    database.write(lambda uow: approve_booking(uow, cast.other_manager, passed.booking_id))
    followed = trail(database, cast.manager, number).passed_to
    assert followed is not None
    assert followed.state is State.APPROVED


def test_the_first_authority_reads_that_the_draft_was_given_up(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.tent: 1})
    passed = pass_on(database, cast, number)
    database.write(lambda uow: delete_draft(uow, cast.alice, passed.booking_id))
    link = trail(database, cast.manager, number).passed_to
    assert link is not None
    assert (link.booking_id, link.state) == (None, None)
    assert "Trois Tréteaux" in link.authority


def test_the_lists_name_who_goes_on_with_it(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    pass_on(database, cast, number)
    with database.read() as uow:
        rows = {row.id: row for row in list_bookings(uow, cast.alice).rows}
    assert rows[number].next.step is Step.ELSEWHERE
    assert "Trois Tréteaux" in rows[number].passed_to


def test_it_does_not_go_back_to_who_passed_it_on(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    passed = pass_on(database, cast, number)
    for target in (cast.town, cast.agglomeration, 999):
        with pytest.raises(InvalidInput):
            pass_on(database, cast, passed.booking_id, actor=cast.other_manager, to=target)


def test_it_needs_a_reason(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    with pytest.raises(InvalidInput):
        pass_on(database, cast, number, reason=" ")
    assert state_of(database, number) is State.SUBMITTED
    with database.read() as uow:
        assert uow.session.scalars(select(Redirection)).all() == []


def test_only_the_staff_that_reviews_it_passes_it_on(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    for actor in (cast.alice, cast.auditor):
        with pytest.raises(Forbidden):
            pass_on(database, cast, number, actor=actor)
    for actor in (cast.bob, cast.other_manager, cast.agent):
        with pytest.raises(NotFound):
            pass_on(database, cast, number, actor=actor)


def test_what_waits_or_misses_pieces_can_be_passed_on_and_what_is_decided_cannot(
    database: Database, cast: Cast
) -> None:
    waits = waiting(database, cast, {cast.chairs: 30})
    assert pass_on(database, cast, waits).is_sent
    asked = submitted(database, cast, {cast.tables: 3})
    database.write(lambda uow: ask_for_pieces(uow, cast.front_desk, asked, "Attestation ?"))
    pass_on(database, cast, asked)
    for decided in (approved(database, cast, {cast.chairs: 3}), asked, draft(database, cast, {})):
        with pytest.raises(NotAllowedNow):
            pass_on(database, cast, decided)


def test_a_preview_says_what_would_come_of_it(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 60, cast.tent: 1})
    with database.read() as uow:
        seen = preview(uow, cast.front_desk, number, cast.agglomeration)
    assert [(line.name, line.quantity, line.free) for line in seen.lines] == [
        ("Chaise coque", 50, 50)
    ]
    assert [left.quantity for left in seen.left_out] == [10, 1]
    assert seen.can_be_sent


def test_an_association_takes_its_draft_along_before_it_is_sent(
    database: Database, cast: Cast
) -> None:
    number = draft(database, cast, {cast.chairs: 20, cast.barriers: 5}, actor=cast.alice)
    taken = database.write(lambda uow: take_there(uow, cast.alice, number, cast.agglomeration))
    assert state_of(database, taken.booking_id) is State.DRAFT
    assert lines_of(database, taken.booking_id) == {cast.shell_chairs: (20, None)}
    with database.read() as uow:
        assert uow.session.get(Booking, number) is None
    with pytest.raises(NotFound):
        database.write(lambda uow: take_there(uow, cast.bob, taken.booking_id, cast.town))


def test_what_was_sent_is_not_taken_along(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 20})
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: take_there(uow, cast.alice, number, cast.agglomeration))


def test_two_who_pass_it_on_at_once_make_one_request(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    start, outcomes = threading.Barrier(4), []

    def act(what) -> None:
        start.wait()
        try:
            database.write(what)
        except LendingError as error:
            outcomes.append(type(error))
        else:
            outcomes.append(None)

    acts = [
        lambda uow: redirect_booking(uow, cast.front_desk, number, cast.agglomeration, WHY),
        lambda uow: redirect_booking(uow, cast.manager, number, cast.agglomeration, WHY),
        lambda uow: approve_booking(uow, cast.manager, number),
        lambda uow: refuse_booking(uow, cast.manager, number, RefusalReason.LATE, "Tard."),
    ]
    threads = [threading.Thread(target=act, args=(what,)) for what in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [NotAllowedNow] * 3 + [None]
    with database.read() as uow:
        links = uow.session.scalars(select(Redirection)).all()
        there = uow.session.scalars(
            select(Booking).where(Booking.authority_id == cast.agglomeration)
        ).all()
    expected = 1 if state_of(database, number) is State.REDIRECTED else 0
    assert (len(links), len(there)) == (expected, expected)


def test_a_retired_item_stands_for_nothing(database: Database, cast: Cast) -> None:
    def retire(uow) -> None:
        uow.session.get_one(Item, cast.shell_chairs).is_active = False

    database.write(retire)
    number = submitted(database, cast, {cast.chairs: 20})
    assert not pass_on(database, cast, number).is_sent


def test_a_loan_that_would_have_begun_is_left_to_its_organisation(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.chairs: 20}, start=NOW - timedelta(hours=1))
    assert not pass_on(database, cast, number).is_sent


def test_the_first_day_of_filing_is_kept_on_the_way(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 30})
    passed = pass_on(database, cast, number)
    found = trail(database, cast.alice, passed.booking_id)
    assert found.filed_at == booking_of(database, number).submitted_at


def test_the_record_keeps_where_it_went(database: Database, cast: Cast) -> None:
    recording.listen(database.events)
    number = submitted(database, cast, {cast.chairs: 30})
    passed = pass_on(database, cast, number)
    with database.read() as uow:
        (decision,) = decisions_of(uow, cast.manager, number)
    assert (decision.kind, decision.reason) == (Kind.REDIRECT, WHY)
    assert decision.result["passed_to"] == {
        "authority_id": cast.agglomeration,
        "booking_id": passed.booking_id,
    }


def test_a_draft_that_was_passed_on_is_still_followed_when_it_goes_elsewhere(
    database: Database, cast: Cast
) -> None:
    def third(uow) -> int:
        authority = Authority(code="autre", name="Autre ville", kind=AuthorityKind.TOWN)
        uow.session.add(authority)
        uow.session.flush()  # its id is what the test wants
        return authority.id

    elsewhere = database.write(third)
    number = submitted(database, cast, {cast.tent: 1})
    passed = pass_on(database, cast, number)
    for target in (cast.town, cast.agglomeration):
        with pytest.raises(InvalidInput):
            database.write(
                lambda uow, to=target: take_there(uow, cast.alice, passed.booking_id, to)
            )
    taken = database.write(lambda uow: take_there(uow, cast.alice, passed.booking_id, elsewhere))
    link = trail(database, cast.manager, number).passed_to
    assert link is not None
    assert (link.booking_id, link.authority) == (taken.booking_id, "Autre ville")


def test_requests_cross_each_other_without_waiting_in_a_circle(
    database: Database, cast: Cast
) -> None:
    recording.listen(database.events)
    there = [submitted(database, cast, {cast.chairs: 5}) for _ in range(4)]
    more = {"authority": cast.agglomeration}
    back = [submitted(database, cast, {cast.shell_chairs: 5}, **more) for _ in range(4)]
    drafts = [draft(database, cast, {cast.chairs: 5, cast.tables: 2}) for _ in range(4)]
    start, failures = threading.Barrier(12), []

    def act(what) -> None:
        start.wait()
        try:
            database.write(what)
        except LendingError as error:
            failures.append(error)

    to, home = cast.agglomeration, cast.town
    acts = [partial(_redirect, cast.manager, number, to) for number in there]
    acts += [partial(_redirect, cast.other_manager, number, home) for number in back]
    acts += [partial(_submit, number) for number in drafts]
    threads = [threading.Thread(target=act, args=(what,)) for what in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []
    with database.read() as uow:
        links = uow.session.scalars(select(Redirection)).all()
        states = {uow.session.get_one(Booking, link.to_id).state for link in links}
    assert (len(links), states) == (8, {State.SUBMITTED})


def _redirect(actor, number: int, to: int, uow) -> None:
    redirect_booking(uow, actor, number, to, WHY)


def _submit(number: int, uow) -> None:
    submit_booking(uow, SYSTEM, number)
