"""The board of a week tells the truth: where tasks stand, what is wrong, what nobody does yet."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from calendars.zones import to_utc
from lending.authorities.models import Depot
from lending.bookings.models import Event, Logistics
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden
from lending.logistics.fieldwork import start_task
from lending.logistics.kinds import TaskKind
from lending.logistics.means.absences import add_absence
from lending.logistics.means.fleet import add_outage
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.planner.plans import Why
from lending.logistics.rounds.board import board_of
from lending.logistics.rounds.cards import Board, Loose, News, PieceKind
from lending.logistics.rounds.drafting import PinKind, Target, move_task, unplan_task
from tests.factories import FRIDAY, Cast, approved
from tests.logistics.crews import MONDAY, Yard
from tests.logistics.test_problem import delivered, yard
from tests.logistics.test_rounds import booked, plan_the_week, planned, publish, tasks

__all__ = ["booked", "planned", "yard"]

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def spread(database: Database, cast: Cast, booked: Yard) -> Yard:
    """Plan the week with sites some kilometres away from the depot."""

    def write(uow: UnitOfWork) -> None:
        for depot in uow.session.scalars(select(Depot)):
            depot.lat, depot.lon = 48.0, 2.0
        for number, event in enumerate(uow.session.scalars(select(Event)), start=1):
            event.lat, event.lon = 48.0 + number / 20, 2.0

    database.write(write)
    plan_the_week(database, cast)
    return booked


def board(database: Database, cast: Cast) -> Board:
    with database.read() as uow:
        return board_of(uow, cast.manager, cast.town, MONDAY)


def cards(found: Board) -> dict[int, tuple[Loose | None, News | None, PinKind]]:
    return {
        card.task.id: (card.loose, card.news, card.pin)
        for lane in found.lanes
        for card in lane.cards
    }


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return to_utc(datetime.combine(MONDAY + day * DAY, time(hour, minute)), PARIS)


def test_crews_that_work_have_a_lane_each_day_and_what_nobody_does_waits(
    database: Database, cast: Cast, booked: Yard
) -> None:
    found = board(database, cast)
    assert [lane.day for lane in found.lanes] == [MONDAY + DAY * number for number in range(5)]
    assert found.crews == {booked.crew: "Équipe A"}
    assert cards(found) == {}
    assert len(found.basket) == 6
    for each in found.basket:
        assert each.reasons is None
        assert each.room is not None, "the empty week has room for all of it"
    assert found.changes == 0


def test_a_planned_week_shows_each_round_from_the_gate_back_to_the_gate(
    database: Database, cast: Cast, spread: Yard
) -> None:
    found = board(database, cast)
    assert found.basket == ()
    assert len(cards(found)) == 6
    for lane in found.lanes:
        assert all(
            one.ends_at <= other.starts_at
            for one, other in zip(lane.pieces, lane.pieces[1:], strict=False)
        )
        assert bool(lane.driving_minutes) == any(card.task.kind.is_on_site for card in lane.cards)
        drives = sum(p.minutes for p in lane.pieces if p.kind is PieceKind.DRIVE)
        assert drives == lane.driving_minutes
    busy = [lane for lane in found.lanes if lane.cards]
    assert any(piece.kind is PieceKind.LUNCH for lane in busy for piece in lane.pieces)
    assert any(lane.driving_minutes > 10 for lane in busy)
    carrying = [lane for lane in busy if lane.load_g]
    assert carrying
    assert not any(lane.is_overloaded for lane in busy)


def test_what_no_crew_may_do_says_why_on_its_card(
    database: Database, cast: Cast, booked: Yard
) -> None:
    stop = (MONDAY, MONDAY + 6 * DAY, "Freins")
    database.write(lambda uow: add_outage(uow, cast.manager, booked.lorry, *stop).id)
    found = {each.task.id: each for each in board(database, cast).basket}
    for number in tasks(database, TaskKind.DELIVER):
        why = found[number].reasons
        assert why is not None
        assert why.why is Why.NO_SKILL
        assert found[number].room is None


def test_moved_and_pinned_tasks_say_so(database: Database, cast: Cast, planned: Yard) -> None:
    publish(database, cast)
    assert {news for _, news, _ in cards(board(database, cast)).values()} == {None}
    prepare = tasks(database, TaskKind.PREPARE)[0]
    target = Target(planned.crew, MONDAY + 3 * DAY, at(3, 14), PinKind.TIME)
    database.write(lambda uow: move_task(uow, cast.manager, prepare, target))
    found = board(database, cast)
    loose, news, pin = cards(found)[prepare]
    assert (loose, pin) == (None, PinKind.TIME)
    assert news in (News.MOVED, News.RETIMED)
    assert found.changes == 1
    place = found.place_of(prepare)
    assert place is not None
    assert (place[1].starts_at, place[1].pinned_by) == (at(3, 14), cast.manager.name)


def test_a_card_whose_crew_stays_at_home_is_marked(
    database: Database, cast: Cast, planned: Yard
) -> None:
    away = (MONDAY, MONDAY + 6 * DAY, AbsenceKind.LEAVE)
    for agent in (planned.ines, planned.marc):
        database.write(lambda uow, who=agent: add_absence(uow, cast.manager, who, *away))
    found = board(database, cast)
    assert {loose for loose, _, _ in cards(found).values()} == {Loose.CREW}
    assert all(lane.crew is None and not lane.is_open for lane in found.lanes)
    assert len(found.basket) == 6, "what stands nowhere any more is asked again"


def test_a_card_that_a_rule_no_longer_allows_says_which(
    database: Database, cast: Cast, planned: Yard
) -> None:
    away = (MONDAY, MONDAY + 6 * DAY, AbsenceKind.LEAVE)
    database.write(lambda uow: add_absence(uow, cast.manager, planned.ines, *away))
    found = board(database, cast)
    broken = [card for lane in found.lanes for card in lane.cards if card.loose]
    assert {card.task.id for card in broken} >= set(tasks(database, TaskKind.DELIVER))
    for card in broken:
        assert card.loose is Loose.RULE
        assert card.reasons is not None


def test_work_that_should_have_begun_is_late_until_somebody_begins_it(
    database: Database, cast: Cast, planned: Yard, clock: FixedClock
) -> None:
    publish(database, cast)
    first = min(
        (card.starts_at, card.task.id)
        for lane in board(database, cast).lanes
        for card in lane.cards
    )
    clock.instant = first[0] + 5 * MINUTE
    place = board(database, cast).place_of(first[1])
    assert place is not None
    assert place[1].is_late
    assert place[1].can_move
    database.write(lambda uow: start_task(uow, cast.manager, first[1]))
    place = board(database, cast).place_of(first[1])
    assert place is not None
    assert (place[1].is_late, place[1].can_move, place[1].loose) == (False, False, None)


def test_a_task_taken_out_waits_again(database: Database, cast: Cast, planned: Yard) -> None:
    prepare = tasks(database, TaskKind.PREPARE)[0]
    gone = database.write(lambda uow: unplan_task(uow, cast.manager, prepare))
    found = board(database, cast)
    assert {each.task.id for each in found.basket} == {prepare, *gone}
    assert all(each.room is not None for each in found.basket)


def test_the_other_weeks_are_not_disturbed(database: Database, cast: Cast, yard: Yard) -> None:
    delivered(database, cast)
    approved(
        database,
        cast,
        {cast.chairs: 3},
        logistics=Logistics.DELIVERY,
        start=FRIDAY - HOUR,
    )
    plan_the_week(database, cast)
    with database.read() as uow:
        later = board_of(uow, cast.manager, cast.town, MONDAY + 7 * DAY)
    planned_here = set(cards(board(database, cast)))
    assert planned_here
    assert planned_here.isdisjoint(each.task.id for each in later.basket)


def test_only_who_plans_for_the_town_sees_its_board(
    database: Database, cast: Cast, booked: Yard
) -> None:
    for person in (cast.other_manager, cast.front_desk, cast.alice):
        with database.read() as uow, pytest.raises(Forbidden):
            board_of(uow, person, cast.town, MONDAY)
