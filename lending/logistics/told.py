"""What was told of tasks, as it is read, and who may see the pictures that came with it."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased

from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Event
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.logistics.kinds import TaskState, Told
from lending.logistics.models import Task, TaskEvent

LATE = timedelta(minutes=10)
"""What arrives so long after it happened was told from out of reach."""


@dataclass(frozen=True)
class EventRow:
    """What somebody told of a task."""

    id: int
    kind: Told
    happened_at: datetime
    arrived_at: datetime
    told_by: str
    text: str
    counts: Mapping[int, int]
    """Pieces by the number of their item; empty when nobody counted."""
    photo: str
    """The name of a picture, as `signature`; empty when there is none."""
    receiver: str
    signature: str
    conflict: TaskState | None
    """Where somebody else had brought the task: what was told did not change it."""

    @property
    def is_late(self) -> bool:
        """Whether it was told from out of reach."""
        return self.arrived_at - self.happened_at > LATE


def events_of(uow: UnitOfWork, task_ids: Collection[int]) -> dict[int, list[EventRow]]:
    """Return what was told of tasks, in the order in which it came."""
    found: dict[int, list[EventRow]] = defaultdict(list)
    rows = select(TaskEvent).where(TaskEvent.task_id.in_(task_ids)).order_by(TaskEvent.id)
    for event in uow.session.scalars(rows):
        found[event.task_id].append(_row(event))
    return found


def _row(event: TaskEvent) -> EventRow:
    counts = json.loads(event.counts) if event.counts else {}
    return EventRow(
        id=event.id,
        kind=event.kind,
        happened_at=event.happened_at,
        arrived_at=event.arrived_at,
        told_by=event.told_by,
        text=event.text,
        counts={int(item): count for item, count in counts.items()},
        photo=event.photo,
        receiver=event.receiver,
        signature=event.signature,
        conflict=event.conflict,
    )


def is_contested() -> ColumnElement[bool]:
    """Return the condition under which two told of a task otherwise, and nobody cleared it up.

    Whatever somebody other than the late one tells afterwards clears it up, be it a note.
    """
    late, after = aliased(TaskEvent), aliased(TaskEvent)
    cleared = exists().where(
        after.task_id == late.task_id,
        after.id > late.id,
        after.conflict.is_(None),
        after.told_by != late.told_by,
    )
    return exists().where(late.task_id == Task.id, late.conflict.is_not(None), ~cleared)


def has_picture(uow: UnitOfWork, actor: Principal, task_id: int, name: str) -> bool:
    """Return whether a picture belongs to a task that the actor may see, or to its place.

    Raises:
        NotFound: there is no such task that the actor may know of.
        NotSignedIn: nobody is signed in.
    """
    task = uow.session.get(Task, task_id)
    if task is None:
        raise NotFound
    actor.check(Action.SEE_TASKS, authority_id=task.authority_id, hidden=True)
    if name and task.booking.event.access.plan == name:
        return True
    found = select(TaskEvent.id).where(
        TaskEvent.task_id == task_id, (TaskEvent.photo == name) | (TaskEvent.signature == name)
    )
    return uow.session.execute(found.limit(1)).first() is not None


def pictures_in_use(uow: UnitOfWork) -> set[str]:
    """Return the names of all pictures that were told with a task, or show where to go."""
    rows = uow.session.execute(select(TaskEvent.photo, TaskEvent.signature))
    plans = uow.session.scalars(select(Event.__table__.c.site_plan).distinct())
    return {name for row in (*rows, plans) for name in row if name}
