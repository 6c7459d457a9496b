"""What the vehicles of an authority carry, for loads to be cut into trips."""

from sqlalchemy import select

from lending.db.database import UnitOfWork
from lending.logistics.means.kinds import Skill, with_included
from lending.logistics.means.models import Agent, Vehicle
from lending.logistics.work import Room


def carriers_of(uow: UnitOfWork, authority_id: int) -> tuple[Room, ...]:
    """Return what each vehicle carries, the largest first; who may ask is asked before.

    A trailer counts where somebody may tow it. What is out of service until further notice does
    not count; what comes back does: the work may be done then.
    """
    today = uow.now.date()
    vehicles = uow.session.scalars(
        select(Vehicle).where(Vehicle.authority_id == authority_id, Vehicle.is_active)
    ).all()
    held = _held(uow, authority_id) if any(each.trailer_licence for each in vehicles) else []
    rooms = {
        _room(vehicle, held)
        for vehicle in vehicles
        if not any(o.last_day is None and o.first_day <= today for o in vehicle.outages)
    }
    return tuple(sorted(rooms, key=lambda room: (room.weight_g, room.volume_l), reverse=True))


def _held(uow: UnitOfWork, authority_id: int) -> list[frozenset[Skill]]:
    agents = uow.session.scalars(
        select(Agent).where(Agent.authority_id == authority_id, Agent.is_active)
    )
    today = uow.now.date()
    return [
        with_included(
            held.skill
            for held in agent.skills
            if held.expires_on is None or held.expires_on >= today
        )
        for agent in agents
    ]


def _room(vehicle: Vehicle, held: list[frozenset[Skill]]) -> Room:
    weight, volume = vehicle.payload_g, vehicle.volume_l
    towing = vehicle.trailer_licence
    if towing is not None and any({vehicle.licence, towing} <= skills for skills in held):
        weight, volume = weight + vehicle.trailer_payload_g, volume + vehicle.trailer_volume_l
    return Room(weight, volume)
