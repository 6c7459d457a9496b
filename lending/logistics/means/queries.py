"""The means of an authority as they are read: agents, vehicles, crews, shifts, absences."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.logistics.means.checks import check_authority, load_agent, load_crew, load_vehicle
from lending.logistics.means.models import Absence, Agent, Crew, Shift, Vehicle, VehicleOutage
from lending.logistics.means.rows import (
    AbsenceRow,
    AgentRow,
    CrewRow,
    Means,
    OutageRow,
    ShiftRow,
    VehicleRow,
    absence_row,
    agent_row,
    by_name,
    crew_row,
    outage_row,
    shift_row,
    vehicle_row,
)


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
    ).all()
    agents = uow.session.scalars(
        select(Agent)
        .where(Agent.authority_id == authority_id, Agent.is_active)
        .options(joinedload(Agent.depot), joinedload(Agent.user))
    ).all()
    vehicles = uow.session.scalars(
        select(Vehicle)
        .where(Vehicle.authority_id == authority_id, Vehicle.is_active)
        .options(joinedload(Vehicle.depot))
    ).all()
    return Means(
        tuple(agent_row(agent, crews, today) for agent in by_name(agents)),
        tuple(vehicle_row(vehicle, crews, today) for vehicle in by_name(vehicles)),
        tuple(crew_row(crew) for crew in by_name(crews)),
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
    return agent_row(agent, crews, today), tuple(map(absence_row, absences))


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
    return vehicle_row(vehicle, crews, today)


def get_crew(uow: UnitOfWork, actor: Principal, crew_id: int) -> CrewRow:
    """Return a crew.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this crew, or there is none.
    """
    return crew_row(load_crew(uow, actor, crew_id))


def get_outage(uow: UnitOfWork, actor: Principal, outage_id: int) -> OutageRow:
    """Return days on which a vehicle is out of service.

    Raises:
        NotSignedIn, NotFound: the actor does not see to the vehicle, or there are none.
    """
    outage = uow.session.get(VehicleOutage, outage_id)
    vehicle = load_vehicle(uow, actor, outage.vehicle_id if outage else 0)
    if outage is None:
        raise NotFound
    return outage_row(outage, vehicle.name)


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
    return absence_row(absence)


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
