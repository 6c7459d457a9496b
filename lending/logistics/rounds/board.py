"""The board of a week: what each crew does on each day, and what nobody does yet, with the reason.

It only reads: a draft that no longer holds, since a booking or a crew changed, is shown as it is,
each card with what is wrong with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.logistics.crew_shifts import shift_name
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.means.crew_day import CrewDay
from lending.logistics.means.kinds import Colour
from lending.logistics.means.models import Crew
from lending.logistics.means.week import crew_days_of
from lending.logistics.planner.engine import plan
from lending.logistics.planner.plans import Plan, Reasons
from lending.logistics.planner.replanning import assignments, difference
from lending.logistics.planner.values import Assignment
from lending.logistics.problem import PLANNABLE
from lending.logistics.queries import TaskRow, tasks_by_number
from lending.logistics.rounds.asking import Week, ask_week
from lending.logistics.rounds.cards import (
    Board,
    Card,
    Lane,
    Loose,
    News,
    Piece,
    PieceKind,
    Room,
    Site,
    Waiting,
)
from lending.logistics.rounds.drafting import PinKind
from lending.logistics.rounds.keeping import BEGUN, rounds_of
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Pin, Round, Stop
from lending.logistics.rounds.settling import dropped, settled
from lending.logistics.rounds.strip import strip_of
from lending.logistics.working_time import DAY
from lending.words import fold


def board_of(uow: UnitOfWork, actor: Principal, authority_id: int, day: date) -> Board:
    """Return the board of the week in which a day lies.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not plan for this authority.
    """
    week = ask_week(uow, actor, authority_id, day)
    zone = ZoneInfo(uow.session.get_one(Authority, authority_id).timezone)
    sunday = week.monday + 6 * DAY
    drafted = rounds_of(uow, authority_id, Version.DRAFT, week.monday, sunday)
    standing = week.standing(week.draft)
    after = settled(week, standing)
    away = _elsewhere(uow, week)
    waiting = _waiting(week, {each.task for each in standing}, away)
    shadow = _shadow(week, after, away) if waiting else after
    numbers = _numbers(drafted, waiting, (after, shadow))
    context = _Context(
        now=uow.now,
        week=week,
        lost=dropped(after, standing),
        reasons={each.task: each for each in after.unserved},
        tasks=tasks_by_number(uow, numbers),
        pins=_pins(uow, numbers),
        known=assignments(week.published) if week.published.rounds else None,
    )
    crew_days = crew_days_of(uow, authority_id, week.monday, sunday, zone)
    names = _crews(uow, authority_id)
    found = difference(week.published, after)
    return Board(
        week=week,
        zone=zone,
        days=tuple(week.monday + DAY * number for number in range(7)),
        lanes=_lanes(context, drafted, crew_days, names),
        basket=_basket(context, waiting, shadow, names),
        tasks=context.tasks,
        sites=_sites(week),
        gates=_gates(week),
        changes=sum(map(len, (found.added, found.dropped, found.moved, found.retimed))),
        is_published=bool(week.published.rounds),
        strip=strip_of(week, after, waiting),
    )


@dataclass(frozen=True)
class _Context:
    now: datetime
    week: Week
    lost: frozenset[str]
    reasons: Mapping[str, Reasons]
    tasks: Mapping[int, TaskRow]
    pins: Mapping[int, Pin]
    known: Mapping[str, Assignment] | None
    """What crews know; None: nothing of the week."""


def _elsewhere(uow: UnitOfWork, week: Week) -> frozenset[str]:
    """Return the tasks that are drafted for a day to come of another week."""
    rows = uow.session.scalars(
        select(Stop.task_id)
        .join(Round, Round.id == Stop.round_id)
        .where(
            Stop.task_id.in_([int(task.id) for task in week.problem.tasks]),
            Stop.version == Version.DRAFT,
            Round.day >= week.today,
            (Round.day < week.monday) | (Round.day > week.monday + 6 * DAY),
        )
    )
    return frozenset(map(str, rows))


def _waiting(week: Week, standing: Iterable[str], away: Iterable[str]) -> tuple[int, ...]:
    """Return what is asked of the week and stands in no round that can still do it."""
    known = {*standing, *away, *(pin.task for pin in week.asked.problem.pins)}
    asked = [int(task.id) for task in week.problem.tasks if task.id not in known]
    return (*asked, *week.asked.without_time)


def _shadow(week: Week, after: Plan, away: Iterable[str]) -> Plan:
    """Return the draft with all that finds room beside it, to tell what does not and why."""
    standing = tuple(assignments(after).values())
    return plan(week.kept_at(standing), week.travel, iterations=0, leaving=set(away))


def _numbers(
    drafted: Iterable[Round], waiting: Iterable[int], plans: Iterable[Plan]
) -> frozenset[int]:
    found = {stop.task_id for each in drafted for stop in each.stops if stop.task_id is not None}
    found.update(waiting)
    for each in plans:
        for reasons in each.unserved:
            found.add(int(reasons.task))
            found.update(int(task) for o in reasons.obstacles for task in o.tasks)
    return frozenset(found)


def _pins(uow: UnitOfWork, numbers: Iterable[int]) -> dict[int, Pin]:
    rows = uow.session.scalars(select(Pin).where(Pin.task_id.in_(list(numbers))))
    return {row.task_id: row for row in rows}


def _crews(uow: UnitOfWork, authority_id: int) -> dict[int, tuple[str, Colour]]:
    rows = uow.session.execute(
        select(Crew.id, Crew.name, Crew.colour).where(Crew.authority_id == authority_id)
    )
    return {row.id: (row.name, row.colour) for row in rows}


def _lanes(
    context: _Context,
    drafted: Sequence[Round],
    crew_days: Sequence[CrewDay],
    names: Mapping[int, tuple[str, Colour]],
) -> tuple[Lane, ...]:
    rounds = {(each.crew_id, each.day): each for each in drafted}
    crews = {(each.crew_id, each.day): each for each in crew_days}
    lanes = [
        _lane(context, number, day, names[number], crews.get((number, day)), known)
        for number, day in {**crews, **rounds}
        for known in [rounds.get((number, day))]
    ]
    return tuple(sorted(lanes, key=lambda lane: (lane.day, fold(lane.name), lane.crew_id)))


def _lane(
    context: _Context,
    crew_id: int,
    day: date,
    name: tuple[str, Colour],
    crew: CrewDay | None,
    known: Round | None,
) -> Lane:
    pieces = tuple(_pieces(context, known)) if known else ()
    load = _most_on_board(pieces)
    return Lane(
        crew_id=crew_id,
        name=name[0],
        colour=name[1],
        day=day,
        crew=crew,
        is_open=shift_name(crew_id, day) in context.week.shifts,
        driving_minutes=known.driving_minutes if known else 0,
        pieces=pieces,
        load_g=load[0],
        load_l=load[1],
    )


def _pieces(context: _Context, known: Round) -> list[Piece]:
    """Return what a round is made of, in order; whoever waits does nothing."""
    lunch = _lunch(known)
    pieces = [lunch] if lunch else []
    at = known.leaves_at
    for stop in known.stops:
        pieces += _drives(at, stop.arrives_at, lunch)
        task = context.tasks.get(stop.task_id) if stop.task_id is not None else None
        if task is not None:
            card = _card(context, known, stop, task)
            pieces.append(Piece(PieceKind.TASK, stop.starts_at, stop.ends_at, card))
        elif stop.task_id is None:
            pieces.append(Piece(PieceKind.RELOAD, stop.starts_at, stop.ends_at))
        at = stop.ends_at
    pieces += _drives(at, known.returns_at, lunch)
    return sorted(pieces, key=lambda piece: (piece.starts_at, piece.ends_at))


def _lunch(known: Round) -> Piece | None:
    if known.break_starts_at is None or known.break_ends_at is None:
        return None
    return Piece(PieceKind.LUNCH, known.break_starts_at, known.break_ends_at)


def _drives(start: datetime, end: datetime, lunch: Piece | None) -> Iterable[Piece]:
    """Yield a drive, in two where the lunch lies in it."""
    if lunch is None or lunch.ends_at <= start or end <= lunch.starts_at:
        spans = [(start, end)]
    else:
        spans = [(start, lunch.starts_at), (lunch.ends_at, end)]
    yield from (Piece(PieceKind.DRIVE, *span) for span in spans if span[0] < span[1])


def _card(context: _Context, known: Round, stop: Stop, task: TaskRow) -> Card:
    loose = _loose(context, known, task)
    pin = context.pins.get(task.id)
    here = pin is not None and (pin.crew_id, pin.day) == (known.crew_id, known.day)
    kind = PinKind.NONE
    if pin is not None and here:
        kind = PinKind.TIME if pin.starts_at is not None else PinKind.CREW
    return Card(
        task=task,
        starts_at=stop.starts_at,
        ends_at=stop.ends_at,
        pin=kind,
        pinned_by=pin.pinned_by if pin is not None and here else "",
        is_late=task.state in PLANNABLE and stop.starts_at < context.now,
        loose=loose,
        reasons=context.reasons.get(str(task.id)) if loose is Loose.RULE else None,
        news=_news(context, known, stop),
        can_move=task.state in PLANNABLE,
    )


def _loose(context: _Context, known: Round, task: TaskRow) -> Loose | None:
    week = context.week
    if task.state in BEGUN or known.day < week.today:
        return None
    if task.state is TaskState.CANCELLED:
        return Loose.TASK
    if shift_name(known.crew_id, known.day) not in week.shifts:
        # Their hours of today are over, or nobody of them comes any more.
        return Loose.CREW
    if str(task.id) in context.lost:
        return Loose.RULE
    asked = {each.id for each in week.problem.tasks}
    return None if str(task.id) in asked else Loose.TIME


def _news(context: _Context, known: Round, stop: Stop) -> News | None:
    if context.known is None:
        return None
    shown = context.known.get(str(stop.task_id))
    if shown is None:
        return News.NEW
    if shown.shift != shift_name(known.crew_id, known.day):
        return News.MOVED
    is_same = shown.start == context.week.asked.minute(stop.starts_at)
    return None if is_same else News.RETIMED


def _most_on_board(pieces: Sequence[Piece]) -> tuple[int, int]:
    """Return the most grams and litres that are on board at once, trip by trip."""
    trips: list[list[TaskRow]] = [[]]
    for piece in pieces:
        if piece.kind is PieceKind.RELOAD:
            trips.append([])
        elif piece.card is not None:
            trips[-1].append(piece.card.task)
    return max(_peak(trip, 0) for trip in trips), max(_peak(trip, 1) for trip in trips)


def _peak(trip: Sequence[TaskRow], measure: int) -> int:
    def load(task: TaskRow, kind: TaskKind) -> int:
        return (task.weight_g, task.volume_l)[measure] if task.kind is kind else 0

    at = most = sum(load(task, TaskKind.DELIVER) for task in trip)
    for task in trip:
        at += load(task, TaskKind.COLLECT) - load(task, TaskKind.DELIVER)
        most = max(most, at)
    return most


def _basket(
    context: _Context,
    waiting: Iterable[int],
    shadow: Plan,
    names: Mapping[int, tuple[str, Colour]],
) -> tuple[Waiting, ...]:
    reasons = {each.task: each for each in shadow.unserved}
    places = assignments(shadow)
    found = []
    for number in waiting:
        task = context.tasks.get(number)
        if task is None:
            continue
        place = places.get(str(number))
        found.append(
            Waiting(
                task=task,
                reasons=reasons.get(str(number)),
                room=_room(context.week, place, names) if place else None,
                is_late=task.window.end <= context.now,
            )
        )
    return tuple(sorted(found, key=lambda each: (each.task.window.end, each.task.id)))


def _room(week: Week, place: Assignment, names: Mapping[int, tuple[str, Colour]]) -> Room:
    crew_id, day = place.shift.split("@")
    name, _ = names[int(crew_id)]
    return Room(int(crew_id), name, date.fromisoformat(day), week.asked.instant(place.start))


def _sites(week: Week) -> dict[int, Site]:
    places = {place.id: place for place in week.problem.places}
    guesses = set(week.asked.without_place)
    return {
        int(task.id): Site(
            places[task.place].latitude, places[task.place].longitude, int(task.id) in guesses
        )
        for task in week.problem.tasks
    }


def _gates(week: Week) -> dict[str, Site]:
    places = {place.id: place for place in week.problem.places}
    return {
        shift.id: Site(places[shift.depot].latitude, places[shift.depot].longitude, is_guess=False)
        for shift in week.problem.shifts
    }
