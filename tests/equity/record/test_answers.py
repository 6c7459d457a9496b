"""Why a request was answered as it was, from the record."""

from datetime import date, timedelta

import pytest

from lending.accounts.permissions import ANONYMOUS, Role
from lending.bookings.decisions import (
    approve_booking,
    cancel_booking,
    put_on_waiting_list,
    refuse_booking,
)
from lending.bookings.expiry import expire_options
from lending.bookings.pieces import ask_for_pieces
from lending.bookings.states import RefusalReason
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.eligibility.criteria import Criterion, Verdict
from lending.equity.record.answers import Answer, Silence, read_answer
from lending.equity.record.chain import erase_words
from lending.equity.record.comparing import ComparedCase, compared_cases
from lending.equity.record.decision import Kind, Rule
from lending.errors import NotFound, NotSignedIn
from lending.policies.drafting import Draft
from lending.policies.rules import PriorityClass, Rules
from tests.factories import (
    FRIDAY,
    MONDAY,
    NOW,
    Cast,
    draft,
    make_organisation,
    submitted,
    waiting,
)
from tests.policies.test_versions import published

BECAUSE = "Le reste est promis à l'école."


def answer(database: Database, cast: Cast, number: int) -> Answer:
    """Read the answer as the choir does."""
    with database.read() as uow:
        return read_answer(uow, cast.alice, number)


def test_an_answer_has_its_numbers_its_rules_and_its_reason(
    recorded: Database, cast: Cast, clock: FixedClock
):
    rules = Rules(appeal_days=10, court="le tribunal de Sainte-Planche")
    published(recorded, cast, draft=Draft(rules, vote_reference="2026-02-28 no 3"))
    submitted(recorded, cast, {cast.chairs: 70}, organisation=cast.club)
    number = submitted(recorded, cast, {cast.chairs: 30, cast.tables: 2})
    clock.instant += timedelta(days=1)
    published(recorded, cast, draft=Draft(Rules(appeal_days=99), vote_reference="2026-03-03"))
    recorded.write(
        lambda uow: approve_booking(uow, cast.manager, number, {cast.chairs: 20}, BECAUSE)
    )
    clock.instant += timedelta(days=5)
    found = answer(recorded, cast, number)
    assert found.decision is not None
    assert (found.decision.kind, found.decision.reason) == (Kind.GRANT_IN_PART, BECAUSE)
    assert (found.rule, found.decided_as) == (Rule.STAFF, Role.MANAGER)
    assert [
        (line.name, line.asked, line.granted, line.stock, line.free) for line in found.lines
    ] == [
        ("Chaise pliante", 30, 20, 100, 30),
        ("Table pliante 183 cm", 2, 2, 20, 20),
    ]
    # the rules in force when the file was complete, not those of the decision's day
    assert (found.rules.number, found.rules.vote_reference) == (1, "2026-02-28 no 3")
    assert (found.appeal_until, found.rules.rules.court) == (date(2026, 3, 13), rules.court)
    assert (found.arrival, found.priority, found.place) == (2, PriorityClass.ASSOCIATIONS, 4)
    verdicts = {each.criterion: each.verdict for each in found.findings}
    assert verdicts[Criterion.TERRITORY] is Verdict.MET
    assert verdicts[Criterion.INSURANCE] is Verdict.MET
    assert found.silence is None


def test_what_is_granted_in_full_leaves_nothing_to_contest(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 30})
    recorded.write(lambda uow: approve_booking(uow, cast.manager, number))
    assert answer(recorded, cast, number).appeal_until is None


def test_an_undecided_request_says_from_when_silence_is_a_refusal(
    recorded: Database, cast: Cast, clock: FixedClock
):
    rules = Rules(answer_days=30, silence_days=61, appeal_days=61)
    published(recorded, cast, draft=Draft(rules, vote_reference="2026-02-28"))
    number = submitted(recorded, cast, {cast.chairs: 30})
    found = answer(recorded, cast, number)
    assert (found.decision, found.answer_by) == (None, date(2026, 4, 1))
    assert found.silence == Silence(date(2026, 5, 2), date(2026, 7, 2), is_past=False)
    clock.instant += timedelta(days=61)
    assert answer(recorded, cast, number).silence == Silence(
        date(2026, 5, 2), date(2026, 7, 2), is_past=True
    )


def test_the_time_stands_still_while_the_file_is_incomplete(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 30})
    recorded.write(lambda uow: ask_for_pieces(uow, cast.manager, number, "L'attestation."))
    found = answer(recorded, cast, number)
    assert (found.silence, found.answer_by) == (None, None)


def test_what_the_borrower_or_the_installation_did_since_is_no_answer(
    recorded: Database, cast: Cast
):
    holder = submitted(recorded, cast, {cast.chairs: 100})
    late = RefusalReason.LATE
    served = waiting(recorded, cast, {cast.chairs: 60})
    recorded.write(lambda uow: refuse_booking(uow, cast.manager, holder, late, BECAUSE))
    assert answer(recorded, cast, served).decision is None
    recorded.write(lambda uow: cancel_booking(uow, cast.alice, served, "Il pleuvra."))
    assert answer(recorded, cast, served).decision is None
    assert answer(recorded, cast, holder).decision is not None


