"""From a loan to its field work: which tasks, how long, how many people, when. Pure arithmetic."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from calendars.intervals import Interval
from lending.logistics.kinds import TaskKind
from lending.logistics.loads import Load, Pieces, trips, volume_of, weight_of
from lending.skills import LIFTING, Skill


@dataclass(frozen=True)
class Room:
    """What a vehicle carries, with its trailer."""

    weight_g: int
    volume_l: int


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
    """What a trip carries where no vehicle is known."""
    carriers: tuple[Room, ...] = ()
    """What each vehicle carries, the largest first."""
    prepared_hours: int = 48
    """How long before a loan its equipment may be prepared."""
    checked_hours: int = 24
    """Within which it is counted and put away."""
    counter_minutes: int = 60
    """How long somebody may be waited for at the counter."""
    pace_prepare: int = 100
    """Percent of the computed time that tasks of this kind really take, as the next ones."""
    pace_deliver: int = 100
    pace_connect: int = 100
    pace_hand_out: int = 100
    pace_disconnect: int = 100
    pace_collect: int = 100
    pace_take_back: int = 100
    pace_check_in: int = 100

    @property
    def prepared_before(self) -> timedelta:
        """How long before a loan its equipment may be prepared."""
        return timedelta(hours=self.prepared_hours)

    @property
    def checked_within(self) -> timedelta:
        """After how long it is counted and put away at the latest."""
        return timedelta(hours=self.checked_hours)

    @property
    def counter(self) -> timedelta:
        """How long somebody may be waited for at the counter."""
        return timedelta(minutes=self.counter_minutes)

    def pace(self, kind: TaskKind) -> int:
        """Return the percent of the computed time that tasks of a kind take."""
        return int(getattr(self, pace_name(kind)))


def pace_name(kind: TaskKind) -> str:
    """Return the field of `Rates` that holds the pace of a kind."""
    return f"pace_{kind.value}"


RATES = Rates()
WIRING = frozenset({TaskKind.CONNECT, TaskKind.DISCONNECT})
TAKEN_DOWN = frozenset({TaskKind.DISCONNECT, TaskKind.COLLECT})
NEIGHBOURS = {TaskKind.DELIVER: TaskKind.CONNECT, TaskKind.COLLECT: TaskKind.DISCONNECT}
"""What else is done on site, between the way and the event."""


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
    is_over: bool = False
    """Whether the event is over: nothing is connected any more."""


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
    skills: frozenset[Skill] = frozenset()
    """What must be held, among those who do it."""
    needs_lift: bool = False
    """Whether one person alone needs a vehicle that lifts, a tail lift."""
    base_minutes: int = 0
    """How long it would take without the correction of its kind."""

    @property
    def weight_g(self) -> int:
        """What is moved; of what is only connected nothing is."""
        return 0 if self.kind in WIRING else weight_of(self.load)

    @property
    def volume_l(self) -> int:
        """What is moved."""
        return 0 if self.kind in WIRING else volume_of(self.load)


def work_of(job: Job, rates: Rates = RATES) -> list[Work]:
    """Return the tasks of a job, in the order in which they are done."""
    found: list[Work] = []
    for depot_id, load in job.loads:
        if any(pieces.quantity for pieces in load):
            found += _of_depot(job, depot_id, load, rates)
    order = list(TaskKind)
    return sorted(found, key=lambda work: order.index(work.kind))


def _of_depot(job: Job, depot_id: int | None, load: Load, rates: Rates) -> Iterator[Work]:
    wired = tuple(p for p in load if p.is_electrical and p.quantity) if job.is_set_up else ()
    for kind in _kinds(job, bool(wired)):
        cut = [wired] if kind in WIRING else [load]
        if kind.is_hauled:
            cut = _trips(load, rates)
        # What is delivered is connected yet before the event, and disconnected after it.
        between = _minutes(NEIGHBOURS[kind], wired, job, rates) if kind.is_hauled and wired else 0
        for part, carried in enumerate(cut, start=1):
            base = _base_minutes(kind, carried, job, rates)
            minutes = corrected(kind, base, rates)
            yield Work(
                kind,
                depot_id,
                part,
                len(cut),
                _window(kind, job, timedelta(minutes=minutes), timedelta(minutes=between), rates),
                minutes,
                crew_for(kind, carried, job.is_set_up, rates),
                carried,
                skills_for(kind, carried, job.is_set_up),
                needs_lift_for(kind, carried, job.is_set_up, rates),
                base,
            )


def _trips(load: Load, rates: Rates) -> list[Load]:
    """Cut a load for the vehicle that needs the fewest trips, of several the largest."""
    rooms = rates.carriers or (Room(rates.trip_weight_g, rates.trip_volume_l),)
    return min((trips(load, room.weight_g, room.volume_l) for room in rooms), key=len)


def _minutes(kind: TaskKind, load: Load, job: Job, rates: Rates) -> int:
    return corrected(kind, _base_minutes(kind, load, job, rates), rates)


def _base_minutes(kind: TaskKind, load: Load, job: Job, rates: Rates) -> int:
    crew = crew_for(kind, load, job.is_set_up, rates)
    return minutes_for(kind, load, crew, job.is_set_up, rates)


def _kinds(job: Job, is_wired: bool) -> Iterable[TaskKind]:
    if job.goes_out:
        yield TaskKind.PREPARE
        yield TaskKind.DELIVER if job.is_carried else TaskKind.HAND_OUT
    if is_wired and not job.is_over:
        yield TaskKind.CONNECT
    if is_wired:
        yield TaskKind.DISCONNECT
    yield TaskKind.COLLECT if job.is_carried else TaskKind.TAKE_BACK
    yield TaskKind.CHECK_IN


def skills_for(kind: TaskKind, load: Sequence[Pieces], is_set_up: bool) -> frozenset[Skill]:
    """Return what must be held: machines by those who carry, the rest by those who set up.

    Electrical work has its own tasks, so that those who drive need not be electricians.
    """
    if kind in WIRING:
        return frozenset({Skill.ELECTRICAL})
    if not kind.is_hauled:
        return frozenset()
    asked = frozenset[Skill]().union(*(pieces.skills for pieces in load if pieces.quantity))
    return (asked - {Skill.ELECTRICAL}) if is_set_up else asked & LIFTING


def crew_for(kind: TaskKind, load: Sequence[Pieces], is_set_up: bool, rates: Rates = RATES) -> int:
    """Return how many people it takes.

    What is too heavy for one takes two; but for what is only brought or fetched, where a tail
    lift does it.
    """
    heavy = _is_heavy(load, rates) and not _may_be_lifted(kind, is_set_up)
    crew = max(2 if heavy else 1, rates.crew_on_site if kind.is_hauled else 1)
    return max([crew, *(pieces.min_crew for pieces in _set_up(kind, load, is_set_up))])


def needs_lift_for(
    kind: TaskKind, load: Sequence[Pieces], is_set_up: bool, rates: Rates = RATES
) -> bool:
    """Return whether those who do it alone need a vehicle that lifts."""
    alone = crew_for(kind, load, is_set_up, rates) == 1
    return alone and _is_heavy(load, rates)


def _is_heavy(load: Sequence[Pieces], rates: Rates) -> bool:
    return any(pieces.quantity and pieces.weight_g > rates.lifted_alone_g for pieces in load)


def _may_be_lifted(kind: TaskKind, is_set_up: bool) -> bool:
    """Whether the vehicle does the lifting: at a counter and where it is set up, hands do."""
    return kind.is_hauled and not is_set_up


def _set_up(kind: TaskKind, load: Sequence[Pieces], is_set_up: bool) -> list[Pieces]:
    """Return what a task sets up or takes down: those who deliver leave to others what is wired."""
    if not is_set_up or not kind.is_on_site:
        return []
    return [p for p in load if p.quantity and p.is_electrical == (kind in WIRING)]


def minutes_for(
    kind: TaskKind, load: Sequence[Pieces], crew: int, is_set_up: bool, rates: Rates = RATES
) -> int:
    """Return how long it is computed to take so many people, rounded up to five minutes."""
    handled = sum(
        pieces.quantity
        * max(
            rates.piece_seconds,
            rates.handling_seconds * pieces.weight_g // rates.handling_weight_g,
        )
        for pieces in load
    )
    # A delivery loads at the depot and unloads on site; a collection the other way round.
    seconds = 0 if kind in WIRING else handled * (2 if kind.is_hauled else 1)
    percent = rates.take_down_percent if kind in TAKEN_DOWN else 100
    on_site = _set_up(kind, load, is_set_up)
    seconds += sum(p.quantity * p.setup_seconds for p in on_site) * percent // 100
    minutes = rates.fixed_minutes + -(-seconds // (60 * crew))
    return max(5, -(-minutes // 5) * 5)


def corrected(kind: TaskKind, minutes: int, rates: Rates) -> int:
    """Return a computed time as experience corrects it, to the nearest five minutes."""
    return max(5, (minutes * rates.pace(kind) + 250) // 500 * 5)


def _window(
    kind: TaskKind, job: Job, lasts: timedelta, between: timedelta, rates: Rates
) -> Interval:
    """Return between which instants it is done, never shorter than it lasts.

    What comes before the event ends by its beginning, what comes after begins at its end, so
    that an event needs no order between tasks of its own. `between` is what else has to be done
    on the same side of it.
    """
    starts, ends = job.loan.start, job.loan.end
    if kind is TaskKind.PREPARE:
        return _ending(starts - rates.prepared_before, starts, lasts)
    if kind in (TaskKind.DELIVER, TaskKind.CONNECT):
        return _ending(starts, max(starts, job.event.start) - between, lasts)
    if kind is TaskKind.HAND_OUT:
        return Interval(starts, starts + max(rates.counter, lasts))
    if kind in (TaskKind.DISCONNECT, TaskKind.COLLECT):
        begins = min(ends, job.event.end) + between
        return Interval(begins, max(ends, begins + lasts))
    if kind is TaskKind.TAKE_BACK:
        return Interval(ends, ends + max(rates.counter, lasts))
    return Interval(ends, ends + max(rates.checked_within, lasts))


def _ending(start: datetime, end: datetime, lasts: timedelta) -> Interval:
    return Interval(min(start, end - lasts), end)
