"""A village that is quick to write down: places on a line, ten minutes apart."""

from collections.abc import Sequence

from lending.logistics.planner.values import (
    Crew,
    Depot,
    Load,
    Lunch,
    Place,
    Problem,
    Shift,
    Skill,
    Task,
    Vehicle,
    Window,
)

NOON = Lunch(720, 780, 60)
"""An hour that starts between 12:00 and 13:00, at midnight's minutes."""


class Line:
    """Drives of ten minutes for each degree of longitude, whatever the vehicle."""

    def matrix(self, places: Sequence[Place], kind: str) -> list[list[int]]:
        """Return minutes from each place to each."""
        return [[round(10 * abs(a.longitude - b.longitude)) for b in places] for a in places]


def task(name: str, at: int = 1, minutes: int = 30, **more: object) -> Task:
    """A visit, by default at any time of the day, by anybody, with nothing to carry."""
    windows = more.pop("windows", (Window(0, 1440),))
    return Task(name, str(at), minutes, windows, **more)  # type: ignore[arg-type]


def shift(
    name: str = "day",
    start: int = 480,
    end: int = 1020,
    *,
    agents: int = 2,
    skills: Sequence[str] = (),
    kg: int = 1000,
    lunch: Lunch | None = None,
) -> Shift:
    """A crew from 8:00 to 17:00, named like its shift."""
    crew = Crew(name, agents, frozenset(Skill(skill) for skill in skills))
    return Shift(name, crew, Vehicle(name, "VL", kg, 10_000), "0", start, end, lunch)


def problem(
    tasks: Sequence[Task], shifts: Sequence[Shift], *, reload: int | None = 15, **more: object
) -> Problem:
    """A depot at 0 and places 1 to 9 on the line."""
    places = tuple(Place(str(n), 0, n) for n in range(10))
    depot = Depot("0", reload=reload)
    return Problem(places, (depot,), tuple(tasks), tuple(shifts), **more)  # type: ignore[arg-type]


def kilograms(kg: int) -> Load:
    """Weight without volume."""
    return Load(kg)
