"""What a crew is on a day: who is there, what they may do, what they drive. Pure derivation."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from calendars.intervals import Interval
from lending.i18n import N_
from lending.logistics.means.kinds import Skill, VehicleClass, with_included


@dataclass(frozen=True)
class Person:
    """An agent, with the last day on which each skill counts (none: without limit)."""

    id: int
    name: str
    skills: Mapping[Skill, date | None]
    depot_id: int | None = None
    """Where the day begins; none: wherever the crew does."""

    def on(self, day: date) -> frozenset[Skill]:
        """Return what counts on a day, with the licences that others include."""
        return with_included(
            skill for skill, last in self.skills.items() if last is None or day <= last
        )


@dataclass(frozen=True)
class Presence:
    """Somebody's shift with a crew."""

    person: Person
    interval: Interval
    pause: timedelta = timedelta(0)


@dataclass(frozen=True)
class Outage:
    """Days, both included, on which a vehicle is out of service; no last day: nobody knows."""

    first_day: date
    last_day: date | None
    reason: str

    def covers(self, day: date) -> bool:
        """Return whether it lies in."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class Rig:
    """A vehicle with its trailer; weights in grams, volumes in litres."""

    id: int
    name: str
    vehicle_class: VehicleClass
    licence: Skill
    payload_g: int
    volume_l: int
    trailer_licence: Skill | None = None
    """None: no trailer."""
    trailer_payload_g: int = 0
    trailer_volume_l: int = 0
    has_tail_lift: bool = False
    outages: tuple[Outage, ...] = ()
    depot_id: int | None = None


@dataclass(frozen=True)
class Team:
    """A crew as it usually is."""

    id: int
    name: str
    members: tuple[Person, ...]
    vehicle: Rig | None


class Trouble(StrEnum):
    """What a crew lacks on a day."""

    ABSENT = "absent"
    NOT_TOGETHER = "not_together"
    EXPIRED = "expired"
    NO_VEHICLE = "no_vehicle"
    OUT_OF_SERVICE = "out_of_service"
    SHARED = "shared"
    NO_DRIVER = "no_driver"
    NO_TOWING = "no_towing"

    @property
    def text(self) -> str:
        """Return the gettext id of the sentence; the problem's data fill it."""
        return TROUBLE_TEXTS[self]


TROUBLE_TEXTS = {
    Trouble.ABSENT: N_("%(name)s is absent."),
    Trouble.NOT_TOGETHER: N_("They are never all there at the same time."),
    Trouble.EXPIRED: N_("%(name)s: %(skill)s ended on %(day)s."),
    Trouble.NO_VEHICLE: N_("The crew has no vehicle."),
    Trouble.OUT_OF_SERVICE: N_("%(vehicle)s is out of service: %(reason)s."),
    Trouble.SHARED: N_("%(vehicle)s is also taken by %(crew)s."),
    Trouble.NO_DRIVER: N_("Nobody may drive %(vehicle)s: it takes %(skill)s."),
    Trouble.NO_TOWING: N_("Nobody may tow the trailer of %(vehicle)s: it takes %(skill)s."),
}


@dataclass(frozen=True)
class Problem:
    """Something that a crew lacks on a day."""

    trouble: Trouble
    data: tuple[tuple[str, object], ...] = ()
    """Names as they are; skills and days for the faces to write."""


@dataclass(frozen=True)
class CrewDay:
    """A crew on a local day."""

    crew_id: int
    name: str
    day: date
    agents: tuple[str, ...]
    skills: frozenset[Skill]
    """What at least one of those present may do."""
    start: datetime | None
    """From when all are there; none when they never are."""
    end: datetime | None
    pause: timedelta
    """The longest of their breaks."""
    vehicle: Rig | None
    """What they can drive out with; none when there is nothing, or nobody who may."""
    payload_g: int
    """Of the vehicle, with its trailer where somebody may tow it."""
    volume_l: int
    depot_id: int | None
    """Where they begin: where the vehicle stands, or the first of them who has a depot."""
    problems: tuple[Problem, ...]

    @property
    def size(self) -> int:
        """How many people are there."""
        return len(self.agents)

    @property
    def has_lift(self) -> bool:
        """Whether the vehicle lifts what one person must not."""
        return self.vehicle is not None and self.vehicle.has_tail_lift


