"""What the board of a week is made of: lanes of crews, cards of tasks, and the basket."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from lending.i18n import N_
from lending.logistics.means.crew_day import CrewDay
from lending.logistics.means.kinds import Colour
from lending.logistics.planner.plans import Reasons
from lending.logistics.queries import TaskRow
from lending.logistics.rounds.asking import Week
from lending.logistics.rounds.drafting import PinKind
from lending.logistics.rounds.keeping import MINUTE
from lending.logistics.rounds.strip import Strip
from lending.words import fold


class Loose(StrEnum):
    """Why a task no longer holds where the draft has it."""

    CREW = "crew"
    TASK = "task"
    TIME = "time"
    RULE = "rule"
    """The reasons of the planner tell which."""

    @property
    def label(self) -> str:
        """Return the gettext id of the words for it."""
        return LOOSE_LABELS[self]


LOOSE_LABELS = {
    Loose.CREW: N_("The crew no longer works on that day."),
    Loose.TASK: N_("The booking no longer needs it."),
    Loose.TIME: N_("The site or the counter is closed in this week."),
    Loose.RULE: N_("It no longer fits there."),
}


class News(StrEnum):
    """What crews would learn of a task if the week were published."""

    NEW = "new"
    MOVED = "moved"
    RETIMED = "retimed"

    @property
    def label(self) -> str:
        """Return the gettext id of the word for it."""
        return NEWS_LABELS[self]


NEWS_LABELS = {
    News.NEW: N_("new"),
    News.MOVED: N_("moved"),
    News.RETIMED: N_("other time"),
}


@dataclass(frozen=True)
class Card:
    """A task where the draft has it."""

    task: TaskRow
    starts_at: datetime
    ends_at: datetime
    pin: PinKind
    pinned_by: str
    is_late: bool
    """It should have begun, and nobody said that it did."""
    loose: Loose | None
    """None: it holds."""
    reasons: Reasons | None
    news: News | None
    """None: crews know it so, or know nothing of the week."""
    can_move: bool


class PieceKind(StrEnum):
    """What a crew does for a while."""

    DRIVE = "drive"
    TASK = "task"
    RELOAD = "reload"
    LUNCH = "lunch"


@dataclass(frozen=True)
class Piece:
    """A while in a crew's day."""

    kind: PieceKind
    starts_at: datetime
    ends_at: datetime
    card: Card | None = None

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return int((self.ends_at - self.starts_at) // MINUTE)


@dataclass(frozen=True)
class Lane:
    """A crew on a day, with what it is to do."""

    crew_id: int
    name: str
    colour: Colour | None
    day: date
    crew: CrewDay | None
    """None: it no longer works on that day."""
    is_open: bool
    """Whether it can still be given something."""
    driving_minutes: int
    pieces: tuple[Piece, ...]
    load_g: int
    """The most that is on board at once."""
    load_l: int

    @property
    def cards(self) -> tuple[Card, ...]:
        """What it is to do, in order."""
        return tuple(piece.card for piece in self.pieces if piece.card)

    @property
    def work_minutes(self) -> int:
        """Work at the stops, without the road."""
        return sum(piece.minutes for piece in self.pieces if piece.card)

    @property
    def is_overloaded(self) -> bool:
        """Whether more is on board than the vehicle carries."""
        if self.crew is None or not self.load_g + self.load_l:
            return False
        return self.load_g > self.crew.payload_g or self.load_l > self.crew.volume_l


@dataclass(frozen=True)
class Room:
    """Where a task would find room as things stand."""

    crew_id: int
    crew: str
    day: date
    starts_at: datetime


@dataclass(frozen=True)
class Waiting:
    """A task that nobody does yet."""

    task: TaskRow
    reasons: Reasons | None
    """None: there is room for it, or no hour in this week."""
    room: Room | None
    is_late: bool
    """It should have been done before."""


@dataclass(frozen=True)
class Site:
    """Where a task is done, in degrees."""

    latitude: float
    longitude: float
    is_guess: bool
    """Only the commune or the depot is known."""


@dataclass(frozen=True)
class Board:
    """A week of an authority as dispatchers see it."""

    week: Week
    zone: ZoneInfo
    days: tuple[date, ...]
    lanes: tuple[Lane, ...]
    """By day, then by name."""
    basket: tuple[Waiting, ...]
    """The most urgent first."""
    tasks: Mapping[int, TaskRow]
    """All that it speaks of, by number."""
    sites: Mapping[int, Site]
    """Of the tasks that are still to be done."""
    gates: Mapping[str, Site]
    """Where the rounds of crews' days begin and end, by the planner's name of them."""
    changes: int
    """How much crews would learn if it were published."""
    is_published: bool
    strip: Strip
    """How full the days are."""

    @property
    def crews(self) -> dict[int, str]:
        """The crews that work in the week, by number, in the order of their names."""
        found = {lane.crew_id: lane.name for lane in self.lanes}
        return dict(sorted(found.items(), key=lambda pair: fold(pair[1])))

    def of_day(self, day: date) -> tuple[Lane, ...]:
        """Return the crews of one day."""
        return tuple(lane for lane in self.lanes if lane.day == day)

    def place_of(self, task_id: int) -> tuple[Lane, Card] | None:
        """Return where the draft has a task."""
        for lane in self.lanes:
            for card in lane.cards:
                if card.task.id == task_id:
                    return lane, card
        return None
