"""People, vehicles and crews that tests plan with."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.db.database import Database, UnitOfWork
from lending.logistics.means.crews import CrewDetails, add_crew
from lending.logistics.means.fleet import VehicleDetails, add_vehicle
from lending.logistics.means.kinds import Colour, Skill, VehicleClass
from lending.logistics.means.models import Crew
from lending.logistics.means.people import AgentDetails, add_agent, set_skill
from lending.logistics.means.roster import Times
from lending.logistics.means.shifts import WeekPattern, plan_week
from lending.logistics.models import Task
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Round, Stop
from tests.factories import Cast

MONDAY = date(2026, 6, 1)
"""The Monday of the week in which most bookings of the tests begin."""
OFFICE = Times(time(8), time(16), 60)
"""Seven hours of work."""
LONG_DAY, SHORT_FRIDAY = Times(time(8), time(18), 60), Times(time(13), time(16, 30), 0)
FRIDAY, NEXT_MONDAY = MONDAY + timedelta(days=4), MONDAY + timedelta(days=7)
"""Days on which most bookings of the tests begin and end."""


@dataclass(frozen=True)
class Yard:
    """The numbers of what the town works with."""

    ines: int
    """Licence C until the end of 2027, electrical work until Wednesday 3 June 2026."""
    marc: int
    """Licence B."""
    lorry: int
    """Takes a licence C."""
    crew: int
    """Both of them, with the lorry."""


def lorry(**changes: object) -> VehicleDetails:
    """Return what is known of a lorry with a tail lift."""
    known = {
        "name": "Camion 12 t",
        "vehicle_class": VehicleClass.HEAVY,
        "licence": Skill.LICENCE_C,
        "payload_g": 5_000_000,
        "volume_l": 30_000,
        "has_tail_lift": True,
    }
    return VehicleDetails(**{**known, **changes})  # type: ignore[arg-type]


def build_yard(database: Database, cast: Cast) -> Yard:
    """Give the town two agents, a lorry and a crew."""

    def write(uow: UnitOfWork) -> Yard:
        boss = cast.manager
        ines = add_agent(uow, boss, cast.town, AgentDetails("Inès Planche", "01 00 00 00 01")).id
        marc = add_agent(uow, boss, cast.town, AgentDetails("Marc Tréteau")).id
        set_skill(uow, boss, ines, Skill.LICENCE_C, date(2027, 12, 31))
        set_skill(uow, boss, ines, Skill.ELECTRICAL, date(2026, 6, 3))
        set_skill(uow, boss, marc, Skill.LICENCE_B)
        vehicle = add_vehicle(uow, boss, cast.town, lorry()).id
        details = CrewDetails("Équipe A", Colour.GREEN, frozenset({ines, marc}), vehicle)
        return Yard(ines, marc, vehicle, add_crew(uow, boss, cast.town, details).id)

    return database.write(write)


def build_full_weeks(database: Database, cast: Cast) -> Yard:
    """Give the town a crew that works two weeks from Monday to Friday, nine hours a day."""
    built = build_yard(database, cast)
    for monday in (MONDAY, NEXT_MONDAY):
        pattern = WeekPattern(monday, frozenset(range(5)), LONG_DAY, "Saison des fêtes")
        database.write(lambda uow, week=pattern: plan_week(uow, cast.manager, built.crew, week))
    return built


def build_short_friday(database: Database, cast: Cast) -> Yard:
    """Give the town a crew that works two weeks, on FRIDAY only from one to half past four."""
    built = build_yard(database, cast)
    for monday, weekdays, times in (
        (MONDAY, {0, 1, 2, 3}, LONG_DAY),
        (MONDAY, {4}, SHORT_FRIDAY),
        (NEXT_MONDAY, {0, 1, 2, 3, 4}, LONG_DAY),
    ):
        pattern = WeekPattern(monday, frozenset(weekdays), times, "Saison des fêtes")
        database.write(lambda uow, week=pattern: plan_week(uow, cast.manager, built.crew, week))
    return built


def give_round(database: Database, crew_id: int, start: datetime, reload_after: int = 0) -> int:
    """Publish a round of everything that is done on site: an hour each, in order of the tasks.

    With `reload_after`, the crew comes back to load again after so many tasks. Returns the
    number of the round.
    """
    hour = timedelta(hours=1)

    def write(uow: UnitOfWork) -> int:
        on_site = ("deliver", "collect")
        tasks: list[int | None] = list(
            uow.session.scalars(select(Task.id).where(Task.kind.in_(on_site)).order_by(Task.id))
        )
        if reload_after:
            tasks.insert(reload_after, None)
        known = Round(
            authority_id=uow.session.get_one(Crew, crew_id).authority_id,
            crew_id=crew_id,
            day=to_local(start, ZoneInfo("Europe/Paris")).date(),
            version=Version.PUBLISHED,
            leaves_at=start - hour / 2,
            returns_at=start + (len(tasks) + 1) * hour,
            break_starts_at=start + hour,
            break_ends_at=start + 1.5 * hour,
            driving_minutes=40,
            stops=[
                Stop(
                    position=position + 1,
                    version=Version.PUBLISHED,
                    task_id=task_id,
                    arrives_at=start + position * hour,
                    starts_at=start + position * hour,
                    ends_at=start + (position + 1) * hour,
                )
                for position, task_id in enumerate(tasks)
            ],
        )
        uow.session.add(known)
        uow.session.flush()
        return known.id

    return database.write(write)
