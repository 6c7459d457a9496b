"""A week of an authority: who works when, who is away, what each crew is on each day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.logistics.means.checks import check_authority
from lending.logistics.means.crew_day import (
    CrewDay,
    Outage,
    Person,
    Presence,
    Rig,
    Team,
    crew_day,
)
from lending.logistics.means.kinds import AbsenceKind
from lending.logistics.means.models import Absence, Agent, Crew, Shift, Vehicle
from lending.logistics.means.roster import beginning_on
from lending.logistics.means.rows import ShiftRow, by_name, shift_row
from lending.logistics.working_time import DAY, monday_of


@dataclass(frozen=True)
class Cell:
    """An agent on a day."""

    day: date
    shifts: tuple[ShiftRow, ...]
    absence: AbsenceKind | None


@dataclass(frozen=True)
class AgentWeek:
    """An agent over a week."""

    agent_id: int
    name: str
    is_active: bool
    cells: tuple[Cell, ...]

    @property
    def minutes(self) -> int:
        """The work of the week."""
        return sum(shift.worked_minutes for cell in self.cells for shift in cell.shifts)


@dataclass(frozen=True)
class Week:
    """Everybody over a week, and the crews that are at work in it."""

    monday: date
    days: tuple[date, ...]
    agents: tuple[AgentWeek, ...]
    crew_days: tuple[CrewDay, ...]
    """In order of days, then names; a crew of which nobody works on a day has none."""

    @property
    def is_empty(self) -> bool:
        """Whether nobody is planned."""
        return not any(cell.shifts for agent in self.agents for cell in agent.cells)


def week_of(uow: UnitOfWork, actor: Principal, authority_id: int, day: date) -> Week:
    """Return the week of an authority in which a day lies.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
    """
    authority = check_authority(uow, actor, authority_id)
    zone = ZoneInfo(authority.timezone)
    monday = monday_of(day)
    days = tuple(monday + DAY * number for number in range(7))
    shifts = _shifts(uow, authority_id, days, zone)
    absences = _absences(uow, authority_id, days)
    rows: dict[tuple[int, date], list[ShiftRow]] = defaultdict(list)
    for shift in shifts:
        row = shift_row(shift, zone)
        rows[row.agent_id, row.day].append(row)
    here = {shift.agent_id for shift in shifts}
    agents = uow.session.scalars(select(Agent).where(Agent.authority_id == authority_id))
    return Week(
        monday=monday,
        days=days,
        agents=tuple(
            AgentWeek(
                agent.id,
                agent.name,
                agent.is_active,
                tuple(
                    Cell(each, tuple(rows[agent.id, each]), absences.get((agent.id, each)))
                    for each in days
                ),
            )
            for agent in by_name(agents)
            if agent.is_active or agent.id in here
        ),
        crew_days=_crew_days(uow, authority_id, days, shifts, zone, absences),
    )


def crew_days_of(
    uow: UnitOfWork, authority_id: int, first: date, last: date, zone: ZoneInfo
) -> tuple[CrewDay, ...]:
    """Return what the crews of an authority are from one local day to another, both included.

    Who may ask is asked before.
    """
    days = tuple(first + DAY * number for number in range((last - first).days + 1))
    shifts = _shifts(uow, authority_id, days, zone)
    return _crew_days(uow, authority_id, days, shifts, zone, _absences(uow, authority_id, days))


def _shifts(
    uow: UnitOfWork, authority_id: int, days: Sequence[date], zone: ZoneInfo
) -> Sequence[Shift]:
    begins = beginning_on(days[0], days[-1], zone)
    return uow.session.scalars(
        select(Shift)
        .join(Shift.agent)
        .where(
            Agent.authority_id == authority_id,
            Shift.starts_at >= begins.start,
            Shift.starts_at < begins.end,
        )
        .options(joinedload(Shift.agent), joinedload(Shift.crew))
        .order_by(Shift.starts_at, Shift.id)
    ).all()


def _absences(
    uow: UnitOfWork, authority_id: int, days: Sequence[date]
) -> dict[tuple[int, date], AbsenceKind]:
    rows = uow.session.scalars(
        select(Absence)
        .join(Absence.agent)
        .where(
            Agent.authority_id == authority_id,
            Absence.first_day <= days[-1],
            Absence.last_day >= days[0],
        )
    )
    return {
        (row.agent_id, day): row.kind
        for row in rows
        for day in days
        if row.first_day <= day <= row.last_day
    }


def _crew_days(
    uow: UnitOfWork,
    authority_id: int,
    days: Sequence[date],
    shifts: Iterable[Shift],
    zone: ZoneInfo,
    absences: Mapping[tuple[int, date], AbsenceKind],
) -> tuple[CrewDay, ...]:
    at_work: dict[tuple[int, date], list[Presence]] = defaultdict(list)
    for shift in shifts:
        if shift.crew_id is not None:
            row = shift_row(shift, zone)
            pause = timedelta(minutes=shift.break_minutes)
            presence = Presence(_person(shift.agent), row.interval, pause)
            at_work[shift.crew_id, row.day].append(presence)
    crews = uow.session.scalars(
        select(Crew)
        .where(Crew.authority_id == authority_id)
        .options(joinedload(Crew.vehicle).selectinload(Vehicle.outages))
    ).all()
    found = []
    for day in days:
        working = [crew for crew in by_name(crews) if at_work.get((crew.id, day))]
        away = {agent_id for agent_id, that in absences if that == day}
        for crew in working:
            others = [
                other.name
                for other in working
                if other is not crew
                and crew.vehicle_id is not None
                and other.vehicle_id == crew.vehicle_id
                and _meet(at_work[crew.id, day], at_work[other.id, day])
            ]
            found.append(crew_day(_team(crew), day, at_work[crew.id, day], away, others))
    return tuple(found)


def _meet(ones: Iterable[Presence], others: Sequence[Presence]) -> bool:
    return any(one.interval.overlaps(other.interval) for one in ones for other in others)


def _person(agent: Agent) -> Person:
    skills = {held.skill: held.expires_on for held in agent.skills}
    return Person(agent.id, agent.name, skills, agent.depot_id)


def _team(crew: Crew) -> Team:
    rig = _rig(crew.vehicle) if crew.vehicle else None
    return Team(crew.id, crew.name, tuple(map(_person, crew.members)), rig)


def _rig(vehicle: Vehicle) -> Rig:
    return Rig(
        id=vehicle.id,
        name=vehicle.name,
        vehicle_class=vehicle.vehicle_class,
        licence=vehicle.licence,
        payload_g=vehicle.payload_g,
        volume_l=vehicle.volume_l,
        trailer_licence=vehicle.trailer_licence,
        trailer_payload_g=vehicle.trailer_payload_g,
        trailer_volume_l=vehicle.trailer_volume_l,
        has_tail_lift=vehicle.has_tail_lift,
        depot_id=vehicle.depot_id,
        outages=tuple(Outage(o.first_day, o.last_day, o.reason) for o in vehicle.outages),
    )
