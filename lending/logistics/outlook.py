"""What a booking would do to the days of the crews, as values."""

from dataclasses import dataclass
from datetime import date

from calendars.intervals import Interval
from lending.logistics.kinds import TaskKind
from lending.logistics.planner.plans import Reasons, Why


@dataclass(frozen=True)
class DayLoad:
    """A day of the crews, in minutes of crews at work; work is where it fits best."""

    day: date
    crews: int
    vehicles: int
    available: int
    asked: int
    """By everything else that is yet to be done."""
    added: int
    """By the booking, what finds no room included."""

    @property
    def over(self) -> int:
        """How many minutes more are asked than there are."""
        return max(0, self.asked + self.added - self.available)


@dataclass(frozen=True)
class Overload:
    """Work of the booking and of others that certain crews have too few hours for."""

    days: tuple[date, ...]
    work: int
    """Minutes asked of these crews alone."""
    available: int
    """Minutes these crews have."""
    crews: tuple[str, ...]
    """Their names; empty: everybody at work on these days."""
    is_older: bool
    """Whether others alone ask for too much already."""


@dataclass(frozen=True)
class Impossible:
    """A task of the booking that no crew can do, however little else there is."""

    kind: TaskKind
    reasons: Reasons | None
    """None: the site or the counter is closed all the time."""

    @property
    def can_be_arranged(self) -> bool:
        """Whether only hours stand in the way of what is done at the depot: on another day."""
        hours = self.reasons is None or any(
            obstacle.why is Why.OUTSIDE_HOURS for obstacle in self.reasons.obstacles
        )
        return hours and not self.kind.is_on_site


@dataclass(frozen=True)
class Outlook:
    """What a booking would do to the days concerned."""

    days: tuple[DayLoad, ...]
    overloads: tuple[Overload, ...] = ()
    impossible: tuple[Impossible, ...] = ()
    unplanned: tuple[date, ...] = ()
    """The Mondays of the weeks for which no crew is planned: nothing is known of them."""
    better: tuple[Interval, ...] = ()
    """Other dates of the loan, nearest first, with everything free and no such proof."""

    @property
    def fits(self) -> bool:
        """Whether nothing proves that it does not."""
        return not self.overloads and all(each.can_be_arranged for each in self.impossible)

    @property
    def worst(self) -> Overload | None:
        """The overload of which the most is left over."""
        return max(self.overloads, key=lambda each: each.work - each.available, default=None)
