"""What departments think of a request: who is asked, who answers, and what granting then takes."""

import threading
from datetime import timedelta

import pytest

from lending.authorities.models import Competence
from lending.availability.answers import Wanted
from lending.bookings.changes import change_booking
from lending.bookings.decisions import approve_booking, refuse_booking, review_booking
from lending.bookings.facts import Although
from lending.bookings.models import Booking
from lending.bookings.pieces import ask_for_pieces, complete_booking
from lending.bookings.states import RefusalReason, State
from lending.db.database import Database
from lending.equity.routing.models import Verdict
from lending.equity.routing.opinions import (
    Opinions,
    OpinionsStand,
    decided_against_of,
    give_opinion,
    opinions_of,
)
from lending.errors import Forbidden, InvalidInput, LendingError, NotAllowedNow, NotFound
from tests.bookings.steps import state_of
from tests.equity.routing.conftest import Town
from tests.factories import NOW, Cast, submitted

YES, NO, NOT = Verdict.FAVOURABLE, Verdict.UNFAVOURABLE, Verdict.NOT_CONCERNED


def read(database: Database, actor, number: int) -> Opinions:
    """Return the opinions about a booking as somebody reads them."""
    with database.read() as uow:
        return opinions_of(uow, actor, number)


def verdicts(database: Database, cast: Cast, number: int) -> dict[int, Verdict]:
    """Return what was said, by department."""
    return {o.department_id: o.verdict for o in read(database, cast.manager, number).given}


def say(database: Database, actor, number: int, department: int, verdict, reason="") -> None:
    database.write(lambda uow: give_opinion(uow, actor, number, department, verdict, reason))


def test_the_owners_of_the_items_and_the_department_of_the_cause_are_asked(
    heard: Database, cast: Cast, town: Town
) -> None:
    number = submitted(heard, cast, {cast.barriers: 4, cast.chairs: 2})

    def about_sport(uow) -> None:
        uow.session.get_one(Booking, number).event.competence = Competence.SPORT

    heard.write(about_sport)
    heard.write(lambda uow: review_booking(uow, cast.front_desk, number))
    expected = dict.fromkeys((town.parties, town.technical, town.sport), Verdict.PENDING)
    assert verdicts(heard, cast, number) == expected


def test_one_department_alone_is_not_asked(heard: Database, cast: Cast, town: Town) -> None:
    number = submitted(heard, cast, {cast.chairs: 2})
    heard.write(lambda uow: review_booking(uow, cast.front_desk, number))
    found = read(heard, cast.manager, number)
    assert (found.given, found.concerned) == ((), ("Fêtes et cérémonies",))


