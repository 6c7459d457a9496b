"""Jobs as plain values, and the arithmetic of when they are due."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lending.db.database import Database, UnitOfWork
from lending.settings import Settings

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    """What a job is given: where to work, and the scheduled time it works for."""

    database: Database
    settings: Settings
    slot: datetime


@dataclass(frozen=True)
class Count:
    """How many of something a job dealt with; `what` is a gettext id, put in words at display."""

    what: str
    number: int

    def __str__(self) -> str:
        return f"{self.what}: {self.number}"


@dataclass(frozen=True)
class Job:
    """Something to do again and again.

    It is due at `EPOCH + offset + n * every`: in UTC, since in local time some nights have an
    hour twice and others lack one. A run that is interrupted is begun again from the start, so
    that running it twice must do no more than running it once.
    """

    name: str
    run: Callable[[Run], Sequence[Count]]
    """Does the work in transactions of its own; what it counted is kept as its result."""
    every: timedelta
    offset: timedelta = timedelta(0)
    tries: int = 3
    patience: timedelta = timedelta(minutes=10)
    """After this time, who claimed a run without finishing it is taken for dead."""
    waits: Callable[[UnitOfWork], bool] | None = None
    """Whether there is anything to do; a job without is run at each of its times."""

    def slot_at(self, now: datetime) -> datetime:
        """Return the newest scheduled time that has come."""
        return now - (now - EPOCH - self.offset) % self.every
