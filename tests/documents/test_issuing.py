"""Documents are numbered without a gap, say what was decided, and stay as they were issued."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from lending.accounts.permissions import SYSTEM
from lending.bookings.decisions import cancel_booking, refuse_booking
from lending.bookings.states import RefusalReason
from lending.documents.errors import LetterheadIncomplete
from lending.documents.issuing import draft_of, issue_for_booking, issue_statement
from lending.documents.kinds import Kind
from lending.documents.letterhead import end_signatory, signatory_on
from lending.documents.models import Document
from lending.documents.queries import documents_of
from lending.equity.record.canonical import digest_of
from lending.equity.valuation.service import listen as value
from lending.errors import Forbidden, NotAllowedNow, NotFound
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted
from lending.policies.rules import Rules
from tests import factories
from tests.equity.valuation.loans import publish
from tests.support.letters import SIGNATORY, issue, set_letterhead


def content(database, document_id):
    """Return what a document says."""
    with database.read() as uow:
        return json.loads(uow.session.get_one(Document, document_id).content)


def references(database, cast, booking_id):
    """Return the numbers of a booking's documents, the latest first."""
    with database.read() as uow:
        return [view.reference for view in documents_of(uow, cast.manager, booking_id)]


def test_numbers_count_from_one_for_each_kind_without_a_gap(database, cast):
    set_letterhead(database, cast)
    one = factories.approved(database, cast, {cast.chairs: 2})
    other = factories.approved(database, cast, {cast.chairs: 3})
    issue(database, cast, one, Kind.AGREEMENT)
    with pytest.raises(NotAllowedNow):
        issue(database, cast, one, Kind.RETURN_NOTE)  # nothing has left: no number is lost
    issue(database, cast, other, Kind.AGREEMENT)
    issue(database, cast, other, Kind.PLAN)
    assert references(database, cast, one) == ["CONV-2026-0001"]
    assert references(database, cast, other) == ["PE-2026-0001", "CONV-2026-0002"]


def test_each_year_counts_anew_on_the_clock_of_the_authority(database, cast, clock):
    set_letterhead(database, cast)
    booking = factories.approved(database, cast, {cast.chairs: 2})
    issue(database, cast, booking, Kind.PLAN)
    clock.instant = factories.NOW.replace(year=2026, month=12, day=31, hour=23, minute=30)
    issue(database, cast, booking, Kind.PLAN)
    assert references(database, cast, booking) == ["PE-2027-0001", "PE-2026-0001"]


def test_a_request_is_told_the_rules_that_stood_when_it_was_complete(database, cast, clock):
    set_letterhead(database, cast)
    booking = factories.submitted(database, cast, {cast.chairs: 2})
    clock.instant += timedelta(days=1)
    publish(database, cast, Rules(answer_days=3, silence_days=90))
    says = content(database, issue(database, cast, booking, Kind.ACKNOWLEDGEMENT))
    assert says["refused_by_silence_on"] == "2026-05-02", "two months, as before"


def test_a_later_one_takes_the_place_of_the_earlier_and_both_stay(database, cast):
    set_letterhead(database, cast)
    booking = factories.approved(database, cast, {cast.chairs: 2})
    for _ in range(3):
        issue(database, cast, booking, Kind.AGREEMENT)
    with database.read() as uow:
        views = documents_of(uow, cast.alice, booking)
    assert [(view.reference, view.replaced_by) for view in views] == [
        ("CONV-2026-0003", ""),
        ("CONV-2026-0002", "CONV-2026-0003"),
        ("CONV-2026-0001", "CONV-2026-0002"),
    ]


def test_what_is_missing_is_told_before_a_number_is_taken(database, cast):
    booking = factories.approved(database, cast, {cast.chairs: 2})
    with pytest.raises(LetterheadIncomplete) as told:
        issue(database, cast, booking, Kind.AGREEMENT)
    assert len(told.value.missing) == 3
    set_letterhead(database, cast, signatory=None)
    with pytest.raises(LetterheadIncomplete) as told:
        issue(database, cast, booking, Kind.AGREEMENT)
    assert told.value.missing == ("Somebody who may sign on this day, with the quality.",)
    issue(database, cast, booking, Kind.PICK_LIST)  # nobody has to sign this
    set_letterhead(database, cast)
    issue(database, cast, booking, Kind.AGREEMENT)
    assert references(database, cast, booking) == ["CONV-2026-0001", "BP-2026-0001"]


def test_who_signs_is_who_may_on_that_day(database, cast):
    signatory = set_letterhead(database, cast)
    last = date(2026, 3, 31)
    database.write(lambda uow: end_signatory(uow, SYSTEM, cast.town, signatory, last))
    with database.read() as uow:
        assert signatory_on(uow, cast.town, last).name == SIGNATORY.name
        assert signatory_on(uow, cast.town, last + timedelta(days=1)) is None
        assert signatory_on(uow, cast.town, date(2025, 12, 31)) is None


