"""Generated weeks of field work, and routing instances in the manner of Solomon."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import hypot
from random import Random

from lending.logistics.planner.plans import Plan
from lending.logistics.planner.replanning import assignments, freeze
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

DAY = 1440
MORNING, AFTERNOON = (8 * 60, 12 * 60), (13 * 60 + 30, 17 * 60)
LICENCE, CRANE, ELECTRIC = Skill("C"), Skill("CACES"), Skill("ELEC")
AHEAD = 600
"""Minutes before a lost shift at which it is known to be lost."""
VAN, LORRY = (1100, 12000), (3000, 30000)


@dataclass(frozen=True)
class Size:
    """How large a generated week is."""

    tasks: int
    days: int
    crews: int


SIZES = (Size(20, 1, 3), Size(60, 5, 3), Size(150, 6, 5), Size(400, 6, 8))


def rounds(size: Size, seed: int) -> Problem:
    """Return visits for half-day rounds: what a pure router can plan too.

    Windows of one to six half-days, two measures of load, skills; no break, nothing that waits.
    """
    random = Random(f"rounds {size} {seed}")
    places = _places(random, size.tasks)
    halves = [
        (day * DAY + a, day * DAY + b) for day in range(size.days) for a, b in (MORNING, AFTERNOON)
    ]
    shifts = tuple(
        _shift(number, f"{crew}/{number}", crew, start, end)
        for number, (start, end) in enumerate(halves)
        for crew in range(size.crews)
    )
    tasks = []
    for number in range(size.tasks):
        first = random.randrange(len(halves))
        last = min(len(halves), first + random.randint(1, 6)) - 1
        load = _load(random)
        goes = random.random() < 0.5
        tasks.append(
            Task(
                f"visit {number}",
                places[number + 1].id,
                random.randint(15, 75),
                (Window(halves[first][0], halves[last][1]),),
                _needs(random),
                deliver=load if goes else Load(),
                collect=Load() if goes else load,
                weight=random.choice([1, 2, 3]),
            )
        )
    return Problem(places, (Depot("depot", reload=None),), tuple(tasks), shifts)


def season(size: Size, seed: int) -> Problem:
    """Return a week of bookings with all that field work knows, about `size.tasks` tasks.

    Each booking is prepared at the depot, delivered before its event, perhaps connected by an
    electrician, and collected and checked in after it. Crews work whole days with a break and
    reload; large tents are set up by two crews at once.
    """
    random = Random(f"season {size} {seed}")
    places = _places(random, size.tasks)
    shifts = tuple(
        _shift(number, f"{crew}/{day}", crew, day * DAY + 8 * 60, day * DAY + 17 * 60, lunch=True)
        for day in range(size.days)
        for number, crew in enumerate(range(size.crews))
    )
    tasks: list[Task] = []
    booking = 0
    while len(tasks) < size.tasks:
        booking += 1
        tasks += _booking(random, size, booking, places[booking].id)
    return Problem(places, (Depot("depot", reload=15),), tuple(tasks[: size.tasks]), shifts)


def _booking(random: Random, size: Size, number: int, place: str) -> Iterator[Task]:
    """Yield the tasks of one event: before it from the start of the week, then to its end."""
    day = random.randrange(size.days)
    opens, closes = day * DAY + 12 * 60, day * DAY + random.choice([14, 15]) * 60
    before = Window(max(0, day - 2) * DAY, opens)
    after = Window(closes, (day + 3) * DAY)
    load, name = _load(random), f"booking {number}"
    handling = 15 + load.kg // 40
    yield Task(f"{name}: prepare", "depot", 10 + load.kg // 60, (before,))
    large = random.random() < 0.1
    delivery = Task(
        f"{name}: deliver",
        place,
        handling,
        (before,),
        _needs(random),
        deliver=load,
        after=frozenset({f"{name}: prepare"}),
        together=name if large else None,
        weight=3,
    )
    yield delivery
    if large:
        yield Task(f"{name}: lend a hand", place, handling, (before,), together=name, weight=3)
    if random.random() < 0.2:
        ready = frozenset({delivery.id})
        yield Task(
            f"{name}: connect", place, 20, (before,), frozenset({ELECTRIC}), after=ready, weight=3
        )
    yield Task(f"{name}: collect", place, handling, (after,), collect=load, weight=2)
    collected = frozenset({f"{name}: collect"})
    yield Task(f"{name}: check in", "depot", 10 + load.kg // 80, (after,), after=collected)


def _places(random: Random, count: int) -> tuple[Place, ...]:
    """A depot and sites around it, half of them in the town, half in its villages."""
    sites = [Place("depot", 47.06, -0.88)]
    for number in range(count):
        spread = 0.02 if random.random() < 0.5 else 0.1
        sites.append(
            Place(
                f"site {number}",
                round(47.06 + random.gauss(0, spread), 5),
                round(-0.88 + random.gauss(0, 1.5 * spread), 5),
            )
        )
    return tuple(sites)


def _shift(
    number: int, name: str, crew: int, start: int, end: int, *, lunch: bool = False
) -> Shift:
    """Two of three crews drive a van, the third a lorry; some have a crane or an electrician."""
    lorry = crew % 3 == 1
    skills = {LICENCE} if lorry else set[Skill]()
    if crew % 3 == 1:
        skills.add(CRANE)
    if crew % 3 == 2:
        skills.add(ELECTRIC)
    kg, litres = LORRY if lorry else VAN
    vehicle = Vehicle(f"vehicle {crew}", "PL" if lorry else "VL", kg, litres)
    day = start - start % DAY
    rest = Lunch(day + 11 * 60 + 30, day + 13 * 60 + 30, 60) if lunch else None
    return Shift(
        f"{name} {number}",
        Crew(f"crew {crew}", 2, frozenset(skills)),
        vehicle,
        "depot",
        start,
        end,
        rest,
    )


def _load(random: Random) -> Load:
    kg = min(int(random.lognormvariate(5, 0.8)), VAN[0] if random.random() < 0.9 else LORRY[0])
    return Load(kg, min(kg * random.randint(5, 10), VAN[1]))


def _needs(random: Random) -> frozenset[Skill]:
    skill = random.choices([None, LICENCE, CRANE, ELECTRIC], [80, 8, 4, 8])[0]
    return frozenset() if skill is None else frozenset({skill})


def disturb(problem: Problem, old: Plan, random: Random) -> tuple[Problem, int]:
    """Return the problem without one working shift and with an urgent task that day.

    The plan is published, and what starts long before the lost shift is frozen. Also returned:
    how many tasks stood on the lost shift.
    """
    lost = random.choice(old.rounds).shift
    shift = next(shift for shift in problem.shifts if shift.id == lost)
    day = Window(shift.start, shift.end)
    urgent = Task("urgent", random.choice(problem.tasks).place, 45, (day,), weight=3)
    known = assignments(old)
    changed = replace(
        problem,
        tasks=(*problem.tasks, urgent),
        shifts=tuple(other for other in problem.shifts if other.id != lost),
        published=tuple(known.values()),
    )
    stood = sum(assignment.shift == lost for assignment in known.values())
    return freeze(changed, shift.start - AHEAD), stood


KINDS = ("C1", "C2", "R1", "R2", "RC1", "RC2")
"""Clustered, random or both; 1: tight windows and small vehicles, 2: wide and large."""
HORIZON = {"C1": 1236, "C2": 3390, "R1": 230, "R2": 1000, "RC1": 240, "RC2": 960}
CAPACITY = {"C1": 200, "C2": 700, "R1": 200, "R2": 1000, "RC1": 200, "RC2": 1000}
HALF_WIDTH = {"C1": 30, "C2": 80, "R1": 15, "R2": 60, "RC1": 15, "RC2": 60}
DENSITY = (0.25, 0.5, 0.75, 1.0)
"""Part of the customers that have a window at all."""


def instance(kind: str, seed: int, customers: int = 100) -> str:
    """Return an instance in Solomon's format, made in his manner."""
    random = Random(f"{kind} {seed}")
    depot = (35, 35) if kind.startswith("R") and not kind.startswith("RC") else (40, 50)
    service = 90 if kind.startswith("C") else 10
    lines = [f"{kind}-{seed}", "", "VEHICLE", "NUMBER CAPACITY", f"25 {CAPACITY[kind]}", ""]
    lines += ["CUSTOMER", "CUST XCOORD YCOORD DEMAND READY DUE SERVICE", ""]
    lines.append(f"0 {depot[0]} {depot[1]} 0 0 {HORIZON[kind]} 0")
    for number, (x, y) in enumerate(_customers(random, kind, customers), 1):
        first = int(hypot(x - depot[0], y - depot[1])) + 1
        last = HORIZON[kind] - first - service - 1
        ready, due = 0, last
        if random.random() < DENSITY[seed % len(DENSITY)]:
            half = max(5, round(random.gauss(HALF_WIDTH[kind], HALF_WIDTH[kind] / 4)))
            centre = random.randint(first, last)
            ready, due = max(first, centre - half), min(last, centre + half)
        demand = random.choice([10, 20, 30, 40])
        lines.append(f"{number} {x} {y} {demand} {ready} {due} {service}")
    return "\n".join(lines) + "\n"


def _customers(random: Random, kind: str, count: int) -> Sequence[tuple[int, int]]:
    clustered = {"C": count, "R": 0, "RC": count // 2}[kind[:-1]]
    centres = [(random.randint(10, 90), random.randint(10, 90)) for _ in range(10 if count else 5)]

    def near(centre: int) -> int:
        return min(100, max(0, round(random.gauss(centre, 4))))

    found = [(near(x), near(y)) for x, y in (centres[n % len(centres)] for n in range(clustered))]
    while len(found) < count:
        found.append((random.randint(0, 100), random.randint(0, 100)))
    return found