def test_members_speak_for_their_department_only(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    say(heard, town.teo, asked, town.technical, YES)
    with pytest.raises(Forbidden):
        say(heard, town.teo, asked, town.parties, YES)
    given = {o.department_id: o for o in read(heard, town.teo, asked).given}
    assert (given[town.technical].by, given[town.technical].at) == ("Teo", NOW)
    assert given[town.technical].may_give
    assert not given[town.parties].may_give


def test_staff_without_a_department_speaks_for_all(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    say(heard, cast.manager, asked, town.technical, YES)
    say(heard, cast.front_desk, asked, town.parties, NOT)
    found = verdicts(heard, cast, asked)
    assert found == {town.technical: YES, town.parties: NOT}


def test_nobody_else_gives_one(heard: Database, cast: Cast, town: Town, asked: int) -> None:
    for actor in (cast.alice, cast.auditor):
        with pytest.raises(Forbidden):
            say(heard, actor, asked, town.technical, YES)
    for actor in (cast.bob, cast.other_manager, cast.agent):
        with pytest.raises(NotFound):
            say(heard, actor, asked, town.technical, YES)


def test_an_unfavourable_opinion_needs_a_reason(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    for verdict, reason in ((NO, "  "), (Verdict.PENDING, "Peut-être.")):
        with pytest.raises(InvalidInput):
            say(heard, town.teo, asked, town.technical, verdict, reason)
    say(heard, town.teo, asked, town.technical, NO, "Équipe complète ce jour-là.")
    assert verdicts(heard, cast, asked)[town.technical] is NO


def test_a_department_that_was_not_asked_has_nothing_to_say(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    with pytest.raises(InvalidInput):
        say(heard, cast.manager, asked, town.sport, YES)


def test_what_is_decided_takes_no_more_opinions(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    heard.write(lambda uow: refuse_booking(uow, cast.manager, asked, RefusalReason.LATE, "Tard."))
    with pytest.raises(NotAllowedNow):
        say(heard, town.teo, asked, town.technical, YES)


def test_granting_while_opinions_are_awaited_takes_a_reason_that_is_kept(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    say(heard, town.teo, asked, town.technical, NO, "Équipe complète.")
    with pytest.raises(OpinionsStand) as refused:
        heard.write(lambda uow: approve_booking(uow, cast.manager, asked))
    assert (refused.value.pending, refused.value.unfavourable) == (1, 1)
    assert state_of(heard, asked) is State.IN_REVIEW
    heard.write(
        lambda uow: approve_booking(
            uow, cast.manager, asked, although=Although(opinions="La commune prête deux agents.")
        )
    )
    with heard.read() as uow:
        (kept,) = decided_against_of(uow, asked).values()
    assert (kept.reason, kept.pending, kept.unfavourable) == (
        "La commune prête deux agents.",
        1,
        1,
    )


def test_with_every_opinion_in_favour_it_is_simply_granted(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    say(heard, town.teo, asked, town.technical, YES)
    say(heard, town.prune, asked, town.parties, NOT)
    heard.write(lambda uow: approve_booking(uow, cast.manager, asked))
    with heard.read() as uow:
        assert decided_against_of(uow, asked) == {}


def test_opinions_given_stay_when_a_piece_was_missing(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    say(heard, town.teo, asked, town.technical, YES)
    heard.write(lambda uow: ask_for_pieces(uow, cast.manager, asked, "Un plan ?"))
    heard.write(lambda uow: complete_booking(uow, cast.alice, asked, "Le voici."))
    heard.write(lambda uow: review_booking(uow, cast.manager, asked))
    assert verdicts(heard, cast, asked)[town.technical] is YES


def test_a_change_asks_the_departments_that_it_brings_in(
    heard: Database, cast: Cast, town: Town
) -> None:
    number = submitted(heard, cast, {cast.chairs: 10})
    heard.write(lambda uow: review_booking(uow, cast.manager, number))
    lines = [Wanted(cast.chairs, 10), Wanted(cast.barriers, 2)]
    heard.write(lambda uow: change_booking(uow, cast.alice, number, lines=lines))
    assert set(verdicts(heard, cast, number)) == {town.parties, town.technical}


def test_an_opinion_against_and_a_grant_at_once_never_pass_each_other(
    heard: Database, cast: Cast, town: Town, asked: int
) -> None:
    say(heard, town.prune, asked, town.parties, YES)
    say(heard, town.teo, asked, town.technical, YES)
    start, outcomes = threading.Barrier(2), {}

    def act(name: str, what) -> None:
        start.wait()
        try:
            heard.write(what)
            outcomes[name] = None
        except LendingError as error:
            outcomes[name] = type(error)

    acts = {
        "against": lambda uow: give_opinion(uow, town.teo, asked, town.technical, NO, "Complet."),
        "grant": lambda uow: approve_booking(uow, cast.manager, asked),
    }
    threads = [threading.Thread(target=act, args=pair) for pair in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes in (
        {"against": None, "grant": OpinionsStand},
        {"against": NotAllowedNow, "grant": None},
    )


def test_what_is_granted_straight_away_asks_nobody(heard: Database, cast: Cast, town: Town) -> None:
    start = NOW + timedelta(days=30)
    number = submitted(heard, cast, {cast.chairs: 1, cast.barriers: 1}, start=start)
    heard.write(lambda uow: approve_booking(uow, cast.manager, number))
    assert verdicts(heard, cast, number) == {}
