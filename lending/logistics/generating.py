"""Keep the tasks of a booking true to it: by difference, in the transaction that changes it."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from calendars.intervals import Interval
from lending.bookings.facts import BookingChanged, BookingMoved
from lending.bookings.models import Booking, BookingLine, Logistics
from lending.bookings.states import GRANTED, State
from lending.db.database import UnitOfWork
from lending.events import Events
from lending.logistics.kinds import OPEN, TaskKind, TaskState
from lending.logistics.loads import Pieces
from lending.logistics.models import Task, TaskLine
from lending.logistics.rates import rates_of
from lending.logistics.work import Job, Rates, Work, work_of

GOING_OUT = frozenset({TaskKind.PREPARE, TaskKind.DELIVER, TaskKind.HAND_OUT})
PROVED = {
    State.PREPARED: frozenset({TaskKind.PREPARE}),
    State.OUT: GOING_OUT,
    State.RETURNED: frozenset(TaskKind),
    State.CLOSED: frozenset(TaskKind),
}
"""What must have been done for a booking to be where it is."""

Key = tuple[TaskKind, int | None, int]


def listen(events: Events) -> None:
    """Follow the bookings; called once, by the composition root."""
    events.subscribe(BookingMoved, _moved)
    events.subscribe(BookingChanged, _changed)


def _moved(fact: BookingMoved, uow: UnitOfWork) -> None:
    # Before a decision there is no field work, and none to take away.
    if fact.new in GRANTED or fact.old in GRANTED | {State.OUT}:
        generate_tasks(uow, uow.session.get_one(Booking, fact.booking_id))


def _changed(fact: BookingChanged, uow: UnitOfWork) -> None:
    booking = uow.session.get_one(Booking, fact.booking_id)
    if booking.state in GRANTED | {State.OUT}:
        generate_tasks(uow, booking)


def generate_tasks(uow: UnitOfWork, booking: Booking) -> None:
    """Make, change and take away tasks until they are those that the booking needs.

    What is under way, done or reported as a problem is not touched, unless the booking itself
    shows that it was done since.
    """
    existing: dict[Key, Task] = {
        (task.kind, task.depot_id, task.part): task
        for task in uow.session.scalars(
            select(Task).where(Task.booking_id == booking.id).options(selectinload(Task.lines))
        )
    }
    for task in existing.values():
        if task.state in OPEN and task.kind in PROVED.get(booking.state, ()):
            _close(task, uow.now)
    wanted: dict[Key, Work] = {
        (work.kind, work.depot_id, work.part): work for work in _wanted(uow, booking)
    }
    for key, work in wanted.items():
        known = existing.get(key)
        if known is None:
            uow.session.add(made(booking, work))
        elif known.state in (TaskState.TO_DO, TaskState.CANCELLED):
            _write(known, work)
    for key, task in existing.items():
        if task.state is TaskState.TO_DO and key not in wanted:
            task.state = TaskState.CANCELLED
    uow.session.flush()


def _close(task: Task, at: datetime) -> None:
    task.state = TaskState.DONE
    task.started_at = task.started_at or at
    task.ended_at = at


def made(booking: Booking, work: Work) -> Task:
    """Return the task that does this work, not yet in any session."""
    task = Task(
        booking_id=booking.id,
        authority_id=booking.authority_id,
        depot_id=work.depot_id,
        kind=work.kind,
        part=work.part,
    )
    _write(task, work)
    return task


def _write(task: Task, work: Work) -> None:
    task.state = TaskState.TO_DO
    task.parts = work.parts
    task.earliest, task.latest = work.window.start, work.window.end
    task.minutes, task.base_minutes = work.minutes, work.base_minutes
    task.crew = work.crew
    task.skills, task.needs_lift = work.skills, work.needs_lift
    task.weight_g, task.volume_l = work.weight_g, work.volume_l
    kept = {line.item_id: line for line in task.lines}
    task.lines = []
    for pieces in work.load:
        line = kept.get(pieces.item_id) or TaskLine(item_id=pieces.item_id)
        line.quantity = pieces.quantity
        task.lines.append(line)


def _wanted(uow: UnitOfWork, booking: Booking) -> list[Work]:
    if booking.state not in GRANTED | {State.OUT}:
        return []
    return work_for(
        booking,
        {line.item_id: _still_away(booking, line) for line in booking.lines},
        Interval(booking.starts_at, booking.ends_at),
        Interval(booking.event.starts_at, booking.event.ends_at),
        rates_of(uow, booking.authority_id),
        is_over=booking.event.ends_at <= uow.now,
    )


def work_for(
    booking: Booking,
    quantities: Mapping[int, int],
    loan: Interval,
    event: Interval,
    rates: Rates,
    *,
    is_over: bool = False,
) -> list[Work]:
    """Return the work that a booking makes with these pieces of its items, at these dates."""
    loads: dict[int | None, list[Pieces]] = defaultdict(list)
    for line in booking.lines:
        item = line.item
        # A service is carried nowhere; the department that does it plans its own hours.
        if not item.is_service and (quantity := quantities.get(line.item_id, 0)):
            loads[item.depot_id].append(
                Pieces(
                    item.id,
                    quantity,
                    item.weight_g,
                    item.volume_l,
                    item.setup_seconds,
                    item.min_crew,
                    item.skills,
                )
            )
    return work_of(
        Job(
            loan=loan,
            event=event,
            is_carried=booking.logistics is not Logistics.PICKUP,
            is_set_up=booking.logistics is Logistics.DELIVERY_SETUP,
            goes_out=booking.state is not State.OUT,
            is_over=is_over,
            loads=tuple((depot_id, tuple(load)) for depot_id, load in loads.items()),
        ),
        rates,
    )


def _still_away(booking: Booking, line: BookingLine) -> int:
    """Return how many pieces are yet to be brought, or once they are out, to be fetched."""
    if booking.state is State.OUT:
        return line.delivered - line.returned - line.damaged - line.lost
    return line.granted or 0
