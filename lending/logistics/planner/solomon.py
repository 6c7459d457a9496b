"""Read routing problems with time windows in Solomon's format, to be measured on public instances.

    M. M. Solomon, "Algorithms for the Vehicle Routing and Scheduling Problems with Time Window
    Constraints", Operations Research 35(2), 1987.

Distances are Euclidean, cut to a tenth as the DIMACS challenge of 2022 did; a time unit of the
file is ten of ours.
"""

from lending.logistics.planner.model import BadProblem
from lending.logistics.planner.values import (
    Crew,
    Depot,
    Load,
    Place,
    Problem,
    Shift,
    Task,
    Vehicle,
    Weights,
    Window,
)

SCALE = 10
UNSERVED = 1_000_000
"""Cost of a customer left over: far above any detour."""


def read(text: str) -> Problem:
    """Return the problem that a file describes.

    Raises:
        BadProblem: the text is not in the format.
    """
    rows = [row for row in map(_numbers, text.splitlines()) if row]
    if len(rows) < 3 or len(rows[0]) != 2 or any(len(row) != 7 for row in rows[1:]):
        raise BadProblem("not in Solomon's format: two numbers, then lines of seven numbers")
    (vehicles, capacity), (depot, *customers) = rows[0], rows[1:]
    opens, closes = SCALE * depot[4], SCALE * depot[5]
    van = Vehicle("vehicle", "plane", capacity, 0)
    return Problem(
        places=tuple(Place(str(row[0]), row[1], row[2]) for row in rows[1:]),
        depots=(Depot(str(depot[0]), reload=None),),
        tasks=tuple(_task(row) for row in customers),
        shifts=tuple(
            Shift(str(n), Crew(str(n), 1), van, str(depot[0]), opens, closes)
            for n in range(1, vehicles + 1)
        ),
        weights=Weights(unserved=UNSERVED),
    )


def _task(row: list[int]) -> Task:
    number, _, _, demand, ready, due, service = row
    window = Window(SCALE * ready, SCALE * (due + service))
    name = str(number)
    return Task(name, name, SCALE * service, (window,), deliver=Load(demand))


def _numbers(line: str) -> list[int]:
    """Return the numbers of a line; none if it holds words.

    Raises:
        BadProblem: a number is not whole.
    """
    try:
        return [int(float(word)) for word in line.split()]
    except ValueError:
        return []
