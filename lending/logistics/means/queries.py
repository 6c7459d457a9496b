"""The means of an authority as they are read: agents, vehicles, crews, a week of shifts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from calendars.intervals import Interval
from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.logistics.means.checks import (
    check_authority,
    load_agent,
    load_crew,
    load_vehicle,
)
from lending.logistics.means.kinds import AbsenceKind, Colour, Skill
from lending.logistics.means.models import (
    Absence,
    Agent,
    Crew,
    Shift,
    Vehicle,
    VehicleOutage,
)
from lending.logistics.means.people import AgentDetails
from lending.logistics.means.roster import Times


@dataclass(frozen=True)
class HeldSkill:
    """A skill, and whether it still counts on the day that was asked about."""

    skill: Skill
    expires_on: date | None
    is_expired: bool


@dataclass(frozen=True)
class AgentRow:
    """An agent in a list."""

    id: int
    authority_id: int
    name: str
    phone: str
    depot_id: int | None
    depot: str
    email: str
    skills: tuple[HeldSkill, ...]
    crews: tuple[str, ...]
    is_active: bool

    @property
    def details(self) -> AgentDetails:
        """What a form about the agent begins with."""
        return AgentDetails(self.name, self.phone, self.depot_id, self.email)


@dataclass(frozen=True)
class OutageRow:
    """Days on which a vehicle is out of service."""

    id: int
    vehicle_id: int
    vehicle: str
    first_day: date
    last_day: date | None
    reason: str


@dataclass(frozen=True)
class VehicleRow:
    """A vehicle in a list."""

    id: int
    authority_id: int
    name: str
    registration: str
    vehicle_class: str
    class_label: str
    licence: Skill
    payload_g: int
    volume_l: int
    trailer_licence: Skill | None
    trailer_payload_g: int
    trailer_volume_l: int
    has_tail_lift: bool
    depot_id: int | None
    depot: str
    outages: tuple[OutageRow, ...]
    """Those that are not over."""
    out_of_service: OutageRow | None
    """The one of the day that was asked about."""
    crews: tuple[str, ...]
    is_active: bool


@dataclass(frozen=True)
class CrewRow:
    """A crew in a list."""

    id: int
    authority_id: int
    name: str
    colour: Colour
    member_ids: tuple[int, ...]
    members: tuple[str, ...]
    vehicle_id: int | None
    vehicle: str
    is_active: bool


@dataclass(frozen=True)
class Means:
    """All means of an authority that are in use."""

    agents: tuple[AgentRow, ...]
    vehicles: tuple[VehicleRow, ...]
    crews: tuple[CrewRow, ...]


@dataclass(frozen=True)
class AbsenceRow:
    """Days on which an agent is away."""

    id: int
    agent_id: int
    agent: str
    first_day: date
    last_day: date
    kind: AbsenceKind


@dataclass(frozen=True)
class ShiftRow:
    """A shift in a week."""

    id: int
    agent_id: int
    agent: str
    authority_id: int
    day: date
    interval: Interval
    times: Times
    crew_id: int | None
    crew: str
    colour: Colour | None
    allowed_because: str
    """Why it was planned against a rule of working time; empty when it keeps them all."""

    @property
    def worked_minutes(self) -> int:
        """How long is worked."""
        return int(self.interval.duration.total_seconds()) // 60 - self.times.break_minutes


def means_of(uow: UnitOfWork, actor: Principal, authority_id: int) -> Means:
    """Return the means of an authority, as they are today, by name.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
    """
    authority = check_authority(uow, actor, authority_id)
    today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    crews = uow.session.scalars(
        select(Crew)
        .where(Crew.authority_id == authority_id, Crew.is_active)
        .options(joinedload(Crew.vehicle))
        .order_by(Crew.name, Crew.id)
    ).all()
    agents = uow.session.scalars(
        select(Agent)
        .where(Agent.authority_id == authority_id, Agent.is_active)
        .options(joinedload(Agent.depot), joinedload(Agent.user))
        .order_by(Agent.name, Agent.id)
    ).all()
    vehicles = uow.session.scalars(
        select(Vehicle)
        .where(Vehicle.authority_id == authority_id, Vehicle.is_active)
        .options(joinedload(Vehicle.depot))
        .order_by(Vehicle.name, Vehicle.id)
    ).all()
    return Means(
        tuple(_agent(agent, crews, today) for agent in agents),
        tuple(_vehicle(vehicle, crews, today) for vehicle in vehicles),
        tuple(_crew(crew) for crew in crews),
    )


def get_agent(
    uow: UnitOfWork, actor: Principal, agent_id: int
) -> tuple[AgentRow, tuple[AbsenceRow, ...]]:
    """Return an agent, with the absences that are not over.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this agent, or there is none.
    """
    agent = load_agent(uow, actor, agent_id)
    authority = check_authority(uow, actor, agent.authority_id)
    today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    crews = uow.session.scalars(
        select(Crew).where(Crew.members.any(Agent.id == agent_id), Crew.is_active)
    ).all()
    absences = uow.session.scalars(
        select(Absence)
        .where(Absence.agent_id == agent_id, Absence.last_day >= today)
        .order_by(Absence.first_day)
    )
    return _agent(agent, crews, today), tuple(map(_absence, absences))


def get_vehicle(uow: UnitOfWork, actor: Principal, vehicle_id: int) -> VehicleRow:
    """Return a vehicle, with the outages that are not over.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this vehicle, or there is none.
    """
    vehicle = load_vehicle(uow, actor, vehicle_id)
    authority = check_authority(uow, actor, vehicle.authority_id)
    today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    crews = uow.session.scalars(
        select(Crew).where(Crew.vehicle_id == vehicle_id, Crew.is_active)
    ).all()
    return _vehicle(vehicle, crews, today)


def get_crew(uow: UnitOfWork, actor: Principal, crew_id: int) -> CrewRow:
    """Return a crew.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this crew, or there is none.
    """
    return _crew(load_crew(uow, actor, crew_id))


def get_outage(uow: UnitOfWork, actor: Principal, outage_id: int) -> OutageRow:
    """Return days on which a vehicle is out of service.

    Raises:
        NotSignedIn, NotFound: the actor does not see to the vehicle, or there are none.
    """
    outage = uow.session.get(VehicleOutage, outage_id)
    vehicle = load_vehicle(uow, actor, outage.vehicle_id if outage else 0)
    if outage is None:
        raise NotFound
    return _outage(outage, vehicle.name)


def get_absence(uow: UnitOfWork, actor: Principal, absence_id: int) -> AbsenceRow:
    """Return an absence.

    Raises:
        NotSignedIn, NotFound: the actor does not see to the agent, or there is none.
    """
    absence = uow.session.get(Absence, absence_id)
    if absence is None:
        actor.check(Action.MANAGE_MEANS)
        raise NotFound
    load_agent(uow, actor, absence.agent_id)
    return _absence(absence)


def get_shift(uow: UnitOfWork, actor: Principal, shift_id: int) -> ShiftRow:
    """Return a shift.

    Raises:
        NotSignedIn, NotFound: the actor does not see to the agent, or there is none.
    """
    shift = uow.session.get(Shift, shift_id)
    if shift is None:
        actor.check(Action.MANAGE_MEANS)
        raise NotFound
    agent = load_agent(uow, actor, shift.agent_id)
    authority = check_authority(uow, actor, agent.authority_id)
    return shift_row(shift, ZoneInfo(authority.timezone))


def shift_row(shift: Shift, zone: ZoneInfo) -> ShiftRow:
    """Return a shift as it is read."""
    starts, ends = to_local(shift.starts_at, zone), to_local(shift.ends_at, zone)
    return ShiftRow(
        id=shift.id,
        agent_id=shift.agent_id,
        agent=shift.agent.name,
        authority_id=shift.agent.authority_id,
        day=starts.date(),
        interval=Interval(shift.starts_at, shift.ends_at),
        times=Times(_naive(starts).time(), _naive(ends).time(), shift.break_minutes),
        crew_id=shift.crew_id,
        crew=shift.crew.name if shift.crew else "",
        colour=shift.crew.colour if shift.crew else None,
        allowed_because="; ".join(sorted({each.reason for each in shift.derogations})),
    )


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None, fold=0)


def _agent(agent: Agent, crews: Iterable[Crew], today: date) -> AgentRow:
    order = list(Skill)
    return AgentRow(
        id=agent.id,
        authority_id=agent.authority_id,
        name=agent.name,
        phone=agent.phone,
        depot_id=agent.depot_id,
        depot=agent.depot.name if agent.depot else "",
        email=agent.user.email if agent.user else "",
        skills=tuple(
            HeldSkill(
                held.skill,
                held.expires_on,
                held.expires_on is not None and held.expires_on < today,
            )
            for held in sorted(agent.skills, key=lambda held: order.index(held.skill))
        ),
        crews=tuple(crew.name for crew in crews if agent in crew.members),
        is_active=agent.is_active,
    )


def _vehicle(vehicle: Vehicle, crews: Iterable[Crew], today: date) -> VehicleRow:
    outages = tuple(
        _outage(each, vehicle.name)
        for each in vehicle.outages
        if each.last_day is None or each.last_day >= today
    )
    return VehicleRow(
        id=vehicle.id,
        authority_id=vehicle.authority_id,
        name=vehicle.name,
        registration=vehicle.registration,
        vehicle_class=vehicle.vehicle_class.value,
        class_label=vehicle.vehicle_class.label,
        licence=vehicle.licence,
        payload_g=vehicle.payload_g,
        volume_l=vehicle.volume_l,
        trailer_licence=vehicle.trailer_licence,
        trailer_payload_g=vehicle.trailer_payload_g,
        trailer_volume_l=vehicle.trailer_volume_l,
        has_tail_lift=vehicle.has_tail_lift,
        depot_id=vehicle.depot_id,
        depot=vehicle.depot.name if vehicle.depot else "",
        outages=outages,
        out_of_service=next((each for each in outages if each.first_day <= today), None),
        crews=tuple(crew.name for crew in crews if crew.vehicle_id == vehicle.id),
        is_active=vehicle.is_active,
    )


def _outage(outage: VehicleOutage, vehicle: str) -> OutageRow:
    return OutageRow(
        outage.id, outage.vehicle_id, vehicle, outage.first_day, outage.last_day, outage.reason
    )


def _crew(crew: Crew) -> CrewRow:
    return CrewRow(
        id=crew.id,
        authority_id=crew.authority_id,
        name=crew.name,
        colour=crew.colour,
        member_ids=tuple(member.id for member in crew.members),
        members=tuple(member.name for member in crew.members),
        vehicle_id=crew.vehicle_id,
        vehicle=crew.vehicle.name if crew.vehicle else "",
        is_active=crew.is_active,
    )


def _absence(absence: Absence) -> AbsenceRow:
    return AbsenceRow(
        absence.id,
        absence.agent_id,
        absence.agent.name,
        absence.first_day,
        absence.last_day,
        absence.kind,
    )
