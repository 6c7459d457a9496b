"""The sheet of a crew's day shows what was published, in order, and what to load for it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.bookings.models import Event, Logistics
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import NotFound, NotSignedIn
from lending.logistics.fieldwork import finish_task, report_problem
from lending.logistics.kinds import TaskState
from lending.logistics.means.absences import add_absence
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.means.models import Agent
from lending.logistics.means.shifts import WeekPattern, plan_week
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Round, Stop
from lending.logistics.rounds.sheet import CrewRound, Sheet, own_crew, rounds_on, sheet_of
from tests.factories import FRIDAY, Cast, approved
from tests.logistics.crews import MONDAY, OFFICE, Yard, build_yard, give_round

DAY = FRIDAY.date()


@pytest.fixture
def yard(database: Database, cast: Cast) -> Yard:
    """Give the town a crew at work from Monday to Friday."""
    built = build_yard(database, cast)
    pattern = WeekPattern(MONDAY, frozenset(range(5)), OFFICE)
    database.write(lambda uow: plan_week(uow, cast.manager, built.crew, pattern))
    return built


@pytest.fixture
def booked(database: Database, cast: Cast, clock: FixedClock) -> None:
    """Three deliveries on Friday, and what follows from them."""
    for lines in ({cast.chairs: 40}, {cast.tables: 5}, {cast.barriers: 10}):
        approved(database, cast, lines, logistics=Logistics.DELIVERY)
    clock.instant = FRIDAY


def read(database: Database, actor: Principal, crew_id: int) -> Sheet:
    with database.read() as uow:
        return sheet_of(uow, actor, crew_id, DAY)


def listed(database: Database, actor: Principal) -> list[CrewRound]:
    with database.read() as uow:
        return rounds_on(uow, actor, DAY)


@pytest.mark.usefixtures("booked")
def test_what_goes_out_last_is_loaded_first(database: Database, cast: Cast, yard: Yard) -> None:
    give_round(database, yard.crew, FRIDAY)
    sheet = read(database, cast.agent, yard.crew)
    deliveries = [s.number for s in sheet.stops if s.task and s.task.kind.value == "deliver"]
    assert len(deliveries) == 3
    assert [parcel.number for parcel in sheet.parcels] == deliveries[::-1]
    by_number = {stop.number: stop.task for stop in sheet.stops}
    for parcel in sheet.parcels:
        task = by_number[parcel.number]
        assert task is not None
        assert (parcel.lines, parcel.weight_g) == (task.lines, task.weight_g)


@pytest.mark.usefixtures("booked")
def test_what_is_loaded_later_is_told_where_it_is_loaded(
    database: Database, cast: Cast, yard: Yard
) -> None:
    give_round(database, yard.crew, FRIDAY, reload_after=2)
    sheet = read(database, cast.agent, yard.crew)
    (again,) = [stop for stop in sheet.stops if stop.task is None]
    assert again.number == 3
    assert {parcel.number for parcel in sheet.parcels} <= {1, 2}
    assert {parcel.number for parcel in again.parcels} <= {4, 5, 6, 7}
    assert len(sheet.parcels) + len(again.parcels) == 3


@pytest.mark.usefixtures("booked")
def test_the_next_stop_is_the_first_that_nobody_ended(
    database: Database, cast: Cast, yard: Yard
) -> None:
    give_round(database, yard.crew, FRIDAY)
    first, second, *rest = [task.id for task in read(database, cast.agent, yard.crew).tasks]
    assert read(database, cast.agent, yard.crew).next_number == 1
    database.write(lambda uow: finish_task(uow, cast.agent, first))
    database.write(lambda uow: report_problem(uow, cast.agent, second, "Portail fermé"))
    sheet = read(database, cast.agent, yard.crew)
    assert (sheet.next_number, sheet.told) == (3, 2)
    (row,) = listed(database, cast.agent)
    assert (row.told, row.tasks, row.troubles) == (2, 2 + len(rest), 1)


@pytest.mark.usefixtures("booked")
def test_only_what_was_published_is_shown(database: Database, cast: Cast, yard: Yard) -> None:
    number = give_round(database, yard.crew, FRIDAY)

    def hide(uow: UnitOfWork) -> None:
        known = uow.session.get_one(Round, number)
        known.version = Version.DRAFT
        for stop in known.stops:
            stop.version = Version.DRAFT

    database.write(hide)
    sheet = read(database, cast.manager, yard.crew)
    assert (sheet.stops, sheet.parcels, sheet.leaves_at) == ((), (), None)
    assert listed(database, cast.manager) == []


@pytest.mark.usefixtures("booked")
def test_only_the_authority_that_goes_out_sees_the_sheet(
    database: Database, cast: Cast, yard: Yard
) -> None:
    give_round(database, yard.crew, FRIDAY)
    for stranger in (cast.alice, cast.other_manager):
        with pytest.raises(NotFound):
            read(database, stranger, yard.crew)
        assert listed(database, stranger) == []
    with pytest.raises(NotSignedIn):
        read(database, Principal(), yard.crew)
    with pytest.raises(NotFound):
        read(database, cast.manager, 987_654)
    assert not read(database, cast.auditor, yard.crew).can_do
    assert read(database, cast.agent, yard.crew).can_do


def test_a_break_after_the_return_is_not_on_the_sheet(
    database: Database, cast: Cast, yard: Yard
) -> None:
    """The planner keeps one for everybody; the crew is back before."""
    number = give_round(database, yard.crew, FRIDAY)
    assert read(database, cast.agent, yard.crew).pause is None

    def return_later(uow: UnitOfWork) -> None:
        uow.session.get_one(Round, number).returns_at = FRIDAY + timedelta(hours=5)

    database.write(return_later)
    assert read(database, cast.agent, yard.crew).pause is not None


def test_who_is_away_is_not_on_the_sheet(database: Database, cast: Cast, yard: Yard) -> None:
    def names() -> set[str]:
        return {member.name for member in read(database, cast.manager, yard.crew).members}

    assert names() == {"Inès Planche", "Marc Tréteau"}
    leave = (DAY, DAY, AbsenceKind.LEAVE)
    database.write(lambda uow: add_absence(uow, cast.manager, yard.ines, *leave).absence_id)
    assert names() == {"Marc Tréteau"}


def test_an_agent_has_the_crew_of_the_day_else_the_usual_one(
    database: Database, cast: Cast, yard: Yard
) -> None:
    def crew(day_shift: int = 0) -> int | None:
        with database.read() as uow:
            return own_crew(uow, cast.agent, DAY + timedelta(days=day_shift))

    assert crew() is None

    def link(uow: UnitOfWork) -> None:
        uow.session.get_one(Agent, yard.ines).user_id = cast.agent.user_id

    database.write(link)
    assert (crew(), crew(1), crew(60)) == (yard.crew, yard.crew, yard.crew)
    with database.read() as uow:
        assert own_crew(uow, cast.manager, DAY) is None
        assert own_crew(uow, Principal(), DAY) is None


@pytest.mark.usefixtures("booked")
def test_a_place_with_coordinates_can_be_opened_on_a_map(
    database: Database, cast: Cast, yard: Yard
) -> None:
    def locate(uow: UnitOfWork) -> None:
        for event in uow.session.scalars(select(Event)):
            event.lat, event.lon = 48.5, -2.75

    database.write(locate)
    give_round(database, yard.crew, FRIDAY)
    assert {task.point for task in read(database, cast.agent, yard.crew).tasks} == {(48.5, -2.75)}


@pytest.mark.usefixtures("booked")
def test_a_delivery_that_is_no_longer_needed_is_not_loaded(
    database: Database, cast: Cast, yard: Yard
) -> None:
    give_round(database, yard.crew, FRIDAY)
    gone = read(database, cast.agent, yard.crew).parcels[0].number

    def cancel(uow: UnitOfWork) -> None:
        stop = uow.session.scalars(select(Stop).where(Stop.position == gone)).one()
        stop.task.state = TaskState.CANCELLED

    database.write(cancel)
    sheet = read(database, cast.agent, yard.crew)
    assert gone not in {parcel.number for parcel in sheet.parcels}
    assert gone in {stop.number for stop in sheet.stops}, "it stays on the sheet, told as such"
