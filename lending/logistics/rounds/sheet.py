"""The sheet of a crew's day, as it was published: where to go, what to load, whom to call."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from calendars.intervals import Interval
from calendars.zones import local_day, to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.means.kinds import Colour
from lending.logistics.means.models import Absence, Agent, Crew, Shift
from lending.logistics.queries import LoadLine, TaskDetail, details_of
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Round, Stop
from lending.safety.reading import notices_of
from lending.safety.rules import SafetyNotice

AHEAD = frozenset({TaskState.TO_DO, TaskState.STARTED})
"""What a crew still has before it, of what it was given for the day."""


@dataclass(frozen=True)
class Parcel:
    """What is loaded for one stop."""

    number: int
    """Of the stop."""
    place: str
    event: str
    lines: tuple[LoadLine, ...]
    weight_g: int


@dataclass(frozen=True)
class SheetStop:
    """A halt of a round."""

    number: int
    """Counted from 1, loading again included."""
    arrives_at: datetime
    starts_at: datetime
    ends_at: datetime
    task: TaskDetail | None
    """None: back at the depot, to load again."""
    parcels: tuple[Parcel, ...]
    """What to load here, in the order of loading."""
    safety: tuple[SafetyNotice, ...] = ()
    """What must be minded at this stop."""


@dataclass(frozen=True)
class Member:
    """Somebody who is with the crew on the day."""

    name: str
    phone: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Sheet:
    """What a crew does on a local day."""

    crew_id: int
    crew: str
    colour: Colour
    authority_id: int
    authority: str
    zone: ZoneInfo
    day: date
    today: date
    vehicle: str
    members: tuple[Member, ...]
    leaves_at: datetime | None
    """None: nothing was published for the day."""
    returns_at: datetime | None
    pause: Interval | None
    driving_minutes: int
    parcels: tuple[Parcel, ...]
    """What to load before leaving, in the order of loading."""
    stops: tuple[SheetStop, ...]
    can_do: bool
    """Whether the actor may tell what was done."""
    read_at: datetime

    @property
    def tasks(self) -> tuple[TaskDetail, ...]:
        """What there is to do, in its order."""
        return tuple(stop.task for stop in self.stops if stop.task is not None)

    @property
    def next_number(self) -> int | None:
        """The number of the stop that comes next, if any is ahead."""
        ahead = (stop for stop in self.stops if stop.task and stop.task.state in AHEAD)
        return next((stop.number for stop in ahead), None)

    @property
    def told(self) -> int:
        """How many tasks somebody has ended, whatever came of it."""
        return sum(task.state not in AHEAD for task in self.tasks)


@dataclass(frozen=True)
class CrewRound:
    """The round of a crew in the list of a day."""

    crew_id: int
    crew: str
    colour: Colour
    authority: str
    zone: ZoneInfo
    leaves_at: datetime
    returns_at: datetime
    tasks: int
    told: int
    """How many tasks somebody has ended, whatever came of it."""
    troubles: int
    """How many of these were not possible, or done in part."""


def sheet_of(uow: UnitOfWork, actor: Principal, crew_id: int, day: date) -> Sheet:
    """Return what a crew does on a local day, as published; empty when nothing was.

    Raises:
        NotFound: there is no such crew that the actor may know of.
        NotSignedIn: nobody is signed in.
    """
    crew = uow.session.get(Crew, crew_id, options=[joinedload(Crew.vehicle)])
    if crew is None:
        raise NotFound
    actor.check(Action.SEE_TASKS, authority_id=crew.authority_id, hidden=True)
    authority = uow.session.get_one(Authority, crew.authority_id)
    zone = ZoneInfo(authority.timezone)
    known = uow.session.scalars(
        _published(day).where(Round.crew_id == crew_id).options(selectinload(Round.stops))
    ).one_or_none()
    planned = known.stops if known else []
    tasks = details_of(uow, actor, [stop.task_id for stop in planned if stop.task_id])
    parcels, stops = _loaded(planned, tasks)
    minded = notices_of(uow, {task.booking_id for task in tasks.values()})
    stops = tuple(
        replace(stop, safety=minded[stop.task.booking_id])
        if stop.task and stop.task.kind.is_on_site
        else stop
        for stop in stops
    )
    vehicle = crew.vehicle
    return Sheet(
        crew_id=crew.id,
        crew=crew.name,
        colour=crew.colour,
        authority_id=authority.id,
        authority=authority.name,
        zone=zone,
        day=day,
        today=to_local(uow.now, zone).date(),
        vehicle=" ".join(filter(None, (vehicle.name, vehicle.registration))) if vehicle else "",
        members=_members(uow, crew_id, day, zone),
        leaves_at=known.leaves_at if known else None,
        returns_at=known.returns_at if known else None,
        pause=_pause(known) if known else None,
        driving_minutes=known.driving_minutes if known else 0,
        parcels=parcels,
        stops=stops,
        can_do=actor.can(Action.DO_TASKS, authority_id=authority.id),
        read_at=uow.now,
    )


def rounds_on(uow: UnitOfWork, actor: Principal, day: date) -> list[CrewRound]:
    """Return the published rounds of a local day that the actor may see, by crew."""
    query = _published(day).options(
        joinedload(Round.crew), selectinload(Round.stops).joinedload(Stop.task)
    )
    scope = actor.authority_scope(Action.SEE_TASKS)
    if scope is not None:
        query = query.where(Round.authority_id.in_(scope))
    authorities = {each.id: each for each in uow.session.scalars(select(Authority))}
    found = [_listed(each, authorities[each.authority_id]) for each in uow.session.scalars(query)]
    return sorted(found, key=lambda each: (each.authority, each.crew, each.crew_id))


def own_crew(uow: UnitOfWork, actor: Principal, day: date) -> int | None:
    """Return the crew with which the actor works on a day, or usually; none for others."""
    if actor.user_id is None:
        return None
    agent = uow.session.scalars(select(Agent).where(Agent.user_id == actor.user_id)).one_or_none()
    if agent is None or not actor.can(Action.SEE_TASKS, authority_id=agent.authority_id):
        return None
    zone = ZoneInfo(uow.session.get_one(Authority, agent.authority_id).timezone)
    planned = uow.session.scalars(
        _shifts(day, zone).where(Shift.agent_id == agent.id, Shift.crew_id.is_not(None))
    ).first()
    if planned is not None:
        return planned.crew_id
    usual = select(Crew.id).where(Crew.members.any(Agent.id == agent.id), Crew.is_active)
    return uow.session.scalars(usual.order_by(Crew.id)).first()


def _published(day: date) -> Select[Round]:
    return select(Round).where(Round.version == Version.PUBLISHED, Round.day == day)


def _shifts(day: date, zone: ZoneInfo) -> Select[Shift]:
    that = local_day(day, zone)
    return (
        select(Shift)
        .where(Shift.starts_at >= that.start, Shift.starts_at < that.end)
        .order_by(Shift.starts_at, Shift.id)
    )


def _listed(known: Round, authority: Authority) -> CrewRound:
    states = [stop.task.state for stop in known.stops if stop.task is not None]
    return CrewRound(
        crew_id=known.crew_id,
        crew=known.crew.name,
        colour=known.crew.colour,
        authority=authority.name,
        zone=ZoneInfo(authority.timezone),
        leaves_at=known.leaves_at,
        returns_at=known.returns_at,
        tasks=len(states),
        told=sum(state not in AHEAD for state in states),
        troubles=sum(state in (TaskState.PARTIAL, TaskState.PROBLEM) for state in states),
    )


def _pause(known: Round) -> Interval | None:
    if known.break_starts_at is None or known.break_ends_at is None:
        return None
    # A break before leaving or after the return is no matter of the round.
    if known.break_starts_at >= min(known.break_ends_at, known.returns_at):
        return None
    return Interval(known.break_starts_at, known.break_ends_at)


def _members(uow: UnitOfWork, crew_id: int, day: date, zone: ZoneInfo) -> tuple[Member, ...]:
    away = select(Absence.agent_id).where(Absence.first_day <= day, Absence.last_day >= day)
    shifts: Iterable[Shift] = uow.session.scalars(
        _shifts(day, zone)
        .where(Shift.crew_id == crew_id, Shift.agent_id.not_in(away))
        .options(joinedload(Shift.agent))
    )
    return tuple(
        Member(shift.agent.name, shift.agent.phone, shift.starts_at, shift.ends_at)
        for shift in shifts
    )


def _loaded(
    planned: Sequence[Stop], tasks: dict[int, TaskDetail]
) -> tuple[tuple[Parcel, ...], tuple[SheetStop, ...]]:
    """Return what to load before leaving, and the stops with what to load at each.

    What is unloaded last goes in first.
    """
    waiting: list[Parcel] = []
    stops: list[SheetStop] = []
    for stop in reversed(planned):
        task = tasks.get(stop.task_id) if stop.task_id else None
        here: Collection[Parcel] = ()
        if stop.task_id is None:
            here, waiting = waiting, []
        elif task is not None and _is_loaded(task):
            waiting.append(_parcel(stop.position, task))
        stops.append(
            SheetStop(
                stop.position,
                stop.arrives_at,
                stop.starts_at,
                stop.ends_at,
                task,
                tuple(here),
            )
        )
    return tuple(waiting), tuple(reversed(stops))


def _is_loaded(task: TaskDetail) -> bool:
    return task.kind is TaskKind.DELIVER and task.state is not TaskState.CANCELLED


def _parcel(number: int, task: TaskDetail) -> Parcel:
    return Parcel(number, task.place, task.event, task.lines, task.weight_g)