def test_who_waits_has_an_answer_and_the_time_of_silence_runs_on(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 30})
    recorded.write(lambda uow: put_on_waiting_list(uow, cast.manager, number, BECAUSE))
    found = answer(recorded, cast, number)
    assert found.decision is not None
    assert (found.decision.kind, found.appeal_until) == (Kind.WAIT, date(2026, 5, 2))


def test_what_lapses_is_told_as_decided_by_nobody(
    recorded: Database, cast: Cast, clock: FixedClock
):
    number = submitted(recorded, cast, {cast.chairs: 30})
    clock.instant = FRIDAY
    expire_options(recorded)
    found = answer(recorded, cast, number)
    assert found.decision is not None
    assert (found.decision.kind, found.decided_as, found.rule) == (Kind.EXPIRE, None, Rule.DEADLINE)


def test_words_that_were_erased_are_told_as_such(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 30})
    code = RefusalReason.PUBLIC_ORDER
    recorded.write(lambda uow: refuse_booking(uow, cast.manager, number, code, BECAUSE))
    recorded.write(lambda uow: erase_words(uow, [1]))
    found = answer(recorded, cast, number)
    assert found.decision is not None
    assert (found.decision.reason, found.decision.reason_code) == (None, code)


def test_others_and_drafts_have_no_answer(recorded: Database, cast: Cast):
    number = submitted(recorded, cast, {cast.chairs: 30})
    unsent = draft(recorded, cast, {cast.chairs: 1})
    with recorded.read() as uow:
        for actor, one in ((cast.bob, number), (cast.other_manager, number), (cast.alice, unsent)):
            with pytest.raises(NotFound):
                read_answer(uow, actor, one)
        with pytest.raises(NotSignedIn):
            read_answer(uow, ANONYMOUS, number)
        assert read_answer(uow, cast.auditor, number).reference


def others(database: Database, cast: Cast, count: int) -> list[int]:
    """Write associations that ask too."""
    return database.write(
        lambda uow: [make_organisation(uow.session, f"Amicale {n}").id for n in range(count)]
    )


def cases(database: Database, number: int) -> tuple[ComparedCase, ...]:
    """Return what can be compared with a request."""
    with database.read() as uow:
        return compared_cases(uow, number)


@pytest.fixture
def compared(recorded: Database, cast: Cast) -> int:
    """Decide for three others, two of them at the same time; return a request of the choir."""
    one, two, three = others(recorded, cast, 3)
    first = submitted(recorded, cast, {cast.chairs: 20, cast.tables: 9}, organisation=one)
    recorded.write(lambda uow: approve_booking(uow, cast.manager, first))
    second = submitted(recorded, cast, {cast.chairs: 10}, organisation=two)
    code = RefusalReason.LATE
    recorded.write(lambda uow: put_on_waiting_list(uow, cast.manager, second, "Attendez."))
    recorded.write(lambda uow: refuse_booking(uow, cast.manager, second, code, "Trop tard."))
    week = timedelta(days=7)
    third = submitted(
        recorded, cast, {cast.chairs: 8}, organisation=three, start=FRIDAY + week, end=MONDAY + week
    )
    recorded.write(lambda uow: approve_booking(uow, cast.manager, third, {cast.chairs: 5}, "Non."))
    return submitted(recorded, cast, {cast.chairs: 30})


def test_cases_of_others_are_shown_without_names_those_of_the_same_time_first(
    recorded: Database, compared: int
):
    associations = PriorityClass.ASSOCIATIONS
    assert cases(recorded, compared) == (
        ComparedCase(Kind.REFUSE, associations, 10, 0, RefusalReason.LATE, is_same_time=True),
        ComparedCase(Kind.GRANT, associations, 20, 20, None, is_same_time=True),
        ComparedCase(Kind.GRANT_IN_PART, associations, 8, 5, None, is_same_time=False),
    )


def test_so_few_cases_that_one_could_guess_who_are_not_shown(recorded: Database, cast: Cast):
    one, two = others(recorded, cast, 2)
    for organisation in (one, one, one, two, cast.choir, cast.choir):
        number = submitted(recorded, cast, {cast.chairs: 1}, organisation=organisation)
        recorded.write(lambda uow, n=number: approve_booking(uow, cast.manager, n))
    assert cases(recorded, submitted(recorded, cast, {cast.chairs: 30})) == ()


def test_cases_are_of_the_same_items_the_same_lender_and_the_last_twelve_months(
    recorded: Database, cast: Cast, compared: int, clock: FixedClock
):
    assert cases(recorded, submitted(recorded, cast, {cast.barriers: 3})) == ()
    clock.instant = NOW + timedelta(days=366)
    assert cases(recorded, compared) == ()