def test_a_refusal_gives_reason_visas_and_appeal_from_the_record(followed, cast):
    set_letterhead(followed, cast)
    booking = factories.submitted(followed, cast, {cast.chairs: 2})
    followed.write(
        lambda uow: refuse_booking(
            uow, cast.manager, booking, RefusalReason.NOT_GENERAL_INTEREST, "Soirée privée."
        )
    )
    says = content(followed, issue(followed, cast, booking, Kind.DECISION))
    assert says["outcome"] == "refused"
    assert says["reason_words"] == "L’événement n’est pas d’intérêt général"
    assert says["reason"] == "Soirée privée."
    assert says["record"]["sequence"] == 1
    assert says["appeal_within"] == "deux mois"
    assert says["signatory"]["delegation"] == SIGNATORY.delegation
    assert says["lines"][0] | {"name": ""} == {
        "name": "",
        "hours": False,
        "requested": 2,
        "granted": 0,
    }


def test_what_a_document_says_is_what_its_digest_is_of(database, cast):
    set_letterhead(database, cast)
    booking = factories.approved(database, cast, {cast.chairs: 2})
    number = issue(database, cast, booking, Kind.AGREEMENT)
    with database.read() as uow:
        row = uow.session.get_one(Document, number)
        assert digest_of(json.loads(row.content)) == row.digest
        assert json.loads(row.content)["number"] == "CONV-2026-0001"


def test_a_draft_takes_no_number_and_leaves_nothing(database, cast):
    set_letterhead(database, cast)
    booking = factories.approved(database, cast, {cast.chairs: 2})
    with database.read() as uow:
        assert draft_of(uow, cast.manager, booking, Kind.AGREEMENT)["number"] is None
    assert references(database, cast, booking) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE document SET content = '{}'",
        "DELETE FROM document",
        "UPDATE document_file SET size = 0",
        "DELETE FROM document_file",
    ],
)
def test_the_database_refuses_to_alter_what_is_issued(database, cast, files, statement):
    set_letterhead(database, cast)
    booking = factories.approved(database, cast, {cast.chairs: 2})
    number = issue(database, cast, booking, Kind.PICK_LIST)
    with database.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO document_file (document_id, sha256, size, made_at)"
                " VALUES (:number, 'a', 1, '2026-03-02 08:00:00.000000')"
            ),
            {"number": number},
        )
    with (
        pytest.raises(DatabaseError, match="stay as they were written"),
        database.engine.begin() as connection,
    ):
        connection.execute(text(statement))


def test_a_statement_of_value_needs_a_loan_in_its_year(database, cast):
    value(database.events)
    set_letterhead(database, cast)
    factories.approved(database, cast, {cast.chairs: 10})

    def state(year):
        return database.write(
            lambda uow: issue_statement(uow, cast.manager, cast.town, cast.choir, year).id
        )

    with pytest.raises(NotAllowedNow):
        state(2025)
    first, second = state(2026), state(2026)
    says = content(database, second)
    assert says["number"] == "AV-2026-0002"
    assert says["cents"] == sum(loan["cents"] for loan in says["loans"]) > 0
    with database.read() as uow:
        assert uow.session.get_one(Document, second).replaces_id == first


def test_a_damage_report_needs_a_charge(database, cast):
    set_letterhead(database, cast)
    booking = factories.approved(database, cast, {cast.chairs: 2})
    database.write(lambda uow: tell_check_out(uow, cast.manager, booking))
    counted = {cast.chairs: Counted(2)}
    database.write(lambda uow: tell_check_in(uow, cast.manager, booking, counted))
    with pytest.raises(NotAllowedNow):
        issue(database, cast, booking, Kind.DAMAGE)


def test_a_cancelled_booking_gets_no_agreement(database, cast):
    set_letterhead(database, cast)
    booking = factories.approved(database, cast, {cast.chairs: 2})
    database.write(lambda uow: cancel_booking(uow, cast.manager, booking, "Reporté."))
    with pytest.raises(NotAllowedNow):
        issue(database, cast, booking, Kind.AGREEMENT)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_only_staff_of_the_lender_issues_and_pick_lists_are_theirs_alone(database, cast):
    set_letterhead(database, cast)
    booking = factories.approved(database, cast, {cast.chairs: 2})
    for actor, refusal in ((cast.alice, Forbidden), (cast.bob, NotFound)):
        with pytest.raises(refusal):
            database.write(
                lambda uow, actor=actor: issue_for_booking(uow, actor, booking, Kind.PLAN)
            )
    issue(database, cast, booking, Kind.PICK_LIST)
    with database.read() as uow:
        assert documents_of(uow, cast.alice, booking) == ()
        with pytest.raises(NotFound):
            documents_of(uow, cast.bob, booking)
