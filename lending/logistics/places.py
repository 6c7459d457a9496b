"""Where the field work of a week is done, as points on the map."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from lending.authorities.models import Commune
from lending.logistics.crew_shifts import depot_name
from lending.logistics.models import Task
from lending.logistics.week_of_work import WeekOfWork

NOWHERE = (46.6, 2.4)
"""Where places stand of which nobody knows where: all at one point, as if next door."""

Point = tuple[float, float]


def place_name(task: Task) -> str:
    """Return the planner's name of where a task is done."""
    if not task.kind.is_on_site and task.depot_id is not None:
        return depot_name(task.depot_id)
    return f"event-{task.booking.event_id}"


def points_of(week: WeekOfWork, tasks: Sequence[Task]) -> tuple[dict[str, Point], set[int]]:
    """Return where each place is, and the tasks whose site is guessed.

    A site without coordinates stands in the centre of its commune, or in the middle of the known
    sites there, else of all known points.
    """
    points: dict[str, Point] = {}
    communes: dict[str, list[Point]] = defaultdict(list)
    for depot in week.depots.values():
        if depot.lat is not None and depot.lon is not None:
            points[depot_name(depot.id)] = (depot.lat, depot.lon)
    for task in tasks:
        event = task.booking.event
        if event.lat is not None and event.lon is not None:
            points[f"event-{event.id}"] = (event.lat, event.lon)
            communes[event.commune_insee].append((event.lat, event.lon))
    middle = _middle(points.values()) or NOWHERE
    for depot_id in week.depots:
        points.setdefault(depot_name(depot_id), middle)
    guessed = set()
    for task in tasks:
        name = place_name(task)
        event = task.booking.event
        if name not in points:
            points[name] = (
                _centre(event.commune) or _middle(communes[event.commune_insee]) or middle
            )
        if task.kind.is_on_site and (event.lat is None or event.lon is None):
            guessed.add(task.id)
    return points, guessed


def _centre(commune: Commune) -> Point | None:
    if commune.lat is None or commune.lon is None:
        return None
    return commune.lat, commune.lon


def _middle(points: Iterable[Point]) -> Point | None:
    found = list(points)
    if not found:
        return None
    return (
        sum(latitude for latitude, _ in found) / len(found),
        sum(longitude for _, longitude in found) / len(found),
    )
