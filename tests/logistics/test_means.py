"""Managers keep agents, skills, vehicles and crews; what is wrong is told beside its field."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lending.accounts.permissions import ANONYMOUS
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden, InvalidInput, NotFound, NotSignedIn
from lending.logistics.means.crews import CrewDetails, add_crew, edit_crew, retire_crew
from lending.logistics.means.fleet import (
    add_outage,
    add_vehicle,
    edit_vehicle,
    remove_outage,
    retire_vehicle,
)
from lending.logistics.means.kinds import Colour, Skill, with_included
from lending.logistics.means.people import (
    AgentDetails,
    add_agent,
    edit_agent,
    remove_skill,
    retire_agent,
    set_skill,
)
from lending.logistics.means.queries import get_agent, get_crew, get_vehicle, means_of
from lending.logistics.means.rows import Means
from lending.logistics.means.shifts import WeekPattern, plan_week
from lending.logistics.means.week import week_of
from tests.factories import Cast
from tests.logistics.crews import MONDAY, OFFICE, Yard, build_yard, lorry

DAY = timedelta(days=1)


@pytest.fixture
def yard(database: Database, cast: Cast) -> Yard:
    return build_yard(database, cast)


def means(database: Database, cast: Cast) -> Means:
    with database.read() as uow:
        return means_of(uow, cast.manager, cast.town)


def refused(database: Database, service: Callable[[UnitOfWork], object]) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        database.write(service)
    return [error.field for error in caught.value.errors]


def test_what_was_added_is_read_with_what_belongs_to_it(
    database: Database, cast: Cast, yard: Yard
) -> None:
    found = means(database, cast)
    assert [(agent.name, agent.crews) for agent in found.agents] == [
        ("Inès Planche", ("Équipe A",)),
        ("Marc Tréteau", ("Équipe A",)),
    ]
    assert [held.skill for held in found.agents[0].skills] == [Skill.LICENCE_C, Skill.ELECTRICAL]
    (vehicle,), (crew,) = found.vehicles, found.crews
    assert (vehicle.payload_g, vehicle.licence) == (5_000_000, Skill.LICENCE_C)
    assert (crew.members, crew.vehicle) == (("Inès Planche", "Marc Tréteau"), "Camion 12 t")
    assert crew.colour is Colour.GREEN


def test_an_agent_is_changed_and_signs_in_with_one_account(
    database: Database, cast: Cast, yard: Yard
) -> None:
    details = AgentDetails("Inès Planche-Dupont", "", cast.depot, "ALICE@treteau.example")
    database.write(lambda uow: edit_agent(uow, cast.manager, yard.ines, details).id)
    with database.read() as uow:
        agent, _ = get_agent(uow, cast.manager, yard.ines)
    assert agent.details == replace(details, email="alice@treteau.example")
    same = AgentDetails("Marc", email="alice@treteau.example")
    assert refused(database, lambda uow: edit_agent(uow, cast.manager, yard.marc, same)) == [
        "email"
    ]


@pytest.mark.parametrize(
    ("details", "fields"),
    [
        (AgentDetails("  "), ["name"]),
        (AgentDetails("x" * 121, "0" * 31), ["name", "phone"]),
        (AgentDetails("Zoé", depot_id=999), ["depot_id"]),
        (AgentDetails("Zoé", email="personne@treteau.example"), ["email"]),
    ],
)
def test_an_agent_needs_a_name_and_what_exists(
    database: Database, cast: Cast, details: AgentDetails, fields: list[str]
) -> None:
    wrong = refused(database, lambda uow: add_agent(uow, cast.manager, cast.town, details))
    assert wrong == fields


def test_a_skill_is_prolonged_and_taken_away(database: Database, cast: Cast, yard: Yard) -> None:
    until = date(2029, 1, 31)
    database.write(lambda uow: set_skill(uow, cast.manager, yard.ines, Skill.ELECTRICAL, until))
    held = {each.skill: each.expires_on for each in means(database, cast).agents[0].skills}
    assert held == {Skill.LICENCE_C: date(2027, 12, 31), Skill.ELECTRICAL: until}
    database.write(lambda uow: remove_skill(uow, cast.manager, yard.ines, Skill.ELECTRICAL))
    assert [each.skill for each in means(database, cast).agents[0].skills] == [Skill.LICENCE_C]
    with pytest.raises(NotFound):
        database.write(lambda uow: remove_skill(uow, cast.manager, yard.ines, Skill.ELECTRICAL))


def test_a_licence_includes_those_it_is_given_with() -> None:
    assert with_included([Skill.LICENCE_CE]) >= {Skill.LICENCE_BE, Skill.LICENCE_C1}
    assert Skill.LICENCE_BE not in with_included([Skill.LICENCE_C])
    assert with_included([Skill.ELECTRICAL]) == {Skill.ELECTRICAL}


def test_an_agent_who_leaves_is_in_no_crew_and_no_shift_to_come(
    database: Database, cast: Cast, yard: Yard
) -> None:
    pattern = WeekPattern(MONDAY, frozenset({0, 1}), OFFICE)
    database.write(lambda uow: plan_week(uow, cast.manager, yard.crew, pattern))
    assert database.write(lambda uow: retire_agent(uow, cast.manager, yard.ines)) == 2
    found = means(database, cast)
    assert [agent.name for agent in found.agents] == ["Marc Tréteau"]
    assert found.crews[0].members == ("Marc Tréteau",)
    with database.read() as uow:
        week = week_of(uow, cast.manager, cast.town, MONDAY)
    assert [agent.name for agent in week.agents] == ["Marc Tréteau"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"payload_g": 0, "volume_l": 0}, ["payload_kg", "volume_l"]),
        ({"licence": Skill.ELECTRICAL}, ["licence"]),
        ({"trailer_licence": Skill.LICENCE_CE}, ["trailer_payload_kg"]),
        ({"depot_id": 999}, ["depot_id"]),
    ],
)
def test_a_vehicle_needs_what_its_papers_tell(
    database: Database, cast: Cast, changes: dict[str, object], fields: list[str]
) -> None:
    wrong = refused(
        database, lambda uow: add_vehicle(uow, cast.manager, cast.town, lorry(**changes))
    )
    assert wrong == fields


def test_a_vehicle_without_a_trailer_carries_nothing_on_one(
    database: Database, cast: Cast, yard: Yard
) -> None:
    towing = lorry(trailer_licence=Skill.LICENCE_CE, trailer_payload_g=950_000)
    database.write(lambda uow: edit_vehicle(uow, cast.manager, yard.lorry, towing).id)
    assert means(database, cast).vehicles[0].trailer_payload_g == 950_000
    alone = lorry(trailer_payload_g=950_000)
    database.write(lambda uow: edit_vehicle(uow, cast.manager, yard.lorry, alone).id)
    assert means(database, cast).vehicles[0].trailer_payload_g == 0


def test_a_vehicle_is_out_of_service_and_back(database: Database, cast: Cast, yard: Yard) -> None:
    first = date(2026, 3, 1)
    number = database.write(
        lambda uow: add_outage(uow, cast.manager, yard.lorry, first, None, " Freins ").id
    )
    with database.read() as uow:
        out = get_vehicle(uow, cast.manager, yard.lorry).out_of_service
    assert out is not None
    assert (out.first_day, out.last_day, out.reason) == (first, None, "Freins")
    assert database.write(lambda uow: remove_outage(uow, cast.manager, number)) == yard.lorry
    with database.read() as uow:
        assert get_vehicle(uow, cast.manager, yard.lorry).outages == ()


def test_an_outage_needs_a_reason_and_days_in_order(
    database: Database, cast: Cast, yard: Yard
) -> None:
    wrong = refused(
        database,
        lambda uow: add_outage(uow, cast.manager, yard.lorry, MONDAY, MONDAY - DAY, ""),
    )
    assert wrong == ["last_day", "reason"]


def test_a_vehicle_that_goes_leaves_its_crews_without(
    database: Database, cast: Cast, yard: Yard
) -> None:
    assert database.write(lambda uow: retire_vehicle(uow, cast.manager, yard.lorry)) == ["Équipe A"]
    found = means(database, cast)
    assert (found.vehicles, found.crews[0].vehicle) == ((), "")


def test_a_crew_is_of_one_authority_and_has_a_name_of_its_own(
    database: Database, cast: Cast, yard: Yard
) -> None:
    same = CrewDetails("Équipe  A", member_ids=frozenset({999}), vehicle_id=999)
    wrong = refused(database, lambda uow: add_crew(uow, cast.manager, cast.town, same))
    assert wrong == ["name", "member_ids", "vehicle_id"]
    kept = CrewDetails("Équipe A", Colour.PINK, frozenset({yard.marc}))
    database.write(lambda uow: edit_crew(uow, cast.manager, yard.crew, kept).id)
    with database.read() as uow:
        crew = get_crew(uow, cast.manager, yard.crew)
    assert (crew.members, crew.vehicle_id) == (("Marc Tréteau",), None)


def test_a_crew_that_is_dissolved_leaves_its_people_at_work(
    database: Database, cast: Cast, yard: Yard
) -> None:
    pattern = WeekPattern(MONDAY, frozenset({0}), OFFICE)
    database.write(lambda uow: plan_week(uow, cast.manager, yard.crew, pattern))
    assert database.write(lambda uow: retire_crew(uow, cast.manager, yard.crew)) == 2
    with database.read() as uow:
        week = week_of(uow, cast.manager, cast.town, MONDAY)
    assert [cell.shifts[0].crew for agent in week.agents for cell in agent.cells[:1]] == ["", ""]
    assert (week.crew_days, means(database, cast).crews) == ((), ())


def test_only_who_sees_to_the_means_of_an_authority_knows_of_them(
    database: Database, cast: Cast, yard: Yard
) -> None:
    details = AgentDetails("Zoé")
    for stranger in (cast.other_manager, cast.front_desk, cast.auditor, cast.alice):
        with pytest.raises(Forbidden):
            database.write(lambda uow, who=stranger: add_agent(uow, who, cast.town, details))
        with pytest.raises((NotFound, Forbidden)):
            database.write(lambda uow, who=stranger: edit_agent(uow, who, yard.ines, details))
        with pytest.raises((NotFound, Forbidden)):
            database.write(lambda uow, who=stranger: retire_crew(uow, who, yard.crew))
    with pytest.raises(NotSignedIn):
        database.write(lambda uow: retire_vehicle(uow, ANONYMOUS, yard.lorry))
