"""Whoever may see a booking may read what was decided about it, and prove it."""

from collections.abc import Callable

import pytest

from lending.accounts.permissions import ANONYMOUS
from lending.bookings.decisions import approve_booking, cancel_booking, refuse_booking
from lending.bookings.states import RefusalReason
from lending.db.database import Database
from lending.equity.record.canonical import digest_of_words, link, parse
from lending.equity.record.chain import append, erase_words
from lending.equity.record.decision import Author, Kind, Stock
from lending.equity.record.queries import DecisionView, decisions_of
from lending.errors import NotFound, NotSignedIn
from tests.equity.record.chains import decision
from tests.factories import Cast, submitted

BECAUSE = "Tout est déjà prêté à d'autres."


@pytest.fixture
def decided(recorded: Database, cast: Cast) -> int:
    """Grant a part of a booking, and cancel it afterwards; refuse another one."""
    number = submitted(recorded, cast, {cast.chairs: 40})
    other = submitted(recorded, cast, {cast.chairs: 10}, organisation=cast.club)
    recorded.write(
        lambda uow: approve_booking(uow, cast.manager, number, {cast.chairs: 10}, BECAUSE)
    )
    recorded.write(
        lambda uow: refuse_booking(uow, cast.manager, other, RefusalReason.LATE, BECAUSE)
    )
    recorded.write(lambda uow: cancel_booking(uow, cast.alice, number, "Il pleuvra."))
    return number


def read(database: Database, person: object, booking_id: int) -> list[DecisionView]:
    """Read the decisions about a booking as somebody."""
    with database.read() as uow:
        return decisions_of(uow, person, booking_id)  # type: ignore[arg-type]


def test_the_decisions_about_a_booking_come_in_order(recorded: Database, cast: Cast, decided: int):
    first, second = read(recorded, cast.manager, decided)
    assert (first.kind, first.rule, first.reason) == (Kind.GRANT_IN_PART, "staff", BECAUSE)
    assert first.author == Author("manager", cast.manager.user_id)
    assert first.stock == {cast.chairs: Stock(100, 90)}
    assert first.result["granted"] == {str(cast.chairs): 10}
    assert (second.kind, second.rule, second.reason) == (Kind.CANCEL, "borrower", "Il pleuvra.")
    assert (first.sequence, second.sequence) == (1, 3)


def test_its_reader_can_compute_the_hashes_again(recorded: Database, cast: Cast, decided: int):
    for view in read(recorded, cast.alice, decided):
        assert link(view.previous_hash, view.payload) == view.hash
        says = parse(view.payload)
        assert isinstance(says, dict)
        assert says["reason_digest"] == digest_of_words(view.salt or "", view.reason or "")


def test_the_association_sees_its_own_and_nobody_elses(
    recorded: Database, cast: Cast, decided: int
):
    assert len(read(recorded, cast.alice, decided)) == 2
    for person in (cast.front_desk, cast.auditor, cast.administrator):
        assert read(recorded, person, decided) == read(recorded, cast.alice, decided)
    for stranger in (cast.bob, cast.carol, cast.other_manager, cast.agent):
        for number in (decided, 999):
            with pytest.raises(NotFound):
                read(recorded, stranger, number)
    for number in (decided, 999):
        with pytest.raises(NotSignedIn):
            read(recorded, ANONYMOUS, number)


def test_erased_words_are_told_to_be_gone(recorded: Database, cast: Cast, decided: int):
    numbers = [view.id for view in read(recorded, cast.manager, decided)]
    recorded.write(lambda uow: erase_words(uow, numbers))
    assert [v.reason for v in read(recorded, cast.manager, decided)] == [None, None]
    assert [v.salt for v in read(recorded, cast.manager, decided)] == [None, None]


def test_a_number_that_was_given_again_does_not_lead_to_anothers_decisions(
    recorded: Database, cast: Cast
):
    number = submitted(recorded, cast, {cast.chairs: 1})
    alien = {"booking": {"id": number, "uuid": "of a booking that is gone"}}
    gone = decision(number)
    recorded.write(
        lambda uow: append(
            uow, cast.town, type(gone)(**{**vars(gone), "inputs": alien, "booking_id": number})
        )
    )
    assert read(recorded, cast.alice, number) == []


@pytest.fixture
def ask(app, live, cast: Cast) -> Callable[..., object]:
    """Let a program ask for decisions, in the role of a person."""
    from tests.api.conftest import Program, token_for

    return lambda person, path: Program(app.test_client(), token_for(app, person))("GET", path)


@pytest.fixture
def live(app) -> Database:
    """Return the application's own database, with everybody listening to its events."""
    return app.extensions["database"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_programs_read_them_too(ask, live: Database, cast: Cast):
    number = submitted(live, cast, {cast.chairs: 40})
    live.write(lambda uow: approve_booking(uow, cast.manager, number))
    told = ask(cast.alice, f"/decisions?booking_id={number}")
    assert told.status_code == 200
    assert (told.json["total"], told.json["next"]) == (1, None)
    (one,) = told.json["items"]
    assert (one["kind"], one["sequence"], one["rule"]) == ("grant", 1, "staff")
    assert one["stock"] == [{"item_id": cast.chairs, "stock": 100, "free": 100}]
    assert one["recorded_at"] == "2026-03-02T08:00:00+00:00"
    assert link(one["previous_hash"], one["payload"]) == one["hash"]
    assert ask(cast.bob, f"/decisions?booking_id={number}").status_code == 404
    assert ask(cast.agent, f"/decisions?booking_id={number}").status_code == 403
    assert ask(cast.alice, "/decisions").status_code == 422
    assert ask(cast.alice, "/decisions?booking_id=all").status_code == 422
    assert ask(cast.alice, "/decisions?booking_id=999").status_code == 404
