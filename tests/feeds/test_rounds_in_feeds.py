"""The feeds of crews and agents: their published stops, and what became of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from lending.accounts.permissions import Grant, Role
from lending.bookings.decisions import cancel_booking
from lending.bookings.models import Logistics
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import NotFound
from lending.logistics.fieldwork import finish_task
from lending.logistics.kinds import TaskKind
from lending.logistics.means.absences import add_absence
from lending.logistics.means.crews import CrewDetails, add_crew
from lending.logistics.means.fleet import add_vehicle
from lending.logistics.means.kinds import AbsenceKind, Colour, Skill
from lending.logistics.means.models import Agent
from lending.logistics.means.people import AgentDetails, add_agent, set_skill
from lending.logistics.means.shifts import WeekPattern, plan_week
from lending.logistics.models import Task
from lending.logistics.rounds.drafting import Target, move_task
from lending.logistics.rounds.publishing import publish_week
from lending.logistics.rounds.runs import apply_run, ask_for_plan
from lending.logistics.rounds.working_out import run_plans
from lending.subscriptions.keeping import refresh_everything
from lending.subscriptions.models import CalendarEntry, View
from tests.factories import FRIDAY, Cast, approved
from tests.feeds.conftest import URL, Subscribe
from tests.logistics.crews import LONG_DAY, MONDAY, Yard, build_full_weeks, lorry

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)

DAY = timedelta(days=1)


@pytest.fixture
def booking(live: Database, cast: Cast) -> int:
    return approved(live, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY)


@pytest.fixture
def yard(live: Database, cast: Cast, booking: int) -> Yard:
    built = build_full_weeks(live, cast)
    run = live.write(lambda uow: ask_for_plan(uow, cast.manager, cast.town, MONDAY, 20))
    run_plans(live)
    live.write(lambda uow: apply_run(uow, cast.manager, run))
    publish(live, cast)
    return built


def publish(live: Database, cast: Cast) -> None:
    live.write(lambda uow: publish_week(uow, cast.manager, cast.town, MONDAY))


def task(live: Database, kind: TaskKind) -> int:
    with live.read() as uow:
        return uow.session.scalars(select(Task.id).where(Task.kind == kind)).one()


def another_crew(live: Database, cast: Cast) -> int:
    def write(uow: UnitOfWork) -> int:
        boss = cast.manager
        agents = []
        for name in ("Zoé Banc", "Yann Gradin"):
            agents.append(add_agent(uow, boss, cast.town, AgentDetails(name)).id)
            set_skill(uow, boss, agents[-1], Skill.LICENCE_C)
        vehicle = add_vehicle(uow, boss, cast.town, lorry(name="Autre camion")).id
        details = CrewDetails("Équipe B", Colour.PINK, frozenset(agents), vehicle)
        crew = add_crew(uow, boss, cast.town, details).id
        pattern = WeekPattern(MONDAY, frozenset(range(5)), LONG_DAY, "Saison")
        plan_week(uow, boss, crew, pattern)
        return crew

    return live.write(write)


def test_a_crew_reads_its_stops_with_what_where_and_whom_to_call(
    subscribed: Subscribe, live: Database, cast: Cast, yard: Yard
) -> None:
    events = subscribed(cast.manager, View.CREW, yard.crew, language="en").events()
    title = next(each for each in events if each.startswith("Delivery"))
    assert title.startswith("Delivery – Place du Marché, Sainte-Planche (R-2026-")
    event = events[title]
    number = task(live, TaskKind.DELIVER)
    lines = str(event["DESCRIPTION"]).split("\n")
    assert lines[0] == "40 × Chaise pliante"
    assert lines[-1] == str(event["URL"]) == f"{URL}/interventions/{number}"
    assert str(event["LOCATION"]) == "Place du Marché, Sainte-Planche"
    assert str(event["TRANSP"]) == "OPAQUE"
    assert event["DTEND"].dt <= FRIDAY
    assert len(events) == 2, "the way back is next week's"


def test_an_agent_reads_the_rounds_of_the_crew_on_the_days_with_it(
    subscribed: Subscribe, live: Database, cast: Cast, yard: Yard
) -> None:
    crew = subscribed(cast.manager, View.CREW, yard.crew)
    agent = subscribed(cast.manager, View.AGENT, yard.ines)
    assert agent.events().keys() == crew.events().keys()
    other = subscribed(cast.manager, View.AGENT, another_agent(live, cast))
    assert other.events() == {}


def test_an_agent_who_is_taken_off_a_shift_is_told_at_once(
    subscribed: Subscribe, live: Database, cast: Cast, yard: Yard
) -> None:
    reader = subscribed(cast.manager, View.AGENT, yard.marc, language="en")
    before = {str(event["UID"]) for event in reader.events().values()}
    away = (MONDAY, MONDAY + 6 * DAY, AbsenceKind.LEAVE)
    live.write(lambda uow: add_absence(uow, cast.manager, yard.marc, *away))
    after = reader.events()
    assert {str(event["UID"]) for event in after.values()} == before
    assert all(title.startswith("CANCELLED") for title in after)


def another_agent(live: Database, cast: Cast) -> int:
    details = AgentDetails("Léo Rideau")
    return live.write(lambda uow: add_agent(uow, cast.manager, cast.town, details).id)


def test_an_agent_who_signs_in_reads_the_own_rounds_and_no_other_agents(
    subscribed: Subscribe, live: Database, cast: Cast, yard: Yard
) -> None:
    stranger = another_agent(live, cast)
    assert cast.bob.user_id is not None

    def link(uow: UnitOfWork) -> None:
        uow.session.get_one(Agent, yard.ines).user_id = cast.bob.user_id

    live.write(link)
    assert len(subscribed(cast.bob, View.AGENT, yard.ines).events()) == 2
    with pytest.raises(NotFound):
        subscribed(cast.bob, View.AGENT, stranger)
    with pytest.raises(NotFound):
        subscribed(cast.bob, View.CREW, yard.crew)
    technical = replace(cast.manager, grants=(Grant(Role.AGENT, authority_id=cast.town),))
    assert len(subscribed(technical, View.CREW, yard.crew).events()) == 2


def test_what_is_done_is_ticked_off(
    subscribed: Subscribe, live: Database, cast: Cast, yard: Yard
) -> None:
    reader = subscribed(cast.manager, View.CREW, yard.crew, language="en", with_alarms=True)
    before = next(e for title, e in reader.events().items() if title.startswith("Preparation"))
    assert len(before.alarms.times) == 1
    number = task(live, TaskKind.PREPARE)
    live.write(lambda uow: finish_task(uow, cast.manager, number))
    after = next(e for title, e in reader.events().items() if title.startswith("✓ Preparation"))
    assert (after["UID"], int(after["SEQUENCE"])) == (before["UID"], int(before["SEQUENCE"]) + 1)
    assert after.alarms.times == []


def test_a_task_that_goes_to_another_crew_is_cancelled_for_the_one_and_new_for_the_other(
    subscribed: Subscribe, live: Database, cast: Cast, yard: Yard, clock: FixedClock
) -> None:
    ours = subscribed(cast.manager, View.CREW, yard.crew, language="en")
    before = next(e for title, e in ours.events().items() if title.startswith("Delivery"))
    crew = another_crew(live, cast)
    theirs = subscribed(cast.manager, View.CREW, crew, language="en")
    assert theirs.events() == {}
    number = task(live, TaskKind.DELIVER)
    target = Target(crew, MONDAY + 4 * DAY)
    live.write(lambda uow: move_task(uow, cast.manager, number, target))
    assert theirs.events() == {}, "a draft is nobody's calendar"
    publish(live, cast)
    (title,) = theirs.events()
    assert title.startswith("Delivery")
    gone = next(e for t, e in ours.events().items() if t.startswith("CANCELLED – Delivery"))
    assert (gone["UID"], str(gone["STATUS"])) == (before["UID"], "CANCELLED")
    assert str(gone["TRANSP"]) == "TRANSPARENT"
    assert int(gone["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    kept = ours.get().data
    refresh_everything(live, URL)
    assert ours.get().data == kept, "looked at again, nothing changed"
    clock.instant = FRIDAY + 40 * DAY
    assert not any(t.startswith("CANCELLED") for t in ours.events())


def test_a_loan_that_is_cancelled_cancels_its_stops(
    subscribed: Subscribe, live: Database, cast: Cast, yard: Yard, booking: int
) -> None:
    reader = subscribed(cast.manager, View.CREW, yard.crew, language="en")
    assert len(reader.events()) == 2
    live.write(lambda uow: cancel_booking(uow, cast.manager, booking, "Reporté"))
    assert all(title.startswith("CANCELLED") for title in reader.events())
    kept = reader.get().data
    publish(live, cast)
    assert reader.get().data == kept, "it was told already"


def test_what_was_done_long_ago_is_not_cancelled_by_looking_everything_through(
    subscribed: Subscribe, live: Database, cast: Cast, yard: Yard, clock: FixedClock
) -> None:
    calendar = subscribed(cast.manager, View.CREW, yard.crew)
    assert calendar.events()
    clock.instant = FRIDAY + 85 * DAY
    assert calendar.events()
    clock.instant = FRIDAY + 95 * DAY
    assert refresh_everything(live, URL) == 0
    with live.read() as uow:
        kept = uow.session.scalars(select(CalendarEntry).where(CalendarEntry.view == View.CREW))
        assert {each.cancelled_at for each in kept} == {None}
