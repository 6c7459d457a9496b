"""What the register counts adds up, whatever it is counted by."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lending.authorities.models import Competence
from lending.equity.register.figures import (
    COMPARABLE,
    DECIDED,
    FEWEST,
    Asked,
    Case,
    Outcome,
    count,
    gaps,
    groups,
    public_groups,
)
from lending.policies.rules import PriorityClass

OTHERS = "others"


@st.composite
def cases(draw: st.DrawFn) -> Case:
    asked = [
        Asked(family, number, draw(st.integers(0, number)))
        for family in draw(st.sets(st.sampled_from(["chairs", "stages"]), min_size=1))
        for number in [draw(st.integers(1, 50))]
    ]
    organisation = draw(st.integers(1, 6))
    return Case(
        booking_id=draw(st.integers(1, 10**6)),
        reference="R",
        organisation_id=organisation,
        organisation=f"Organisation {organisation}",
        commune=draw(st.sampled_from(["Ici", "Là", "Loin"])),
        competence=draw(st.sampled_from(list(Competence))),
        priority=draw(st.sampled_from([PriorityClass.ASSOCIATIONS, PriorityClass.SCHOOLS])),
        quarter=draw(st.sampled_from(["2026-T1", "2026-T2"])),
        outcome=draw(st.sampled_from(list(Outcome))),
        asked=tuple(asked),
        days=draw(st.none() | st.integers(0, 90)),
        cents=draw(st.integers(0, 10**6)),
    )


some = st.lists(cases(), max_size=60)


def by_commune(case: Case) -> str:
    return case.commune


def by_organisation(case: Case) -> str:
    return case.organisation


@given(some)
def test_every_way_of_counting_adds_up_to_the_same_whole(all_cases: list[Case]) -> None:
    whole = count("", all_cases)
    for key in (by_commune, by_organisation, lambda case: case.quarter):
        parts = groups(all_cases, key)
        assert sum(part.requests for part in parts) == whole.requests == len(all_cases)
        assert sum(part.asked for part in parts) == whole.asked
        assert sum(part.granted for part in parts) == whole.granted
        assert sum(part.cents for part in parts) == whole.cents
        assert sum(part.count(*Outcome) for part in parts) == whole.requests


@given(some, st.randoms())
def test_the_order_of_the_requests_does_not_matter(all_cases: list[Case], chance) -> None:
    shuffled = list(all_cases)
    chance.shuffle(shuffled)
    assert groups(shuffled, by_commune) == groups(all_cases, by_commune)
    assert gaps(shuffled, by_commune, 15) == gaps(all_cases, by_commune, 15)


@given(some)
def test_a_rate_lies_between_nothing_and_everything(all_cases: list[Case]) -> None:
    for group in groups(all_cases, by_organisation):
        assert group.rate is None or 0 <= group.rate <= 100
        assert (group.rate is None) == (group.count(*DECIDED) == 0)


@given(some)
def test_nobody_can_be_recognised_in_what_is_public(all_cases: list[Case]) -> None:
    for key in (by_commune, by_organisation):
        found = public_groups(all_cases, key, OTHERS)
        assert sum(group.requests for group in found) == len(all_cases)
        alone = len(found) == 1
        assert all(group.organisations >= FEWEST or alone for group in found)


@given(some, st.integers(0, 100))
def test_a_gap_is_between_groups_of_associations_that_are_large_enough(
    all_cases: list[Case], threshold: int
) -> None:
    decided = [
        case
        for case in all_cases
        if case.outcome in DECIDED and case.priority is PriorityClass.ASSOCIATIONS
    ]
    for gap in gaps(all_cases, by_commune, threshold):
        assert 0 < gap.points <= 100
        assert gap.is_alert == (gap.points > threshold)
        for name in (gap.lowest, gap.highest):
            of_group = [
                case
                for case in decided
                if (case.commune, case.quarter) == (name, gap.quarter)
                and any(each.family == gap.family for each in case.asked)
            ]
            assert len(of_group) >= COMPARABLE


def one(number: int, commune: str, granted: int, **more: object) -> Case:
    case = Case(
        booking_id=number,
        reference="R",
        organisation_id=number,
        organisation=str(number),
        commune=commune,
        competence=Competence.SPORT,
        priority=PriorityClass.ASSOCIATIONS,
        quarter="2026-T3",
        outcome=Outcome.PART,
        asked=(Asked("chairs", 100, granted),),
        days=10,
        cents=0,
    )
    return replace(case, **more)  # type: ignore[arg-type]


def test_two_communes_that_are_served_alike_show_no_gap_and_others_show_theirs() -> None:
    alike = [one(n, "Ici", 80) for n in range(5)] + [one(n, "Là", 80) for n in range(5, 10)]
    assert gaps(alike, by_commune, 15) == ()
    unlike = [*alike[:5], *(replace(case, asked=(Asked("chairs", 100, 60),)) for case in alike[5:])]
    (gap,) = gaps(unlike, by_commune, 15)
    assert (gap.lowest, gap.lowest_rate, gap.highest, gap.highest_rate) == ("Là", 60, "Ici", 80)
    assert (gap.points, gap.is_alert) == (20, True)
    assert gaps(unlike, by_commune, 20)[0].is_alert is False


def test_who_withdrew_was_neither_served_nor_not() -> None:
    found = count("", [one(1, "Ici", 100), one(2, "Ici", 0, outcome=Outcome.WITHDRAWN)])
    assert (found.requests, found.rate) == (2, 100)
