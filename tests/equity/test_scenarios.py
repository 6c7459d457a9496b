"""The acceptance scenarios of lending that concern rules and decisions, by their numbers.

Nos. 3 (the lender's own events), 12 and 20 (value) and 15 (contacts made anonymous) stand with
what they are about.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lending.accounts.permissions import Principal, Role
from lending.bookings.decisions import approve_booking
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.eligibility.criteria import Criterion, Finding, Verdict
from lending.equity.eligibility.facts import judge_booking
from lending.equity.overriding import guarding as overriding
from lending.equity.overriding.guarding import RulesSayNo
from lending.equity.overriding.service import confirm_override, propose_override
from lending.equity.record import listening
from lending.equity.record.answers import read_answer
from lending.equity.record.replaying import replay_chain
from lending.equity.rounds import guarding as rounds
from lending.equity.rounds.deciding import Words, adopt_round
from lending.equity.rounds.words import left_out
from lending.errors import InvalidInput
from lending.organisations.details import OrganisationDetails
from lending.organisations.models import Organisation
from lending.organisations.service import create_organisation
from lending.policies.rounds import NewRound, announce_round
from tests.bookings.steps import lines_of, state_of
from tests.equity.record.chains import contents, walk
from tests.factories import (
    FRIDAY,
    MONDAY,
    NOW,
    OTHER_COMMUNE,
    Cast,
    make_user,
    submitted,
)

DAY = timedelta(days=1)
WORDS = Words(
    lambda result: ", ".join(each.grant.limit.value for each in result.lines),
    lambda each: left_out(each, str),
)


@pytest.fixture
def town(database: Database) -> Database:
    """Let everything that judges and records listen, in the order of the application."""
    rounds.listen(database.events)
    overriding.listen(database.events)
    listening.listen(database.events)
    return database


def _round(town: Database, cast: Cast) -> int:
    """Open a round over June that closes in ten days."""
    new = NewRound("Juin", FRIDAY - 5 * DAY, MONDAY + 20 * DAY, NOW, NOW + 10 * DAY, NOW + 12 * DAY)
    return town.write(lambda uow: announce_round(uow, cast.manager, cast.town, new).id)


def _adopt(town: Database, cast: Cast, clock: FixedClock, number: int) -> None:
    clock.instant = NOW + 11 * DAY
    town.write(lambda uow: adopt_round(uow, cast.manager, number, WORDS))


def _finding(town: Database, number: int, criterion: Criterion) -> Finding:
    with town.read() as uow:
        _, _, findings = judge_booking(uow, uow.session.get_one(Booking, number))
    return next(each for each in findings if each.criterion is criterion)


def test_scenario_1_two_ask_for_three_quarters_and_both_in_time_get_the_same_with_a_reason(
    town: Database, cast: Cast, clock: FixedClock
) -> None:
    june = _round(town, cast)
    # 60 barriers, at most 40 in one request: each asks for 40 of them.
    first = submitted(town, cast, {cast.barriers: 40})
    clock.instant = NOW + 9 * DAY
    second = submitted(town, cast, {cast.barriers: 40}, organisation=cast.club)
    _adopt(town, cast, clock, june)
    for number, actor in ((first, cast.alice), (second, cast.bob)):
        assert lines_of(town, number) == {cast.barriers: (40, 30)}
        with town.read() as uow:
            answer = read_answer(uow, actor, number)
        assert answer.decision is not None
        assert answer.decision.rule == "round"
        assert answer.decision.reason == "share"
    with town.read() as uow:
        assert replay_chain(uow, cast.town).differences == ()


def test_scenario_2_the_one_who_is_late_gets_what_is_left(
    town: Database, cast: Cast, clock: FixedClock
) -> None:
    june = _round(town, cast)
    first = submitted(town, cast, {cast.barriers: 40})
    clock.instant = NOW + 10 * DAY + timedelta(hours=1)
    late = submitted(town, cast, {cast.barriers: 40}, organisation=cast.club)
    _adopt(town, cast, clock, june)
    assert lines_of(town, first) == {cast.barriers: (40, 40)}
    assert state_of(town, late) is State.WAITLISTED
    granted = {cast.barriers: 20}
    town.write(lambda uow: approve_booking(uow, cast.manager, late, granted, "Le reste est prêté."))
    assert lines_of(town, late) == {cast.barriers: (40, 20)}


def test_scenario_9_a_seat_outside_with_an_event_inside_is_served(
    town: Database, cast: Cast
) -> None:
    number = submitted(town, cast, {cast.chairs: 5}, organisation=cast.club)
    territory = _finding(town, number, Criterion.TERRITORY)
    assert territory.verdict is Verdict.MET
    assert dict(territory.values) == {"seat": "Le Gué-aux-Tréteaux", "place": "Sainte-Planche"}
    town.write(lambda uow: approve_booking(uow, cast.manager, number))
    assert state_of(town, number) is State.APPROVED


@pytest.mark.parametrize(
    ("field", "number", "kept"),
    [
        ("rna", "W9T1002867", "W9T1002867"),
        ("siret", "356 000 000 00048", "35600000000048"),  # La Poste, which the key exempts
        ("siren", "732 829 321", None),
        ("siret", "732 829 320 00075", None),
    ],
)
def test_scenario_10_identifiers_are_taken_or_refused_as_the_registers_write_them(
    town: Database, cast: Cast, field: str, number: str, kept: str | None
) -> None:
    told = OrganisationDetails(
        name="Lire et dire", commune_insee=OTHER_COMMUNE, contact_email="a@b.example"
    )
    numbered = replace(told, **{field: number})

    def register(uow) -> str | None:
        organisation = create_organisation(uow, cast.front_desk, numbered)
        found: str | None = getattr(uow.session.get_one(Organisation, organisation), field)
        return found

    if kept is None:
        with pytest.raises(InvalidInput) as refused:
            town.write(register)
        assert refused.value.errors[0].field == field
    else:
        assert town.write(register) == kept


def test_scenario_11_an_insurance_that_ends_before_the_return_stands_in_the_way(
    town: Database, cast: Cast
) -> None:
    number = submitted(town, cast, {cast.chairs: 5})

    def insure(until: date) -> None:
        town.write(
            lambda uow: setattr(
                uow.session.get_one(Organisation, cast.choir), "insurance_until", until
            )
        )

    insure(MONDAY.date() - DAY)
    insurance = _finding(town, number, Criterion.INSURANCE)
    assert (insurance.verdict, insurance.blocks) == (Verdict.FAILED, True)
    with pytest.raises(RulesSayNo):
        town.write(lambda uow: approve_booking(uow, cast.manager, number))
    insure(MONDAY.date())
    town.write(lambda uow: approve_booking(uow, cast.manager, number))
    assert state_of(town, number) is State.APPROVED


def test_scenario_13_an_override_without_a_motive_is_blocked_whoever_asks_for_it(
    town: Database, cast: Cast
) -> None:
    town.write(
        lambda uow: setattr(uow.session.get_one(Organisation, cast.choir), "insurance_until", None)
    )
    number = submitted(town, cast, {cast.chairs: 5})
    mayor: Principal = town.write(
        lambda uow: make_user(uow.session, "Maire", Role.ADMINISTRATOR, authority_id=None)
    )
    for motive in ("", "   "):
        with pytest.raises(InvalidInput) as refused:
            town.write(lambda uow, motive=motive: propose_override(uow, mayor, number, motive))
        assert refused.value.errors[0].field == "override"
    assert state_of(town, number) is State.SUBMITTED
    assert contents(town, cast.town) == []

    town.write(lambda uow: propose_override(uow, mayor, number, "Fête de secours après la crue."))
    with pytest.raises(InvalidInput):
        town.write(lambda uow: confirm_override(uow, mayor, number))
    town.write(lambda uow: confirm_override(uow, cast.manager, number))
    (says,) = contents(town, cast.town)
    assert says["kind"] == "override"
    assert walk(town, cast.town).first_break is None


def test_scenario_14_a_file_undecided_for_two_months_shows_when_silence_became_a_refusal(
    town: Database, cast: Cast, clock: FixedClock
) -> None:
    number = submitted(town, cast, {cast.chairs: 5})
    clock.instant = NOW + 62 * DAY
    with town.read() as uow:
        answer = read_answer(uow, cast.alice, number)
    assert answer.decision is None
    assert answer.silence is not None
    assert answer.silence.refused_on == date(2026, 5, 2)
    assert answer.silence.is_past
