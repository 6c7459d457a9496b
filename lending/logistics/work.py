"""From a loan to its field work: which tasks, how long, how many people, when. Pure arithmetic."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from calendars.intervals import Interval
from lending.logistics.kinds import TaskKind
from lending.logistics.loads import Load, Pieces, trips, volume_of, weight_of


@dataclass(frozen=True)
class Rates:
    """How long work takes and what a vehicle carries, until an authority has measured its own."""

    fixed_minutes: int = 15
    """Of every task: find the papers, park, greet, sign."""
    handling_seconds: int = 72
    """Of one person, for every `handling_weight_g` that is picked up and put down."""
    handling_weight_g: int = 25_000
    piece_seconds: int = 2
    """The least that a piece takes, however light."""
    take_down_percent: int = 70
    """Of the time of the set-up."""
    crew_on_site: int = 2
    lifted_alone_g: int = 25_000
    """What one person may lift (NF X35-109); above it takes two."""
    trip_weight_g: int = 3_000_000
    trip_volume_l: int = 30_000
    """What the largest vehicle carries."""
    prepared_before: timedelta = timedelta(days=2)
    checked_within: timedelta = timedelta(days=1)
    counter: timedelta = timedelta(hours=1)
    """How long somebody may be waited for at the counter."""


RATES = Rates()


@dataclass(frozen=True)
class Job:
    """What the tasks of a booking follow from."""

    loan: Interval
    event: Interval
    is_carried: bool
    """Whether the authority brings and fetches it."""
    is_set_up: bool
    goes_out: bool
    """Whether it has yet to leave; otherwise only the way back is left."""
    loads: tuple[tuple[int | None, Load], ...]
    """By depot: what leaves from it."""


@dataclass(frozen=True)
class Work:
    """One task that a job needs; kind, depot and part tell it from the others of its booking."""

    kind: TaskKind
    depot_id: int | None
    part: int
    """Counted from 1."""
    parts: int
    window: Interval
    """It begins and ends within."""
    minutes: int
    crew: int
    load: Load

    @property
    def weight_g(self) -> int:
        """What is carried."""
        return weight_of(self.load)

    @property
    def volume_l(self) -> int:
        """What is carried."""
        return volume_of(self.load)


def work_of(job: Job, rates: Rates = RATES) -> list[Work]:
    """Return the tasks of a job, in the order in which they are done."""
    found: list[Work] = []
    for depot_id, load in job.loads:
        if not any(pieces.quantity for pieces in load):
            continue
        for kind in _kinds(job):
            cut = (
                trips(load, rates.trip_weight_g, rates.trip_volume_l) if kind.is_on_site else [load]
            )
            for part, carried in enumerate(cut, start=1):
                crew = crew_for(kind, carried, job.is_set_up, rates)
                minutes = minutes_for(kind, carried, crew, job.is_set_up, rates)
                window = _window(kind, job, timedelta(minutes=minutes), rates)
                found.append(Work(kind, depot_id, part, len(cut), window, minutes, crew, carried))
    order = list(TaskKind)
    return sorted(found, key=lambda work: order.index(work.kind))


def _kinds(job: Job) -> Iterable[TaskKind]:
    if job.goes_out:
        yield TaskKind.PREPARE
        yield TaskKind.DELIVER if job.is_carried else TaskKind.HAND_OUT
    yield TaskKind.COLLECT if job.is_carried else TaskKind.TAKE_BACK
    yield TaskKind.CHECK_IN


def crew_for(kind: TaskKind, load: Sequence[Pieces], is_set_up: bool, rates: Rates = RATES) -> int:
    """Return how many people it takes."""
    load = [pieces for pieces in load if pieces.quantity]
    heavy = any(pieces.weight_g > rates.lifted_alone_g for pieces in load)
    crew = max(2 if heavy else 1, rates.crew_on_site if kind.is_on_site else 1)
    if kind.is_on_site and is_set_up:
        crew = max(crew, *(pieces.min_crew for pieces in load), 1)
    return crew


def minutes_for(
    kind: TaskKind, load: Sequence[Pieces], crew: int, is_set_up: bool, rates: Rates = RATES
) -> int:
    """Return how long it takes so many people, rounded up to five minutes."""
    handled = sum(
        pieces.quantity
        * max(
            rates.piece_seconds,
            rates.handling_seconds * pieces.weight_g // rates.handling_weight_g,
        )
        for pieces in load
    )
    # A delivery loads at the depot and unloads on site; a collection the other way round.
    seconds = handled * (2 if kind.is_on_site else 1)
    if kind.is_on_site and is_set_up:
        percent = 100 if kind is TaskKind.DELIVER else rates.take_down_percent
        seconds += sum(p.quantity * p.setup_seconds for p in load) * percent // 100
    minutes = rates.fixed_minutes + -(-seconds // (60 * crew))
    return -(-minutes // 5) * 5


def _window(kind: TaskKind, job: Job, lasts: timedelta, rates: Rates) -> Interval:
    """Return between which instants it is done, never shorter than it lasts.

    What comes before the event ends by its beginning, what comes after begins at its end, so
    that an event needs no order between tasks of its own.
    """
    starts, ends = job.loan.start, job.loan.end
    if kind is TaskKind.PREPARE:
        return _ending(starts - rates.prepared_before, starts, lasts)
    if kind is TaskKind.DELIVER:
        return _ending(starts, max(starts, job.event.start), lasts)
    if kind is TaskKind.HAND_OUT:
        return Interval(starts, starts + max(rates.counter, lasts))
    if kind is TaskKind.COLLECT:
        begins = min(ends, job.event.end)
        return Interval(begins, max(ends, begins + lasts))
    if kind is TaskKind.TAKE_BACK:
        return Interval(ends, ends + max(rates.counter, lasts))
    return Interval(ends, ends + max(rates.checked_within, lasts))


def _ending(start: datetime, end: datetime, lasts: timedelta) -> Interval:
    return Interval(min(start, end - lasts), end)
