"""What is read of the means, and how it follows from the tables."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from calendars.intervals import Interval
from calendars.zones import to_local
from lending.logistics.means.kinds import AbsenceKind, Colour, Skill
from lending.logistics.means.models import Absence, Agent, Crew, Shift, Vehicle, VehicleOutage
from lending.logistics.means.people import AgentDetails
from lending.logistics.means.roster import Times
from lending.words import fold

SOON = timedelta(days=60)


@dataclass(frozen=True)
class HeldSkill:
    """A skill, and whether it still counts on the day that was asked about."""

    skill: Skill
    expires_on: date | None
    is_expired: bool
    is_ending: bool
    """Whether it ends soon: time to renew it."""


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


Named = TypeVar("Named", Agent, Vehicle, Crew)


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


def by_name(rows: Iterable[Named]) -> list[Named]:
    """Return rows by name, as readers look for them: É beside E, on every database."""
    return sorted(rows, key=lambda row: (fold(row.name), row.id))


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None, fold=0)


def agent_row(agent: Agent, crews: Iterable[Crew], today: date) -> AgentRow:
    """Return an agent as it is read, on a day."""
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
                held.expires_on is not None and today <= held.expires_on <= today + SOON,
            )
            for held in sorted(agent.skills, key=lambda held: order.index(held.skill))
        ),
        crews=tuple(crew.name for crew in crews if agent in crew.members),
        is_active=agent.is_active,
    )


def vehicle_row(vehicle: Vehicle, crews: Iterable[Crew], today: date) -> VehicleRow:
    """Return a vehicle as it is read, on a day."""
    outages = tuple(
        outage_row(each, vehicle.name)
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


def outage_row(outage: VehicleOutage, vehicle: str) -> OutageRow:
    """Return an outage as it is read."""
    return OutageRow(
        outage.id, outage.vehicle_id, vehicle, outage.first_day, outage.last_day, outage.reason
    )


def crew_row(crew: Crew) -> CrewRow:
    """Return a crew as it is read."""
    return CrewRow(
        id=crew.id,
        authority_id=crew.authority_id,
        name=crew.name,
        colour=crew.colour,
        member_ids=tuple(member.id for member in crew.members),
        members=tuple(member.name for member in by_name(crew.members)),
        vehicle_id=crew.vehicle_id,
        vehicle=crew.vehicle.name if crew.vehicle else "",
        is_active=crew.is_active,
    )


def absence_row(absence: Absence) -> AbsenceRow:
    """Return an absence as it is read."""
    return AbsenceRow(
        absence.id,
        absence.agent_id,
        absence.agent.name,
        absence.first_day,
        absence.last_day,
        absence.kind,
    )