def crew_day(
    crew: Team,
    day: date,
    presences: Sequence[Presence],
    absent: Collection[int] = (),
    taken_by: Sequence[str] = (),
) -> CrewDay:
    """Return what a crew is on a day.

    `presences` are the shifts with this crew on that day, of usual members or not; `absent` the
    numbers of those who are away; `taken_by` the other crews at work whose vehicle is the same.
    """
    people = {each.person.id: each.person for each in presences}
    problems = [
        Problem(Trouble.ABSENT, (("name", person.name),))
        for person in crew.members
        if person.id in absent and person.id not in people
    ]
    together = _together(presences)
    if presences and together is None:
        problems.append(Problem(Trouble.NOT_TOGETHER))
    problems += _expired(people.values(), day)
    rig, payload, volume = None, 0, 0
    if people:
        rig, payload, volume, found = _drive(crew.vehicle, people.values(), day, taken_by)
        problems += found
    return CrewDay(
        crew_id=crew.id,
        name=crew.name,
        day=day,
        agents=tuple(sorted(person.name for person in people.values())),
        skills=frozenset().union(*(person.on(day) for person in people.values())),
        start=together.start if together else None,
        end=together.end if together else None,
        pause=max((each.pause for each in presences), default=timedelta(0)),
        vehicle=rig,
        payload_g=payload,
        volume_l=volume,
        depot_id=_depot(rig, people.values()),
        problems=tuple(problems),
    )


def _depot(rig: Rig | None, people: Iterable[Person]) -> int | None:
    if rig is not None and rig.depot_id is not None:
        return rig.depot_id
    named = sorted(people, key=lambda person: person.name)
    return next((each.depot_id for each in named if each.depot_id is not None), None)


def _together(presences: Sequence[Presence]) -> Interval | None:
    """Return when all are there; somebody's several shifts count from the first to the last."""
    spans: dict[int, Interval] = {}
    for each in presences:
        known = spans.get(each.person.id, each.interval)
        spans[each.person.id] = Interval(
            min(known.start, each.interval.start), max(known.end, each.interval.end)
        )
    start = max((span.start for span in spans.values()), default=None)
    end = min((span.end for span in spans.values()), default=None)
    return Interval(start, end) if start and end and start < end else None


def _expired(people: Iterable[Person], day: date) -> list[Problem]:
    return [
        Problem(Trouble.EXPIRED, (("name", person.name), ("skill", skill), ("day", last)))
        for person in sorted(people, key=lambda person: person.name)
        for skill, last in person.skills.items()
        if last is not None and last < day and skill not in person.on(day)
    ]


def _drive(
    rig: Rig | None, people: Iterable[Person], day: date, taken_by: Sequence[str]
) -> tuple[Rig | None, int, int, list[Problem]]:
    """Return the vehicle that somebody may drive, what it carries, and what stands in the way."""
    if rig is None:
        return None, 0, 0, [Problem(Trouble.NO_VEHICLE)]
    vehicle = ("vehicle", rig.name)
    for outage in rig.outages:
        if outage.covers(day):
            reason = ("reason", outage.reason)
            return None, 0, 0, [Problem(Trouble.OUT_OF_SERVICE, (vehicle, reason))]
    problems = [Problem(Trouble.SHARED, (vehicle, ("crew", other))) for other in taken_by]
    held = [person.on(day) for person in people]
    if not any(rig.licence in skills for skills in held):
        problems.append(Problem(Trouble.NO_DRIVER, (vehicle, ("skill", rig.licence))))
        return None, 0, 0, problems
    if rig.trailer_licence is None:
        return rig, rig.payload_g, rig.volume_l, problems
    if not any({rig.licence, rig.trailer_licence} <= skills for skills in held):
        problems.append(Problem(Trouble.NO_TOWING, (vehicle, ("skill", rig.trailer_licence))))
        return rig, rig.payload_g, rig.volume_l, problems
    payload = rig.payload_g + rig.trailer_payload_g
    return rig, payload, rig.volume_l + rig.trailer_volume_l, problems
