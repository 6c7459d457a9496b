"""What the planner answers: rounds, what could not be placed, and why."""

from dataclasses import dataclass, field
from enum import StrEnum

from lending.logistics.planner.values import Skill, Window


class StopKind(StrEnum):
    """What a crew stops for."""

    TASK = "task"
    RELOAD = "reload"


@dataclass(frozen=True, slots=True)
class Stop:
    """A halt of a round, in minutes since the origin."""

    kind: StopKind
    place: str
    arrive: int
    start: int
    end: int
    task: str = ""
    """The task's id, for a stop that does one."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one shift does: it leaves its depot, stops in this order, and comes home."""

    shift: str
    leaves: int
    stops: tuple[Stop, ...]
    returns: int
    lunch: Window | None = None
    """When the break is taken: between two stops, or before leaving or after coming home."""
    driving: int = 0
    """Minutes on the road."""


class Why(StrEnum):
    """Why a task is not in the plan."""

    NO_SKILL = "no_skill"
    """No crew has the skills."""
    TOO_FEW_AGENTS = "too_few_agents"
    """No crew is large enough."""
    TOO_LARGE = "too_large"
    """No vehicle carries the load in one trip."""
    OTHER_DEPOT = "other_depot"
    """No round starts from the depot that holds the goods."""
    OUTSIDE_HOURS = "outside_hours"
    """No crew works, and is there, when it may be done."""
    NOBODY = "nobody"
    """Each of the above rules out some crews; together they rule out all."""
    PIN = "pin"
    """The shift or the minute it was pinned to does not allow it."""
    PREDECESSOR = "predecessor"
    """A task that must come first is not planned."""
    PARTNER = "partner"
    """A task that must be done at the same time is not planned."""
    FULL = "full"
    """Crews could do it, but have no time left beside their other tasks."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in the way of a task, and the shifts that it rules out."""

    why: Why
    shifts: tuple[str, ...] = ()
    skills: frozenset[Skill] = frozenset()
    """The skills missing in all of these crews."""
    tasks: tuple[str, ...] = ()
    """The other tasks that are the reason."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a task is not done: the first word for the card, the rest for who asks."""

    task: str
    why: Why
    obstacles: tuple[Obstacle, ...] = ()
    candidates: tuple[str, ...] = ()
    """Shifts that could do it if they had time."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A set of shifts that cannot hold the work only they could do, driving not even counted."""

    shifts: tuple[str, ...]
    tasks: tuple[str, ...]
    work: int
    """Minutes of work asked."""
    available: int
    """Minutes of work that the shifts have."""
    skills: frozenset[Skill] = frozenset()
    """What all these tasks ask for."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The parts of what the search makes small, in minutes of driving."""

    driving: int = 0
    unserved: int = 0
    moved: int = 0
    later: int = 0

    @property
    def total(self) -> int:
        """Return the sum."""
        return self.driving + self.unserved + self.moved + self.later


@dataclass(frozen=True, slots=True)
class Plan:
    """A proposal: one round per shift that has work, and the tasks left over."""

    rounds: tuple[Round, ...]
    unserved: tuple[Reasons, ...] = ()
    cost: Cost = field(default_factory=Cost)
    seed: int = 0
    iterations: int = 0
    """How often the search tried; with the seed, enough to find the same plan again."""
