"""Field work as it is read: of a day, of a booking, one task with all that its crew needs."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, false, or_, select
from sqlalchemy.orm import joinedload

from calendars.intervals import Interval
from calendars.zones import local_day, to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority, Commune, Depot
from lending.bookings.models import Booking, Event, Logistics, SiteAccess
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.logistics.kinds import OPEN, TaskKind, TaskState
from lending.logistics.models import Task, TaskLine
from lending.logistics.rounds.kinds import Version
from lending.logistics.rounds.models import Round, Stop
from lending.logistics.told import EventRow, events_of, is_contested
from lending.organisations.models import Organisation
from lending.skills import Skill


class Urgency(StrEnum):
    """What a day asks of a task."""

    CONTESTED = "contested"
    """Two told of it otherwise: somebody has to find out."""
    LATE = "late"
    """It should have been done before."""
    DUE = "due"
    """It must end on this day."""
    POSSIBLE = "possible"
    """It may be done on this day, or later."""
    DONE = "done"


@dataclass(frozen=True)
class TaskRow:
    """A task in a list."""

    id: int
    kind: TaskKind
    state: TaskState
    part: int
    parts: int
    window: Interval
    """It begins and ends within."""
    minutes: int
    """How long it takes `crew` people."""
    crew: int
    skills: frozenset[Skill]
    """What must be held, among those who do it."""
    needs_lift: bool
    """Whether one person alone needs a vehicle with a tail lift."""
    weight_g: int
    volume_l: int
    authority_id: int
    depot_id: int | None
    depot: str
    booking_id: int
    reference: str
    organisation: str
    event: str
    with_set_up: bool
    place: str
    """Where it is done: the site, or the depot; empty when nobody said."""
    started_at: datetime | None
    ended_at: datetime | None
    done_by: str
    problem: str
    is_contested: bool
    """Whether two told of it otherwise, and nobody cleared it up."""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to see to it."""
        return self.state in OPEN

    @property
    def person_minutes(self) -> int:
        """The work of all hands together."""
        return self.minutes * self.crew

    def urgency(self, day: Interval) -> Urgency:
        """Return what a day asks of it."""
        if self.is_contested:
            return Urgency.CONTESTED
        if not self.is_open:
            return Urgency.DONE
        if self.window.end <= day.start:
            return Urgency.LATE
        return Urgency.DUE if self.window.end <= day.end else Urgency.POSSIBLE


@dataclass(frozen=True)
class LoadLine:
    """What a task is about, item by item."""

    item_id: int
    code: str
    name: str
    quantity: int
    weight_g: int
    """Of all these pieces."""
    done: int | None
    """How many were brought, or fetched, once somebody counted."""


