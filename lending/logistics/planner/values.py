"""What the planner is asked.

Times are whole minutes since an origin that the caller chooses (so a night when the clocks change
is as long as it is), durations whole minutes, weights whole kilograms, volumes whole litres.
"""

from dataclasses import dataclass, field
from typing import NewType

Skill = NewType("Skill", str)
"""Something a crew must be able to do or be entitled to: a licence, a CACES, electrical work."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The minutes from `start` to `end`, both of which may still be used.

    Raises:
        ValueError: `start` is after `end`.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"a window from {self.start} to {self.end} is reversed")


@dataclass(frozen=True, slots=True)
class Load:
    """What takes room in a vehicle: kilograms and litres.

    Raises:
        ValueError: less than nothing.
    """

    kg: int = 0
    litres: int = 0

    def __post_init__(self) -> None:
        if self.kg < 0 or self.litres < 0:
            raise ValueError(f"a load of {self.kg} kg and {self.litres} l")


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map, in degrees."""

    id: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Depot:
    """Where rounds start, end and reload, at the place of that id."""

    place: str
    hours: tuple[Window, ...] = ()
    """When vehicles may leave, load and come home; none: at any time."""
    reload: int | None = 15
    """Minutes between two trips of one round; None: one trip a round."""


@dataclass(frozen=True, slots=True)
class Task:
    """One visit by one crew, done in one go.

    Raises:
        ValueError: a duration below zero, nobody to do it, or no time at which it could be done.
    """

    id: str
    place: str
    duration: int
    windows: tuple[Window, ...]
    """When it may be done: the whole visit lies inside one of them."""
    skills: frozenset[Skill] = frozenset()
    agents: int = 1
    """The least number of people in the crew."""
    deliver: Load = field(default_factory=Load)
    """Carried from the depot to the place."""
    collect: Load = field(default_factory=Load)
    """Carried from the place to the depot."""
    after: frozenset[str] = frozenset()
    """Ids of the tasks that must be over before this one starts, whoever does them."""
    together: str | None = None
    """All tasks with the same word here start at the same minute, each with another crew."""
    depot: str | None = None
    """Place of the depot the round must start from; None: any."""
    weight: int = 1
    """How much it matters that this task is done, against others."""

    def __post_init__(self) -> None:
        if self.duration < 0 or self.agents < 1 or self.weight < 0 or not self.windows:
            raise ValueError(f"task {self.id} cannot be asked of anybody")


@dataclass(frozen=True, slots=True)
class Crew:
    """People who work together, as they are present on the day."""

    id: str
    agents: int
    skills: frozenset[Skill] = frozenset()


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What the crew drives and how much it carries."""

    id: str
    kind: str
    """Which speeds it reaches; the word is the travel provider's (`VL`, `PL`)."""
    kg: int
    litres: int


@dataclass(frozen=True, slots=True)
class Lunch:
    """A break that starts between `earliest` and `latest` and lasts `minutes`."""

    earliest: int
    latest: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Shift:
    """One crew with one vehicle, from one depot, from `start` to `end`: at most one round.

    Raises:
        ValueError: the shift ends before it starts.
    """

    id: str
    crew: Crew
    vehicle: Vehicle
    depot: str
    start: int
    end: int
    lunch: Lunch | None = None

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"shift {self.id} ends before it starts")

    @property
    def minutes(self) -> int:
        """Minutes of work, without lunch."""
        return self.end - self.start - (self.lunch.minutes if self.lunch else 0)


@dataclass(frozen=True, slots=True)
class Pin:
    """A task that somebody has put on a shift, and at a minute if `start` is given."""

    task: str
    shift: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where and when a published task stands: what replanning disturbs as little as it can."""

    task: str
    shift: str
    start: int
    trip: int = 0
    """How often the round came by the depot before."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What things cost, in minutes of driving."""

    unserved: int = 333
    """A task of weight 1 that is not done."""
    moved: int = 30
    """A published task that changes its shift."""
    later: int = 6
    """So many minutes that a published task is earlier or later count as one of driving."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that a plan must respect."""

    places: tuple[Place, ...]
    depots: tuple[Depot, ...]
    tasks: tuple[Task, ...]
    shifts: tuple[Shift, ...]
    pins: tuple[Pin, ...] = ()
    published: tuple[Assignment, ...] = ()
    weights: Weights = field(default_factory=Weights)
