"""Plan when agents work: one shift, a crew's week, the same as last week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.intervals import Interval
from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_
from lending.logistics.facts import RosterChanged
from lending.logistics.means.checks import FIRST, LAST, check_authority, load_agent, load_crew
from lending.logistics.means.models import Agent, Crew, Shift
from lending.logistics.means.roster import (
    AgentBreach,
    Times,
    allow,
    beginning_on,
    breaches_of_change,
    check_free,
    check_times,
    day_of,
)
from lending.logistics.working_time import DAY, WEEK, Work, monday_of


@dataclass(frozen=True)
class ShiftDetails:
    """When an agent works on a local day, and with which crew."""

    day: date
    times: Times
    crew_id: int | None = None
    reason: str = ""
    """Why a rule of working time does not hold, if one does not."""


@dataclass(frozen=True)
class WeekPattern:
    """The same hours on some days of a week, for a whole crew."""

    monday: date
    weekdays: frozenset[int]
    """0 is Monday."""
    times: Times
    reason: str = ""


class Skip(StrEnum):
    """Why somebody was not planned on a day."""

    ABSENT = "absent"
    BUSY = "busy"

    @property
    def label(self) -> str:
        """Return the gettext id of the reason."""
        return SKIP_LABELS[self]


SKIP_LABELS = {Skip.ABSENT: N_("absent"), Skip.BUSY: N_("already at work")}


@dataclass(frozen=True)
class Planned:
    """What planning several shifts has made, and whom it left out."""

    made: int
    skipped: tuple[tuple[str, date, Skip], ...]
    """Agent, day, why."""


def plan_shift(uow: UnitOfWork, actor: Principal, agent_id: int, details: ShiftDetails) -> Shift:
    """Plan one shift.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent.
        WorkingTimeRefused: a rule does not hold, and no reason is given.
        InvalidInput: impossible times, an absence, other work at that time, another's crew.
    """
    agent = load_agent(uow, actor, agent_id, lock=True)
    return _write(uow, actor, agent, Shift(agent_id=agent.id), details)


def edit_shift(uow: UnitOfWork, actor: Principal, shift_id: int, details: ShiftDetails) -> Shift:
    """Change a shift.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent, or there is no such shift.
        WorkingTimeRefused, InvalidInput: as `plan_shift`.
    """
    shift, agent = _load(uow, actor, shift_id)
    return _write(uow, actor, agent, shift, details)


def remove_shift(uow: UnitOfWork, actor: Principal, shift_id: int) -> tuple[int, date]:
    """Take a shift away; return its authority and its day.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent, or there is no such shift.
    """
    shift, agent = _load(uow, actor, shift_id)
    uow.session.delete(shift)
    uow.session.flush()
    uow.events.publish(RosterChanged(frozenset({agent.id})), uow)
    return agent.authority_id, day_of(shift, _zone(uow, agent))


def plan_week(uow: UnitOfWork, actor: Principal, crew_id: int, pattern: WeekPattern) -> Planned:
    """Plan the usual members of a crew over a week; who is absent or works already is left out.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this crew.
        WorkingTimeRefused: a rule does not hold for somebody, and no reason is given.
        InvalidInput: no day, impossible times, a crew without members.
    """
    crew = load_crew(uow, actor, crew_id)
    zone = ZoneInfo(uow.session.get_one(Authority, crew.authority_id).timezone)
    if not pattern.weekdays <= frozenset(range(7)) or not pattern.weekdays:
        raise InvalidInput(weekdays=N_("Choose at least one day."))
    _check_day(pattern.monday)
    if not crew.members:
        raise InvalidInput(crew_id=N_("Say first who works in this crew."))
    monday = monday_of(pattern.monday)
    wanted = []
    for weekday in sorted(pattern.weekdays):
        day = monday + DAY * weekday
        presence = check_times(day, pattern.times, zone)
        work = Work(presence, timedelta(minutes=pattern.times.break_minutes))
        wanted += [_Wanted(agent.id, crew.id, day, work) for agent in crew.members]
    return _plan_all(uow, actor, zone, wanted, pattern.reason)


def copy_week(
    uow: UnitOfWork, actor: Principal, authority_id: int, monday: date, reason: str = ""
) -> Planned:
    """Plan the week from `monday` as the one before it, at the same hours of the clock.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
        WorkingTimeRefused: a rule does not hold for somebody, and no reason is given.
        InvalidInput: nothing was planned in the week before.
    """
    authority = check_authority(uow, actor, authority_id)
    zone = ZoneInfo(authority.timezone)
    _check_day(monday)
    monday = monday_of(monday)
    begins = beginning_on(monday - WEEK, monday - DAY, zone)
    source = uow.session.execute(
        select(Shift, Crew.is_active)
        .join(Agent, Agent.id == Shift.agent_id)
        .outerjoin(Crew, Crew.id == Shift.crew_id)
        .where(
            Agent.authority_id == authority_id,
            Agent.is_active,
            Shift.starts_at >= begins.start,
            Shift.starts_at < begins.end,
        )
        .order_by(Shift.starts_at, Shift.agent_id)
    ).all()
    if not source:
        raise InvalidInput(monday=N_("Nothing was planned in the week before."))
    wanted = []
    for shift, crew_works in source:
        times = _times(shift, zone)
        day = day_of(shift, zone) + WEEK
        work = Work(check_times(day, times, zone), timedelta(minutes=times.break_minutes))
        crew_id = shift.crew_id if crew_works else None
        wanted.append(_Wanted(shift.agent_id, crew_id, day, work))
    return _plan_all(uow, actor, zone, wanted, reason)


@dataclass(frozen=True)
class _Wanted:
    agent_id: int
    crew_id: int | None
    day: date
    work: Work


def _plan_all(
    uow: UnitOfWork,
    actor: Principal,
    zone: ZoneInfo,
    wanted: Sequence[_Wanted],
    reason: str,
) -> Planned:
    """Plan what can be, agent after agent; their rows are locked in the order of their numbers."""
    made: dict[int, list[tuple[Shift, date]]] = {}
    skipped: list[tuple[str, date, Skip]] = []
    found: list[AgentBreach] = []
    for agent_id in sorted({each.agent_id for each in wanted}):
        agent = load_agent(uow, actor, agent_id, lock=True)
        kept: list[_Wanted] = []
        for each in (each for each in wanted if each.agent_id == agent_id):
            why = _why_not(uow, agent, each.day, each.work.presence)
            if why:
                skipped.append((agent.name, each.day, why))
            else:
                kept.append(each)
        found += breaches_of_change(uow, agent, zone, [each.work for each in kept])
        made[agent_id] = [(_shift(each), each.day) for each in kept]
        uow.session.add_all(shift for shift, _ in made[agent_id])
    allow(uow, actor, made, found, reason)
    uow.session.flush()
    uow.events.publish(RosterChanged(frozenset(made)), uow)
    return Planned(sum(map(len, made.values())), tuple(skipped))


def _shift(wanted: _Wanted) -> Shift:
    return Shift(
        agent_id=wanted.agent_id,
        crew_id=wanted.crew_id,
        starts_at=wanted.work.presence.start,
        ends_at=wanted.work.presence.end,
        break_minutes=int(wanted.work.pause.total_seconds()) // 60,
    )


def _why_not(uow: UnitOfWork, agent: Agent, day: date, presence: Interval) -> Skip | None:
    try:
        check_free(uow, agent, day, presence)
    except InvalidInput as error:
        return Skip.BUSY if error.errors[0].field == "starts" else Skip.ABSENT
    return None


def _write(
    uow: UnitOfWork, actor: Principal, agent: Agent, shift: Shift, details: ShiftDetails
) -> Shift:
    zone = _zone(uow, agent)
    presence = check_times(details.day, details.times, zone)
    _check_crew(uow, agent, details.crew_id)
    check_free(uow, agent, details.day, presence, but=shift.id)
    work = Work(presence, timedelta(minutes=details.times.break_minutes))
    found = breaches_of_change(uow, agent, zone, [work], but=shift.id)
    shift.crew_id = details.crew_id
    shift.starts_at, shift.ends_at = presence.start, presence.end
    shift.break_minutes = details.times.break_minutes
    # What was allowed is decided again; the old rows go first, or the new ones meet them.
    shift.derogations.clear()
    uow.session.add(shift)
    uow.session.flush()
    allow(uow, actor, {agent.id: [(shift, details.day)]}, found, details.reason)
    uow.events.publish(RosterChanged(frozenset({agent.id})), uow)
    return shift


def _check_day(monday: date) -> None:
    if not FIRST <= monday <= LAST:
        raise InvalidInput(monday=N_("Give a day of our time."))


def _check_crew(uow: UnitOfWork, agent: Agent, crew_id: int | None) -> None:
    if crew_id is None:
        return
    crew = uow.session.get(Crew, crew_id)
    if crew is None or crew.authority_id != agent.authority_id or not crew.is_active:
        raise InvalidInput([FieldError("crew_id", N_("Choose a crew of this authority."))])


def _load(uow: UnitOfWork, actor: Principal, shift_id: int) -> tuple[Shift, Agent]:
    shift = uow.session.get(Shift, shift_id)
    if shift is None:
        actor.check(Action.MANAGE_MEANS)
        raise NotFound
    return shift, load_agent(uow, actor, shift.agent_id, lock=True)


def _zone(uow: UnitOfWork, agent: Agent) -> ZoneInfo:
    return ZoneInfo(uow.session.get_one(Authority, agent.authority_id).timezone)


def _times(shift: Shift, zone: ZoneInfo) -> Times:
    starts, ends = to_local(shift.starts_at, zone), to_local(shift.ends_at, zone)
    return Times(starts.time(), ends.time(), shift.break_minutes)
