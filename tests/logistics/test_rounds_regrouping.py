"""Crews of a day are merged and split, and the draft keeps what the new ones can do."""

from datetime import date

import pytest
from sqlalchemy import select

from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden, InvalidInput
from lending.logistics.kinds import TaskKind
from lending.logistics.means.crews import CrewDetails, add_crew
from lending.logistics.means.fleet import add_vehicle
from lending.logistics.means.kinds import Colour, Skill
from lending.logistics.means.models import Shift
from lending.logistics.means.people import AgentDetails, add_agent, set_skill
from lending.logistics.means.shifts import WeekPattern, plan_week
from lending.logistics.rounds.drafting import PinKind, Target, move_task, pin_task
from lending.logistics.rounds.regrouping import lend_agent, merge_crews
from lending.logistics.rounds.stands import stand_of
from tests.factories import NOW, Cast
from tests.logistics.crews import MONDAY, Yard, lorry
from tests.logistics.test_problem import LONG_DAY, yard
from tests.logistics.test_rounds import booked, is_draft_sound, planned, tasks
from tests.logistics.test_rounds_board import DAY, board

__all__ = ["booked", "planned", "yard"]

THURSDAY = MONDAY + 3 * DAY


@pytest.fixture
def second(database: Database, cast: Cast, planned: Yard) -> int:
    """Return a second crew of one, with a lorry of its own, at work all week."""

    def write(uow: UnitOfWork) -> int:
        boss = cast.manager
        agent = add_agent(uow, boss, cast.town, AgentDetails("Zoé Plateau")).id
        set_skill(uow, boss, agent, Skill.LICENCE_C)
        vehicle = add_vehicle(uow, boss, cast.town, lorry(name="Camion 16 t")).id
        details = CrewDetails("Équipe B", Colour.BLUE, frozenset({agent}), vehicle)
        crew = add_crew(uow, boss, cast.town, details).id
        week = WeekPattern(MONDAY, frozenset(range(5)), LONG_DAY, "Saison des fêtes")
        plan_week(uow, boss, crew, week)
        return crew

    return database.write(write)


def shift_of(database: Database, name: str, day: date) -> int:
    with database.read() as uow:
        rows = uow.session.scalars(select(Shift)).all()
        return next(
            row.id for row in rows if row.agent.name == name and row.starts_at.date() == day
        )


def where(database: Database, task: int) -> tuple[int, date] | None:
    with database.read() as uow:
        found = stand_of(uow, task)
        return (found.crew_id, found.day) if found else None


def test_two_crews_become_one_with_the_tasks_of_both(
    database: Database, cast: Cast, planned: Yard, second: int
) -> None:
    prepare = tasks(database, TaskKind.PREPARE)[0]
    target = Target(second, THURSDAY, pin=PinKind.CREW)
    database.write(lambda uow: move_task(uow, cast.manager, prepare, target))
    done = database.write(
        lambda uow: merge_crews(uow, cast.manager, cast.town, THURSDAY, second, planned.crew)
    )
    assert (done.agents, done.crew, done.dropped) == (("Zoé Plateau",), "Équipe A", ())
    assert where(database, prepare) == (planned.crew, THURSDAY)
    lanes = [lane for lane in board(database, cast).lanes if lane.day == THURSDAY]
    assert [lane.name for lane in lanes] == ["Équipe A"]
    assert lanes[0].crew is not None
    assert lanes[0].crew.size == 3
    card = next(card for card in lanes[0].cards if card.task.id == prepare)
    assert (card.pin, card.loose) == (PinKind.CREW, None)
    assert is_draft_sound(database, cast)


def test_what_the_merged_crew_cannot_do_waits_again(
    database: Database, cast: Cast, planned: Yard, second: int
) -> None:
    deliver = tasks(database, TaskKind.DELIVER)[0]
    place = where(database, deliver)
    assert place is not None
    database.write(lambda uow: pin_task(uow, cast.manager, deliver, PinKind.TIME))
    ines = shift_of(database, "Inès Planche", place[1])
    done = database.write(
        lambda uow: lend_agent(uow, cast.manager, cast.town, place[1], ines, second)
    )
    assert deliver in done.dropped
    assert where(database, deliver) is None, "nobody who stays may drive the lorry"
    assert is_draft_sound(database, cast)


def test_somebody_goes_with_another_crew_for_a_day_and_comes_back(
    database: Database, cast: Cast, planned: Yard, second: int
) -> None:
    zoe = shift_of(database, "Zoé Plateau", THURSDAY)
    done = database.write(
        lambda uow: lend_agent(uow, cast.manager, cast.town, THURSDAY, zoe, planned.crew)
    )
    assert done.agents == ("Zoé Plateau",)
    sizes = {
        (lane.name, lane.day): lane.crew.size for lane in board(database, cast).lanes if lane.crew
    }
    assert sizes["Équipe A", THURSDAY] == 3
    assert ("Équipe B", THURSDAY) not in sizes
    assert sizes["Équipe B", MONDAY] == 1, "other days stay as they are"
    database.write(lambda uow: lend_agent(uow, cast.manager, cast.town, THURSDAY, zoe, second))
    assert len(board(database, cast).of_day(THURSDAY)) == 2


def test_what_makes_no_sense_is_refused(
    database: Database, cast: Cast, planned: Yard, second: int, clock: FixedClock
) -> None:
    ines = shift_of(database, "Inès Planche", THURSDAY)
    saturday = MONDAY + 5 * DAY
    for day, gone, into in (
        (THURSDAY, second, second),
        (THURSDAY, second, 999),
        (THURSDAY, 999, second),
        (saturday, second, planned.crew),
        (NOW.date() - DAY, second, planned.crew),
    ):
        with pytest.raises(InvalidInput):
            database.write(
                lambda uow, day=day, gone=gone, into=into: merge_crews(
                    uow, cast.manager, cast.town, day, gone, into
                )
            )
    for day, shift, into in (
        (THURSDAY, ines, planned.crew),
        (THURSDAY, 999, second),
        (MONDAY, ines, second),
        (THURSDAY, ines, 999),
    ):
        with pytest.raises(InvalidInput):
            database.write(
                lambda uow, day=day, shift=shift, into=into: lend_agent(
                    uow, cast.manager, cast.town, day, shift, into
                )
            )
    with pytest.raises(Forbidden):
        database.write(
            lambda uow: merge_crews(
                uow, cast.other_manager, cast.town, THURSDAY, second, planned.crew
            )
        )
