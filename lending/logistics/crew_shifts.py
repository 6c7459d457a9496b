"""The crews of a week as the planner is asked them: shifts with skills, vehicles and breaks."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta

from calendars.zones import to_utc
from lending.logistics.means.crew_day import CrewDay
from lending.logistics.planner import values
from lending.logistics.week_of_work import WeekOfWork
from lending.logistics.working_time import BREAK_BEFORE

ON_WHEELS = values.Skill("vehicle")
"""Held by crews that have a vehicle: what is done away from a depot takes one."""
LIFTING = values.Skill("lifting")
"""Held by crews that lift what one person must not: two people, or a vehicle with a tail lift."""
LUNCH = (time(11, 30), time(13, 30))
"""Between when a lunch begins, where the shift allows it."""


def shifts_of(week: WeekOfWork, crews: Iterable[CrewDay]) -> Iterator[values.Shift]:
    """Yield the crews that work; of several with one vehicle, the first one takes it that day."""
    taken: set[tuple[int, date]] = set()
    for crew in crews:
        if crew.start is None or crew.end is None or crew.end <= week.within.start:
            continue
        depot_id = crew.depot_id if crew.depot_id in week.depots else next(iter(week.depots), None)
        if depot_id is None:
            continue
        rides = crew.vehicle is not None and (crew.vehicle.id, crew.day) not in taken
        if crew.vehicle is not None:
            taken.add((crew.vehicle.id, crew.day))
        # Not from now on: lunch may be over, and what is under way was begun before.
        start = week.first_minute(crew.start)
        end = week.last_minute(crew.end)
        if start <= end:
            yield _shift(week, crew, depot_id, start, end, rides=rides)


def _shift(
    week: WeekOfWork, crew: CrewDay, depot_id: int, start: int, end: int, *, rides: bool
) -> values.Shift:
    skills = {values.Skill(skill.value) for skill in crew.skills}
    skills |= {reaching(number) for number in (week.depots if rides else [depot_id])}
    skills |= {ON_WHEELS} if rides else set()
    skills |= {LIFTING} if crew.size > 1 or (rides and crew.has_lift) else set()
    rig = crew.vehicle if rides else None
    return values.Shift(
        id=shift_name(crew.crew_id, crew.day),
        crew=values.Crew(str(crew.crew_id), crew.size, frozenset(skills)),
        vehicle=values.Vehicle(
            str(rig.id) if rig else "on foot",
            rig.vehicle_class.value if rig else "VL",
            crew.payload_g // 1000 if rig else 0,
            crew.volume_l if rig else 0,
        ),
        depot=depot_name(depot_id),
        start=start,
        end=end,
        lunch=_lunch(week, crew, start, end),
    )


def _lunch(week: WeekOfWork, crew: CrewDay, start: int, end: int) -> values.Lunch | None:
    """Return the break: around noon where the shift allows it, before six hours of work."""
    minutes = int(crew.pause // timedelta(minutes=1))
    if not minutes or end - start <= minutes:
        return None
    noon = [
        week.first_minute(to_utc(datetime.combine(crew.day, clock), week.zone)) for clock in LUNCH
    ]
    six_hours = int(BREAK_BEFORE // timedelta(minutes=1))
    latest = min(noon[1], end - minutes, start + six_hours)
    earliest = max(noon[0], start)
    if earliest > latest:
        earliest = latest = min(start + (end - start - minutes) // 2, start + six_hours)
    return values.Lunch(earliest, latest, minutes)


def shift_name(crew_id: int, day: date) -> str:
    """Return the planner's name of a crew's day."""
    return f"{crew_id}@{day.isoformat()}"


def reaching(depot_id: int | None) -> values.Skill:
    """Return what a crew holds that can be at a depot: with a vehicle, or where it begins."""
    return values.Skill(f"depot-{depot_id}") if depot_id is not None else ON_WHEELS


def depot_name(depot_id: int) -> str:
    """Return the planner's name of a depot."""
    return f"depot-{depot_id}"