@dataclass(frozen=True)
class TaskDetail(TaskRow):
    """A task with all that those who do it need."""

    lines: tuple[LoadLine, ...]
    events: tuple[EventRow, ...]
    """What was told of it, in the order in which it came."""
    event_period: Interval
    contact: str
    phone: str
    access: SiteAccess
    point: tuple[float, float] | None
    """Latitude and longitude of the place, where somebody gave them."""
    note: str
    """What the borrower wanted to say."""
    zone: ZoneInfo
    can_do: bool
    """Whether the actor may begin and end it."""


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks are wanted; nothing means no matter."""

    day: date | None = None
    """In the zone of each authority."""
    authority_id: int | None = None
    depot_id: int | None = None
    crew_id: int | None = None
    """What was published to this crew, on that day or on any."""


def list_tasks(uow: UnitOfWork, actor: Principal, wanted: TaskFilter) -> list[TaskRow]:
    """Return the tasks that the actor may see and that are still needed, or were done, in order.

    Of a day: what may be done on it, what was done on it, and on the present day what is late
    and what two told of otherwise.
    """
    query = _rows().where((Task.state != TaskState.CANCELLED) | is_contested())
    scope = actor.authority_scope(Action.SEE_TASKS)
    if scope is not None:
        query = query.where(Task.authority_id.in_(scope))
    if wanted.authority_id is not None:
        query = query.where(Task.authority_id == wanted.authority_id)
    if wanted.depot_id is not None:
        query = query.where(Task.depot_id == wanted.depot_id)
    if wanted.crew_id is not None:
        query = query.where(Task.id.in_(_given_to(wanted.crew_id, wanted.day)))
    elif wanted.day is not None:
        query = query.where(_on_day(uow, wanted.day))
    rows = uow.session.execute(query.order_by(Task.latest, Task.id))
    return [_row(row) for row in rows]


def tasks_of(uow: UnitOfWork, booking_id: int) -> list[TaskRow]:
    """Return the tasks of a booking, in the order of the work; who may ask is asked before."""
    rows = uow.session.execute(
        _rows().where(Task.booking_id == booking_id, Task.state != TaskState.CANCELLED)
    )
    order = list(TaskKind)
    found = [_row(row) for row in rows]
    return sorted(found, key=lambda t: (order.index(t.kind), t.depot, t.part, t.id))


def tasks_by_number(uow: UnitOfWork, numbers: Iterable[int]) -> dict[int, TaskRow]:
    """Return tasks by number, whatever became of them; who may ask is asked before."""
    rows = uow.session.execute(_rows().where(Task.id.in_(list(numbers))))
    return {row.Task.id: _row(row) for row in rows}


def get_task(uow: UnitOfWork, actor: Principal, task_id: int) -> TaskDetail:
    """Return a task with its load and whom to call.

    Raises:
        NotFound: there is none that the actor may know of.
        NotSignedIn: nobody is signed in.
    """
    found = details_of(uow, actor, [task_id])
    if not found:
        raise NotFound
    task = found[task_id]
    actor.check(Action.SEE_TASKS, authority_id=task.authority_id, hidden=True)
    return task


def details_of(
    uow: UnitOfWork, actor: Principal, task_ids: Collection[int]
) -> dict[int, TaskDetail]:
    """Return tasks by their numbers; whether the actor may see them is asked by the caller."""
    lines: dict[int, list[TaskLine]] = defaultdict(list)
    for line in uow.session.scalars(
        select(TaskLine)
        .where(TaskLine.task_id.in_(task_ids))
        .options(joinedload(TaskLine.item))
        .order_by(TaskLine.item_id)
    ):
        lines[line.task_id].append(line)
    events = events_of(uow, task_ids)
    rows = uow.session.execute(_rows().where(Task.id.in_(task_ids)))
    return {
        row.Task.id: _detail(row, actor, lines[row.Task.id], events[row.Task.id]) for row in rows
    }


def _detail(
    found: Row[Task, Booking, Event, Organisation, Authority, str, str, str, bool],
    actor: Principal,
    lines: Sequence[TaskLine],
    events: Sequence[EventRow],
) -> TaskDetail:
    row, event, organisation = _row(found), found.Event, found.Organisation
    is_known = row.kind.is_on_site and event.lat is not None and event.lon is not None
    return TaskDetail(
        **{each.name: getattr(row, each.name) for each in fields(row)},
        lines=tuple(_line(line) for line in lines),
        events=tuple(events),
        event_period=Interval(event.starts_at, event.ends_at),
        contact=event.access.contact or organisation.contact_name,
        phone=event.access.phone or organisation.contact_phone,
        access=event.access,
        point=(event.lat, event.lon) if is_known else None,
        note=found.Booking.note,
        zone=ZoneInfo(found.Authority.timezone),
        can_do=actor.can(Action.DO_TASKS, authority_id=row.authority_id),
    )


def _line(line: TaskLine) -> LoadLine:
    item = line.item
    weight = line.quantity * item.weight_g
    return LoadLine(item.id, item.code, item.name, line.quantity, weight, line.done)


def _rows() -> Select[Task, Booking, Event, Organisation, Authority, str, str, str, bool]:
    return (
        select(
            Task,
            Booking,
            Event,
            Organisation,
            Authority,
            Commune.name.label("commune"),
            Depot.name.label("depot"),
            Depot.address.label("depot_address"),
            is_contested().label("is_contested"),
        )
        .join(Booking, Booking.id == Task.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Commune, Commune.insee == Event.commune_insee)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Authority, Authority.id == Task.authority_id)
        .outerjoin(Depot, Depot.id == Task.depot_id)
    )


def _row(
    found: Row[Task, Booking, Event, Organisation, Authority, str, str, str, bool],
) -> TaskRow:
    task, booking, event = found.Task, found.Booking, found.Event
    depot = found.depot or ""
    return TaskRow(
        id=task.id,
        kind=task.kind,
        state=task.state,
        part=task.part,
        parts=task.parts,
        window=Interval(task.earliest, task.latest),
        minutes=task.minutes,
        crew=task.crew,
        skills=task.skills,
        needs_lift=task.needs_lift,
        weight_g=task.weight_g,
        volume_l=task.volume_l,
        authority_id=task.authority_id,
        depot_id=task.depot_id,
        depot=depot,
        booking_id=booking.id,
        reference=booking.reference,
        organisation=found.Organisation.name,
        event=event.name,
        with_set_up=task.kind.is_hauled and booking.logistics is Logistics.DELIVERY_SETUP,
        place=_site(event.site_address, found.commune) if task.kind.is_on_site else depot,
        started_at=task.started_at,
        ended_at=task.ended_at,
        done_by=task.done_by,
        problem=task.problem,
        is_contested=bool(found.is_contested),
    )


def _site(address: str, commune: str) -> str:
    if commune in address:
        return address
    return ", ".join(part for part in (address, commune) if part)


def _given_to(crew_id: int, day: date | None) -> Select[int | None]:
    given = (
        select(Stop.task_id)
        .join(Stop.round)
        .where(
            Round.crew_id == crew_id,
            Round.version == Version.PUBLISHED,
            Stop.task_id.is_not(None),
        )
    )
    return given if day is None else given.where(Round.day == day)


def _on_day(uow: UnitOfWork, day: date) -> ColumnElement[bool]:
    """Return the condition under which a day concerns a task, by its authority's clock."""
    zones: dict[str, list[int]] = {}
    for number, name in uow.session.execute(select(Authority.id, Authority.timezone)):
        zones.setdefault(name, []).append(number)
    conditions: list[ColumnElement[bool]] = []
    for name, numbers in zones.items():
        zone = ZoneInfo(name)
        that = local_day(day, zone)
        is_today = to_local(uow.now, zone).date() == day
        is_late = Task.latest <= that.start if is_today else false()
        conditions.append(
            Task.authority_id.in_(numbers)
            & or_(
                Task.state.in_(OPEN)
                & or_(and_(Task.earliest < that.end, Task.latest > that.start), is_late),
                (Task.state == TaskState.DONE)
                & (Task.ended_at >= that.start)
                & (Task.ended_at < that.end),
                is_contested() if is_today else false(),
            )
        )
    return or_(false(), *conditions)


def work_in(tasks: Sequence[TaskRow]) -> int:
    """Return the minutes of work of one person that are still ahead."""
    return sum(task.person_minutes for task in tasks if task.is_open)
