"""Every decision about a booking is recorded, with what it was made on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from lending.accounts.permissions import SYSTEM, Principal
from lending.bookings.decisions import (
    approve_booking,
    cancel_booking,
    put_on_waiting_list,
    refuse_booking,
    review_booking,
)
from lending.bookings.drafts import delete_draft
from lending.bookings.expiry import expire_options
from lending.bookings.models import Booking
from lending.bookings.pieces import ask_for_pieces, complete_booking
from lending.bookings.states import RefusalReason
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.equity.eligibility.criteria import facts_from_json, judge
from lending.equity.record.models import DecisionRecord, DecisionWords
from lending.handover.service import close_booking, prepare_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.organisations.models import Organisation
from lending.policies.rules import DEFAULT
from tests.equity.record.chains import contents, walk
from tests.factories import FRIDAY, MONDAY, NOW, TOWN_COMMUNE, Cast, draft, submitted, waiting

BECAUSE = "Tout est déjà prêté à d'autres."


def last(database: Database, cast: Cast) -> dict[str, object]:
    """Return what the last decision of the town says."""
    return contents(database, cast.town)[-1]


def told(database: Database, cast: Cast) -> list[tuple[str, str, int]]:
    """Return kind, rule and booking of each decision."""
    return [(c["kind"], c["rule"], c["booking_id"]) for c in contents(database, cast.town)]


def words(database: Database) -> list[str | None]:
    """Return the words of all decisions that have any."""
    with database.read() as uow:
        query = select(DecisionWords.words).order_by(DecisionWords.decision_id)
        return list(uow.session.scalars(query))


def test_a_grant_is_recorded_with_everything_it_was_made_on(recorded: Database, cast: Cast):
    submitted(recorded, cast, {cast.chairs: 30})
    number = submitted(recorded, cast, {cast.chairs: 40, cast.tables: 2})
    recorded.write(lambda uow: approve_booking(uow, cast.manager, number))
    with recorded.read() as uow:
        booking = uow.session.get_one(Booking, number)
        uuid, reference, event_id = booking.uuid, booking.reference, booking.event_id
    content = last(recorded, cast)
    facts, findings = content["inputs"].pop("facts"), content["inputs"].pop("findings")
    assert judge(DEFAULT, facts_from_json(facts))
    assert {each["criterion"] for each in findings if each["verdict"] == "to_check"} == {
        "general_interest"
    }
    assert content == {
        "version": 1,
        "authority_id": cast.town,
        "sequence": 1,
        "recorded_at": "2026-03-02T08:00:00.000000Z",
        "kind": "grant",
        "rule": "staff",
        "booking_id": number,
        "round_id": None,
        "policy_id": None,
        "author": {"role": "manager", "user_id": cast.manager.user_id, "token_id": None},
        "inputs": {
            "booking": {
                "id": number,
                "uuid": uuid,
                "reference": reference,
                "source": "web",
                "starts_at": "2026-06-05T14:00:00.000000Z",
                "ends_at": "2026-06-08T07:00:00.000000Z",
                "logistics": "pickup",
                "submitted_at": "2026-03-02T08:00:00.000000Z",
                "complete_at": "2026-03-02T08:00:00.000000Z",
                "arrival": 2,
            },
            "organisation": {
                "id": cast.choir,
                "kind": "association",
                "commune": TOWN_COMMUNE,
                "identifiers": ["rna"],
                "verification": "verified",
                "insurance_until": "2027-12-31",
                "republican_commitment_on": "2026-01-15",
            },
            "event": {
                "id": event_id,
                "starts_at": "2026-06-05T14:00:00.000000Z",
                "ends_at": "2026-06-08T07:00:00.000000Z",
                "commune": TOWN_COMMUNE,
                "competence": "local_life",
                "attendance": 200,
            },
            "lines": [
                {
                    "item_id": cast.chairs,
                    "code": "CHA-PLI",
                    "requested": 40,
                    "all_or_nothing": False,
                },
                {
                    "item_id": cast.tables,
                    "code": "TAB-183",
                    "requested": 2,
                    "all_or_nothing": False,
                },
            ],
            "policy": None,
        },
        # of the hundred chairs, thirty are another's; what the booking itself holds is not counted
        "stock": {
            str(cast.chairs): {"stock": 100, "free": 70},
            str(cast.tables): {"stock": 20, "free": 20},
        },
        "rank": None,
        "result": {
            "move": "approve",
            "old": "submitted",
            "new": "approved",
            "granted": {str(cast.chairs): 40, str(cast.tables): 2},
        },
        "reason_code": None,
        "reason_digest": None,
    }
    assert walk(recorded, cast.town).first_break is None


def test_a_grant_in_part_says_how_much_and_keeps_its_reason_apart(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 40})
    recorded.write(
        lambda uow: approve_booking(uow, cast.manager, number, {cast.chairs: 10}, BECAUSE)
    )
    says = last(recorded, cast)
    assert (says["kind"], says["result"]["granted"]) == (
        "grant_in_part",
        {str(cast.chairs): 10},
    )
    assert words(recorded) == [BECAUSE]


def test_a_refusal_is_recorded_with_its_reason_from_the_list(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 40})
    recorded.write(
        lambda uow: refuse_booking(uow, cast.manager, number, RefusalReason.LATE, BECAUSE)
    )
    says = last(recorded, cast)
    assert (says["kind"], says["reason_code"], says["result"]["granted"]) == ("refuse", "LATE", {})
    assert words(recorded) == [BECAUSE]


def test_who_is_served_when_something_comes_free_is_recorded_in_the_same_transaction(
    recorded: Database, cast: Cast
):
    holder = submitted(recorded, cast, {cast.chairs: 100})
    waits = waiting(recorded, cast, {cast.chairs: 60})
    recorded.write(
        lambda uow: refuse_booking(uow, cast.manager, holder, RefusalReason.LATE, BECAUSE)
    )
    assert told(recorded, cast) == [
        ("refuse", "staff", holder),
        ("serve", "waiting_list", waits),
    ]
    says = last(recorded, cast)
    assert says["author"] == {"role": "installation", "user_id": None, "token_id": None}
    assert says["stock"] == {str(cast.chairs): {"stock": 100, "free": 100}}


def test_the_lenders_waiting_list_and_the_borrowers_cancellation(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 40})
    recorded.write(lambda uow: put_on_waiting_list(uow, cast.manager, number, BECAUSE))
    recorded.write(lambda uow: cancel_booking(uow, cast.alice, number, "Il pleuvra."))
    other = submitted(recorded, cast, {cast.chairs: 40})
    recorded.write(lambda uow: cancel_booking(uow, cast.front_desk, other, "À leur demande."))
    assert told(recorded, cast) == [
        ("wait", "staff", number),
        ("cancel", "borrower", number),
        ("cancel", "staff", other),
    ]
    roles = [c["author"]["role"] for c in contents(recorded, cast.town)]
    assert roles == ["manager", "borrower", "front_desk"]


def test_what_lapses_is_recorded(recorded: Database, cast: Cast, clock: FixedClock):
    number = submitted(recorded, cast, {cast.chairs: 40})
    clock.instant = FRIDAY
    assert expire_options(recorded) == 1
    assert told(recorded, cast) == [("expire", "deadline", number)]


def test_what_is_no_decision_is_not_recorded(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 40})
    recorded.write(lambda uow: review_booking(uow, cast.manager, number))
    recorded.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'attestation."))
    recorded.write(lambda uow: complete_booking(uow, cast.alice, number))
    waiting(recorded, cast, {cast.tables: 1})
    thrown = draft(recorded, cast, {cast.chairs: 1})
    recorded.write(lambda uow: delete_draft(uow, cast.alice, thrown))
    cancelled = draft(recorded, cast, {cast.chairs: 1})
    recorded.write(lambda uow: cancel_booking(uow, cast.alice, cancelled, "Finalement non."))
    assert contents(recorded, cast.town) == []


def test_handing_over_is_no_decision(recorded: Database, cast: Cast, clock: FixedClock):
    number = submitted(recorded, cast, {cast.chairs: 4})
    recorded.write(lambda uow: approve_booking(uow, cast.manager, number))
    clock.instant = FRIDAY
    recorded.write(lambda uow: prepare_booking(uow, cast.manager, number))
    recorded.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY
    recorded.write(lambda uow: tell_check_in(uow, cast.manager, number))
    recorded.write(lambda uow: close_booking(uow, cast.manager, number))
    assert [kind for kind, *_ in told(recorded, cast)] == ["grant"]


def test_a_program_with_a_token_is_named_by_the_tokens_number(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 4})
    program = Principal(name="Logiciel", grants=cast.manager.grants, api_token_id=12)
    recorded.write(lambda uow: approve_booking(uow, program, number))
    author = {"role": "manager", "user_id": None, "token_id": 12}
    assert last(recorded, cast)["author"] == author


def test_a_decision_that_is_undone_leaves_nothing(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 4})

    def fails(uow: UnitOfWork) -> None:
        approve_booking(uow, cast.manager, number)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        recorded.write(fails)
    assert contents(recorded, cast.town) == []
    recorded.write(lambda uow: approve_booking(uow, cast.manager, number))
    assert last(recorded, cast)["sequence"] == 1


def test_nobodys_name_address_or_words_are_in_the_chain(recorded: Database, cast: Cast):
    def name(uow: UnitOfWork) -> None:
        choir = uow.session.get_one(Organisation, cast.choir)
        choir.contact_name, choir.contact_phone = "Zoé Durand", "01 99 00 00 09"
        choir.address = "9 rue des Lilas"
        choir.insurance_until = (NOW + timedelta(days=300)).date()

    recorded.write(name)
    number = submitted(recorded, cast, {cast.chairs: 4}, name="Anniversaire de Zoé Durand")
    reason = "Zoé Durand nous l'a demandé."
    recorded.write(lambda uow: cancel_booking(uow, cast.manager, number, reason))
    with recorded.read() as uow:
        payload = uow.session.scalars(select(DecisionRecord.payload)).one()
    for personal in ("Zoé", "Durand", "01 99", "Lilas", "Marc", "demandé", "Place du Marché"):
        assert personal not in payload
    assert "2026-12-27" in payload


def test_the_booking_may_go_and_the_record_stays(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 4})
    recorded.write(
        lambda uow: refuse_booking(uow, cast.manager, number, RefusalReason.LATE, BECAUSE)
    )
    recorded.write(lambda uow: uow.session.delete(uow.session.get_one(Booking, number)))
    assert told(recorded, cast) == [("refuse", "staff", number)]
    assert walk(recorded, cast.town).first_break is None


@contextmanager
def counting(database: Database) -> Iterator[list[str]]:
    """Collect the statements that are run."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def test_recording_costs_the_same_few_queries_for_any_number_of_lines(
    recorded: Database, cast: Cast, clock: FixedClock
):
    silent = Database(recorded.engine.url.render_as_string(hide_password=False), clock)
    begun = submitted(recorded, cast, {cast.chairs: 1})
    recorded.write(lambda uow: approve_booking(uow, SYSTEM, begun))
    costs = []
    for lines in ({cast.chairs: 1}, {cast.chairs: 1, cast.tables: 1, cast.barriers: 1}):
        for database in (silent, recorded):
            number = submitted(database, cast, lines)
            with counting(database) as statements:
                database.write(lambda uow, n=number: approve_booking(uow, SYSTEM, n))
            costs.append(len(statements))
    silent.dispose()
    few, few_recorded, many, many_recorded = costs
    assert few_recorded - few == many_recorded - many <= 20
    with recorded.read() as uow:
        assert uow.session.scalar(select(func.count()).select_from(DecisionRecord)) == 3
