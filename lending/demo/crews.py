"""The crews of the demonstration: people who plainly do not exist, and what they drive."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.accounts.permissions import SYSTEM
from lending.authorities.models import Authority
from lending.closures.days import closed_days
from lending.db.database import UnitOfWork
from lending.demo.people import PEOPLE
from lending.logistics.means.absences import add_absence
from lending.logistics.means.crews import CrewDetails, add_crew
from lending.logistics.means.fleet import VehicleDetails, add_outage, add_vehicle
from lending.logistics.means.kinds import AbsenceKind, Colour, Skill, VehicleClass
from lending.logistics.means.models import Crew
from lending.logistics.means.people import AgentDetails, add_agent, set_skill
from lending.logistics.means.roster import Times
from lending.logistics.means.shifts import WeekPattern, plan_week
from lending.logistics.working_time import DAY, WEEK, monday_of

S = Skill
LIGHT, HEAVY = VehicleClass.LIGHT, VehicleClass.HEAVY
WEEKS = range(-1, 3)
"""Which weeks are planned, seen from the present one."""
MONDAY_TO_FRIDAY, TUESDAY_TO_SATURDAY = frozenset(range(5)), frozenset(range(1, 6))


@dataclass(frozen=True)
class DemoAgent:
    """An agent: each skill with the days it still counts, none without limit."""

    name: str
    skills: dict[Skill, int | None]


@dataclass(frozen=True)
class DemoCrew:
    """A crew, with its hours."""

    name: str
    colour: Colour
    members: tuple[DemoAgent, ...]
    vehicle: VehicleDetails
    weekdays: frozenset[int]
    times: Times


EARLY, OFFICE = Times(time(7), time(15), 45), Times(time(9), time(17), 60)

VAN = VehicleDetails("Fourgon 12 m³", LIGHT, S.LICENCE_B, 1_100_000, 12_000, "ZZ-000-ZA")
TIPPER = VehicleDetails(
    "Benne et remorque à barrières",
    LIGHT,
    S.LICENCE_B,
    900_000,
    5_000,
    "ZZ-000-ZB",
    trailer_licence=S.LICENCE_BE,
    trailer_payload_g=950_000,
    trailer_volume_l=6_000,
)
BOX = VehicleDetails(
    "Camion 20 m³ à hayon",
    LIGHT,
    S.LICENCE_B,
    800_000,
    20_000,
    "ZZ-000-ZC",
    has_tail_lift=True,
)
LORRY = VehicleDetails(
    "Porteur 7,5 t",
    HEAVY,
    S.LICENCE_C1,
    3_000_000,
    30_000,
    "ZZ-000-ZD",
    has_tail_lift=True,
)
CRANE = VehicleDetails("Camion-grue 16 t", HEAVY, S.LICENCE_C, 6_500_000, 25_000, "ZZ-000-ZE")

CREWS = {
    "trois-rives": (
        DemoCrew(
            "Équipe Tréteaux",
            Colour.BLUE,
            (
                DemoAgent("Aline Barnum", {S.LICENCE_C1: 700}),
                DemoAgent("Bastien Plateau", {S.LICENCE_B: None}),
                DemoAgent("Chloé Banquet", {}),
            ),
            LORRY,
            TUESDAY_TO_SATURDAY,
            OFFICE,
        ),
        DemoCrew(
            "Équipe Barrières",
            Colour.ORANGE,
            (
                DemoAgent("Driss Vauban", {S.LICENCE_BE: None}),
                DemoAgent("Élodie Lisière", {S.LICENCE_B: None}),
            ),
            TIPPER,
            MONDAY_TO_FRIDAY,
            EARLY,
        ),
        DemoCrew(
            "Équipe Chapiteaux",
            Colour.PURPLE,
            (
                DemoAgent("Farid Mât", {S.LICENCE_CE: 420, S.CACES_CRANE: 180}),
                DemoAgent("Gaëlle Hauban", {S.LICENCE_B: None, S.CACES_FORKLIFT: 900}),
                DemoAgent("Hugo Lest", {S.LICENCE_B: None}),
                DemoAgent("Iris Toile", {}),
            ),
            CRANE,
            MONDAY_TO_FRIDAY,
            EARLY,
        ),
        DemoCrew(
            "Équipe Lumières",
            Colour.GREEN,
            (
                DemoAgent("Jules Lampion", {S.LICENCE_B: None, S.ELECTRICAL: 300}),
                DemoAgent("Kenza Guirlande", {S.LICENCE_B: None, S.ELECTRICAL: 9}),
            ),
            BOX,
            TUESDAY_TO_SATURDAY,
            OFFICE,
        ),
    ),
    "rivemont": (
        DemoCrew(
            "Équipe des fêtes",
            Colour.TEAL,
            (
                DemoAgent("Lucien Estrade", {S.LICENCE_B: None}),
                DemoAgent("Maud Gradin", {S.LICENCE_BE: None, S.ELECTRICAL: 500}),
                DemoAgent("Naël Rideau", {}),
            ),
            VAN,
            TUESDAY_TO_SATURDAY,
            OFFICE,
        ),
    ),
}
AWAY = {"Bastien Plateau": (7, 9, AbsenceKind.LEAVE), "Iris Toile": (1, 2, AbsenceKind.TRAINING)}
"""Who is away, from how many days after the present Monday to how many, and why."""


def write_crews(uow: UnitOfWork) -> None:
    """Write agents, vehicles and crews, and plan the weeks around the present one."""
    for code, crews in CREWS.items():
        authority = uow.session.scalars(select(Authority).where(Authority.code == code)).one()
        zone = ZoneInfo(authority.timezone)
        today = to_local(uow.now, zone).date()
        depots = sorted(authority.depots, key=lambda depot: depot.code)
        for number, crew in enumerate(crews):
            depot_id = depots[number % len(depots)].id
            _write_crew(uow, authority.id, depot_id, crew, today, number)


def _write_crew(
    uow: UnitOfWork, authority_id: int, depot_id: int, crew: DemoCrew, today: date, number: int
) -> None:
    monday = monday_of(today)
    vehicle = add_vehicle(uow, SYSTEM, authority_id, crew.vehicle)
    vehicle.depot_id = depot_id
    if crew.vehicle is CRANE:
        stop = (monday + WEEK + 2 * DAY, monday + WEEK + 3 * DAY, "Contrôle technique annuel")
        add_outage(uow, SYSTEM, vehicle.id, *stop)
    members: list[int] = []
    for each in crew.members:
        # Numbers that no operator gives out: kept for fiction.
        phone = f"06 39 98 {10 + authority_id:02d} {10 * number + len(members):02d}"
        email = next((person.email for person in PEOPLE if person.name == each.name), "")
        known = AgentDetails(each.name, phone, depot_id, email)
        agent = add_agent(uow, SYSTEM, authority_id, known)
        for skill, days in each.skills.items():
            until = today + timedelta(days=days) if days is not None else None
            set_skill(uow, SYSTEM, agent.id, skill, until)
        if each.name in AWAY:
            first, last, kind = AWAY[each.name]
            add_absence(uow, SYSTEM, agent.id, monday + first * DAY, monday + last * DAY, kind)
        members.append(agent.id)
    details = CrewDetails(crew.name, crew.colour, frozenset(members), vehicle.id)
    crew_id = add_crew(uow, SYSTEM, authority_id, details).id
    for weeks in WEEKS:
        _plan(uow, authority_id, crew_id, crew, monday + weeks * WEEK)


def plan_crews(uow: UnitOfWork, monday: date) -> None:
    """Plan the crews that usually work on Saturdays over another week."""
    for code, crews in CREWS.items():
        authority = uow.session.scalars(select(Authority).where(Authority.code == code)).one()
        for crew in crews:
            if crew.weekdays == TUESDAY_TO_SATURDAY:
                known = select(Crew.id).where(
                    Crew.authority_id == authority.id, Crew.name == crew.name
                )
                _plan(uow, authority.id, uow.session.scalars(known).one(), crew, monday)


def _plan(uow: UnitOfWork, authority_id: int, crew_id: int, crew: DemoCrew, monday: date) -> None:
    """Plan a week, but for the days on which the authority is closed."""
    closed = closed_days(uow, authority_id, monday, monday + 6 * DAY).everywhere
    open_days = frozenset(n for n in crew.weekdays if monday + n * DAY not in closed)
    if open_days:
        plan_week(uow, SYSTEM, crew_id, WeekPattern(monday, open_days, crew.times))
