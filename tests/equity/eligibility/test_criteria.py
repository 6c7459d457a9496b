"""What the rules say of a request, as pure arithmetic on its facts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.bookings.states import RefusalReason
from lending.equity.eligibility.criteria import (
    Criterion,
    Facts,
    Finding,
    Verdict,
    facts_from_json,
    facts_json,
    judge,
    priority_class,
)
from lending.organisations.models import OrganisationKind, Verification
from lending.policies.rules import DEFAULT, Late, PriorityClass, Rules, Territory

IN_ORDER = Facts(
    kind=OrganisationKind.ASSOCIATION,
    is_lenders_own=False,
    verification=Verification.VERIFIED,
    has_identifier=True,
    seat="Sainte-Planche",
    seat_in_territory=True,
    event_commune="Sainte-Planche",
    event_in_territory=True,
    cause_carried=True,
    commitment_on=date(2025, 1, 10),
    insured_until=date(2026, 12, 31),
    overdue_loans=0,
    filed_on=date(2026, 3, 2),
    first_day=date(2026, 6, 5),
    last_day=date(2026, 6, 8),
    attendance=200,
    is_heavy=False,
    needs_power=False,
)

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
facts = st.builds(
    Facts,
    kind=st.sampled_from(OrganisationKind),
    is_lenders_own=st.booleans(),
    verification=st.sampled_from(Verification),
    has_identifier=st.booleans(),
    seat=st.just("Ici"),
    seat_in_territory=st.booleans(),
    event_commune=st.just("Là"),
    event_in_territory=st.booleans(),
    cause_carried=st.booleans(),
    commitment_on=st.none() | days,
    insured_until=st.none() | days,
    overdue_loans=st.integers(0, 3),
    filed_on=days,
    first_day=days,
    last_day=days,
    attendance=st.none() | st.integers(0, 5000),
    is_heavy=st.booleans(),
    needs_power=st.booleans(),
    value_cents=st.none() | st.integers(0, 200_000),
    large_loans=st.none() | st.integers(0, 5),
)
rules = st.builds(
    Rules,
    territory=st.sampled_from(Territory),
    late=st.sampled_from(Late),
    lead_time_days=st.integers(0, 120),
    insurance=st.booleans(),
    republican_commitment=st.booleans(),
    identifier=st.booleans(),
    nothing_outstanding=st.booleans(),
    priorities=st.lists(st.sampled_from(PriorityClass), unique=True).map(tuple),
)


def finding(changed: Facts, criterion: Criterion, by: Rules = DEFAULT) -> Finding | None:
    """Return what one criterion answers, if it has anything to say."""
    return next((each for each in judge(by, changed) if each.criterion is criterion), None)


def answer(changed: Facts, criterion: Criterion, by: Rules = DEFAULT) -> Finding:
    """Return what one criterion answers, which must say something."""
    found = finding(changed, criterion, by)
    assert found is not None
    return found


@given(facts)
def test_facts_come_back_from_the_record(one: Facts) -> None:
    assert facts_from_json(facts_json(one)) == one


@given(rules, facts)
def test_each_criterion_answers_once_and_in_a_fixed_order(by: Rules, one: Facts) -> None:
    order = list(Criterion)
    places = [order.index(each.criterion) for each in judge(by, one)]
    assert places == sorted(set(places))


@given(rules, facts)
def test_only_what_is_not_met_stands_in_the_way_and_says_what_to_do(by: Rules, one: Facts) -> None:
    for each in judge(by, one):
        if each.blocks:
            assert each.verdict is Verdict.FAILED
            assert each.reason is not None
        if each.verdict is Verdict.FAILED:
            assert each.advice


@given(rules, facts)
def test_every_value_that_a_sentence_names_is_there(by: Rules, one: Facts) -> None:
    for each in judge(by, one):
        values = dict(each.values)
        assert each.text % values
        assert not each.advice or each.advice % values


@given(rules, facts, days)
def test_filing_earlier_never_makes_a_request_late(by: Rules, one: Facts, other: date) -> None:
    earlier, later = sorted([one.filed_on, other])
    before = answer(replace(one, filed_on=earlier), Criterion.LEAD_TIME, by)
    after = answer(replace(one, filed_on=later), Criterion.LEAD_TIME, by)
    assert not (after.verdict is Verdict.MET and before.verdict is Verdict.FAILED)


@given(rules, facts)
def test_the_name_of_a_commune_decides_nothing(by: Rules, one: Facts) -> None:
    elsewhere = replace(one, seat="Ailleurs", event_commune="Plus loin")
    assert [each.verdict for each in judge(by, one)] == [
        each.verdict for each in judge(by, elsewhere)
    ]


def test_a_file_in_order_leaves_only_the_general_interest_to_be_seen() -> None:
    found = judge(DEFAULT, IN_ORDER)
    assert not any(each.blocks for each in found)
    assert [each.criterion for each in found if each.verdict is not Verdict.MET] == [
        Criterion.GENERAL_INTEREST
    ]


def test_a_seat_outside_with_an_event_inside_is_served() -> None:
    outside = replace(IN_ORDER, seat_in_territory=False)
    assert answer(outside, Criterion.TERRITORY).verdict is Verdict.MET
    strict = Rules(territory=Territory.SEAT)
    refused = answer(outside, Criterion.TERRITORY, strict)
    assert refused.blocks
    assert refused.reason is RefusalReason.NOT_ELIGIBLE_TERRITORY


def test_an_insurance_that_ends_before_the_return_stands_in_the_way() -> None:
    short = replace(IN_ORDER, insured_until=IN_ORDER.last_day - timedelta(days=1))
    assert answer(short, Criterion.INSURANCE).blocks
    just = replace(IN_ORDER, insured_until=IN_ORDER.last_day)
    assert answer(just, Criterion.INSURANCE).verdict is Verdict.MET


def test_a_late_request_is_examined_with_what_is_left_unless_the_rules_refuse_it() -> None:
    late = replace(IN_ORDER, filed_on=IN_ORDER.first_day - timedelta(days=44))
    assert answer(late, Criterion.LEAD_TIME).verdict is Verdict.FAILED
    assert not answer(late, Criterion.LEAD_TIME).blocks
    assert answer(late, Criterion.LEAD_TIME, Rules(late=Late.REFUSED)).blocks
    in_time = replace(IN_ORDER, filed_on=IN_ORDER.first_day - timedelta(days=45))
    assert answer(in_time, Criterion.LEAD_TIME).verdict is Verdict.MET


def test_heavy_equipment_is_asked_for_earlier() -> None:
    heavy = replace(IN_ORDER, is_heavy=True, filed_on=IN_ORDER.first_day - timedelta(days=60))
    assert answer(heavy, Criterion.LEAD_TIME).verdict is Verdict.FAILED


def test_papers_are_asked_of_associations_and_not_of_the_lenders_own_departments() -> None:
    own = replace(
        IN_ORDER,
        kind=OrganisationKind.DEPARTMENT,
        is_lenders_own=True,
        commitment_on=None,
        insured_until=None,
        has_identifier=False,
    )
    assert not any(each.blocks for each in judge(DEFAULT, own))
    for criterion in (Criterion.COMMITMENT, Criterion.INSURANCE, Criterion.IDENTIFIERS):
        assert finding(own, criterion) is None


def test_what_was_not_brought_back_stands_in_the_way() -> None:
    late = answer(replace(IN_ORDER, overdue_loans=2), Criterion.OUTSTANDING)
    assert late.blocks
    assert dict(late.values) == {"num": 2}


def test_the_fourth_large_loan_of_a_year_is_told_but_not_stopped() -> None:
    fourth = replace(IN_ORDER, value_cents=40_000, large_loans=3)
    told = answer(fourth, Criterion.FREQUENCY)
    assert (told.verdict, told.blocks) == (Verdict.FAILED, False)
    assert finding(replace(fourth, large_loans=2), Criterion.FREQUENCY) is None
    assert finding(replace(fourth, value_cents=10_000), Criterion.FREQUENCY) is None


def test_a_great_event_needs_a_safety_file() -> None:
    assert finding(replace(IN_ORDER, attendance=300), Criterion.SAFETY_FILE) is None
    found = answer(replace(IN_ORDER, attendance=301), Criterion.SAFETY_FILE)
    assert found.verdict is Verdict.TO_CHECK


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, PriorityClass.ASSOCIATIONS),
        ({"is_lenders_own": True}, PriorityClass.OWN),
        ({"kind": OrganisationKind.SCHOOL}, PriorityClass.SCHOOLS),
        ({"kind": OrganisationKind.PUBLIC_BODY}, PriorityClass.PUBLIC_BODIES),
        ({"seat_in_territory": False}, PriorityClass.ASSOCIATIONS),
        (
            {"seat_in_territory": False, "event_in_territory": False},
            PriorityClass.OUTSIDERS,
        ),
    ],
)
def test_who_asks_falls_in_one_class(changed: dict[str, object], expected: PriorityClass) -> None:
    assert priority_class(replace(IN_ORDER, **changed)) is expected  # type: ignore[arg-type]


def test_a_class_that_the_rules_do_not_serve_stands_in_the_way() -> None:
    few = Rules(priorities=(PriorityClass.OWN, PriorityClass.ASSOCIATIONS))
    assert finding(IN_ORDER, Criterion.SERVED, few) is None
    school = replace(IN_ORDER, kind=OrganisationKind.SCHOOL)
    assert answer(school, Criterion.SERVED, few).blocks
