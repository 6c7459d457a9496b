"""Small problems that hold every constraint at once, drawn by Hypothesis."""

from hypothesis import strategies as st

from lending.logistics.planner.values import (
    Assignment,
    Crew,
    Depot,
    Load,
    Lunch,
    Pin,
    Place,
    Problem,
    Shift,
    Skill,
    Task,
    Vehicle,
    Window,
)

DAY = 1440
SKILLS = [Skill("C"), Skill("CACES"), Skill("ELEC")]
PLACES = tuple(
    Place(f"place {n}", 47.4 + 0.03 * (n % 4), -0.6 + 0.05 * (n // 4)) for n in range(12)
)

rarely = st.sampled_from([False, False, False, True])
skills = st.frozensets(st.sampled_from(SKILLS), max_size=2)
loads = st.builds(Load, st.integers(0, 500), st.integers(0, 4000))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """A stretch of a working day, from an hour to most of it."""
    start = draw(st.integers(0, 1)) * DAY + draw(st.integers(7 * 60, 12 * 60))
    return Window(start, start + draw(st.integers(120, 600)))


@st.composite
def shifts(draw: st.DrawFn, number: int) -> Shift:
    """A crew's day, or half of one, with or without a break."""
    day = DAY * draw(st.integers(0, 1))
    starts = day + draw(st.sampled_from([7 * 60, 8 * 60, 13 * 60]))
    lunch = Lunch(day + 11 * 60 + 30, day + 13 * 60 + 30, 45)
    van = Vehicle(f"van {number}", draw(st.sampled_from(["VL", "PL"])), 800, 6000)
    able = draw(skills) if draw(rarely) else frozenset(SKILLS)
    crew = Crew(f"crew {number}", 1 if draw(rarely) else 3, able)
    return Shift(
        f"shift {number}",
        crew,
        van,
        "place 5" if draw(rarely) else "place 0",
        starts,
        starts + draw(st.integers(240, 540)),
        draw(st.sampled_from([None, lunch])),
    )


@st.composite
def tasks(draw: st.DrawFn, number: int) -> Task:
    """Any visit; it may wait for an earlier one, or go with its neighbour."""
    mate = number - number % 2
    together = f"group {mate}" if draw(st.booleans()) else None
    earlier = range(mate if together else number)
    waits = bool(earlier) and draw(st.booleans())
    return Task(
        f"task {number}",
        draw(st.sampled_from(PLACES)).id,
        draw(st.integers(5, 90)),
        tuple(draw(st.lists(windows(), min_size=1, max_size=3))),
        draw(skills) if draw(rarely) else frozenset(),
        draw(st.integers(1, 3)) if draw(rarely) else 1,
        draw(loads) if draw(st.booleans()) else Load(),
        draw(loads) if draw(st.booleans()) else Load(),
        frozenset({f"task {draw(st.sampled_from(earlier))}"}) if waits else frozenset(),
        together,
        "place 0" if draw(rarely) else None,
        draw(st.integers(1, 3)),
    )


@st.composite
def problems(draw: st.DrawFn, most: int = 10) -> Problem:
    """Crews of two days from two depots, and tasks of all kinds for them."""
    crews = tuple(draw(shifts(n)) for n in range(draw(st.integers(2, 5))))
    asked = tuple(draw(tasks(n)) for n in range(draw(st.integers(2, most))))
    hours = draw(st.sampled_from([(), (Window(7 * 60, 12 * 60), Window(13 * 60, 2 * DAY))]))
    names = [task.id for task in asked]
    pinned = draw(st.lists(st.sampled_from(names), max_size=1))
    published = draw(st.lists(st.sampled_from(names), max_size=4, unique=True))
    some_shift = st.sampled_from([shift.id for shift in crews])
    minutes = st.integers(7 * 60, 17 * 60)
    return Problem(
        PLACES,
        (Depot("place 0", hours), Depot("place 5", reload=draw(st.sampled_from([None, 10])))),
        asked,
        crews,
        tuple(Pin(name, draw(some_shift), draw(st.one_of(st.none(), minutes))) for name in pinned),
        tuple(Assignment(name, draw(some_shift), draw(minutes)) for name in published),
    )
