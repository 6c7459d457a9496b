"""What those who do the work tell of a task, at once or hours later from out of reach.

Each report carries a key that its sender chose. The report and its effect are written in one
transaction: however often it comes, it counts once. A report that contradicts what somebody
else told meanwhile changes nothing, but is kept for whoever plans.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_
from lending.logistics.arriving import believed, is_key
from lending.logistics.facts import TaskTold
from lending.logistics.kinds import LEADS_TO, TaskState, Told
from lending.logistics.models import Task, TaskEvent

LONGEST_TEXT = 2000
LONGEST_NAME = 120
MOST_PIECES = 1_000_000

ENDED = frozenset({TaskState.DONE, TaskState.PARTIAL, TaskState.PROBLEM})
NEEDS_WORDS = frozenset({Told.PARTIAL, Told.IMPOSSIBLE, Told.NOTE})


@dataclass(frozen=True)
class Report:
    """What is told of a task."""

    kind: Told
    key: str
    """The same each time that the same report is sent."""
    happened_at: datetime | None = None
    """None: just now."""
    seen_at: datetime | None = None
    """Until when its sender knew what others had told; None: until now."""
    text: str = ""
    counts: Mapping[int, int] | None = None
    """Pieces by the number of their item; None: nobody counted."""
    photo: str = ""
    """The name of a picture that is kept already."""
    receiver: str = ""
    signature: str = ""
    """The name of a picture that is kept already."""


@dataclass(frozen=True)
class Outcome:
    """What became of a report."""

    event_id: int
    state: TaskState
    """Where the task stands now."""
    conflict: TaskState | None
    """Where somebody else had brought the task before the report came."""
    is_repeated: bool
    """Whether it had come before, and did nothing this time."""
    told_by: str
    """Who told last how the task stands; empty when its booking shows it."""


def load_task(uow: UnitOfWork, actor: Principal, task_id: int) -> Task:
    """Return a task that the actor may tell something of, locked until the transaction ends.

    Raises:
        NotSignedIn, NotFound, Forbidden: the actor may not.
    """
    task = uow.session.get(Task, task_id)
    if task is None:
        raise NotFound
    actor.check(Action.SEE_TASKS, authority_id=task.authority_id, hidden=True)
    actor.check(Action.DO_TASKS, authority_id=task.authority_id)
    # Tasks follow their booking under its lock: what is begun here must not be rewritten there.
    uow.session.get_one(Booking, task.booking_id, with_for_update=True)
    uow.session.refresh(task)
    return task


def tell(uow: UnitOfWork, actor: Principal, task_id: int, report: Report) -> Outcome:
    """Write a report with its effect, once for each key.

    Raises:
        InvalidInput: words, a name, a picture or a sound time is missing.
        NotSignedIn, NotFound, Forbidden: the actor may not.
    """
    task = load_task(uow, actor, task_id)
    known = uow.session.scalars(
        select(TaskEvent).where(TaskEvent.task_id == task_id, TaskEvent.key == report.key)
    ).one_or_none()
    if known is not None:
        return _outcome(task, known, is_repeated=True)
    _check(report)
    event = TaskEvent(
        task_id=task.id,
        key=report.key,
        kind=report.kind,
        happened_at=believed(uow, task.authority_id, report.happened_at),
        arrived_at=uow.now,
        user_id=actor.user_id,
        told_by=actor.name[:LONGEST_NAME],
        text=report.text.strip(),
        counts=_written(report.counts),
        photo=report.photo,
        receiver=report.receiver.strip(),
        signature=report.signature,
        has_moved=False,
    )
    if report.kind in LEADS_TO:
        _follow(uow, task, event, report)
    uow.session.add(event)
    uow.session.flush()  # the outcome names the event by its number
    uow.events.publish(TaskTold(task.id), uow)
    return _outcome(task, event, is_repeated=False)


def _outcome(task: Task, event: TaskEvent, *, is_repeated: bool) -> Outcome:
    return Outcome(event.id, task.state, event.conflict, is_repeated, task.done_by)


def _check(report: Report) -> None:
    errors = [
        FieldError(name, N_("Shorten this to %(limit)d characters."), (("limit", limit),))
        for name, text, limit in (
            ("reason", report.text, LONGEST_TEXT),
            ("receiver", report.receiver, LONGEST_NAME),
        )
        if len(text.strip()) > limit
    ]
    if not is_key(report.key):
        errors.append(FieldError("key", N_("Reload the page and send this again.")))
    if report.kind in NEEDS_WORDS and not report.text.strip():
        words = N_("Say what happened: who plans the next visit will read it.")
        errors.append(FieldError("reason", words))
    if report.kind is Told.PHOTO and not report.photo:
        errors.append(FieldError("photo", N_("Choose a photo.")))
    if report.kind is Told.SIGNED and not (report.receiver.strip() or report.signature):
        errors.append(FieldError("receiver", N_("Let the person sign, or write their name.")))
    if any(not 0 <= count <= MOST_PIECES for count in (report.counts or {}).values()):
        errors.append(FieldError("counts", N_("Count the pieces again: a number is too large.")))
    if errors:
        raise InvalidInput(errors)


def _follow(uow: UnitOfWork, task: Task, event: TaskEvent, report: Report) -> None:
    """Bring the task where the report says, unless somebody else was faster."""
    target = _target(task, report)
    ending = _ending(uow, task) if task.state in ENDED else None
    if _contradicts(task, event, report, target, ending):
        event.conflict = task.state
    elif task.state in ENDED and event.kind is Told.STARTED and _is_earlier(task, event, ending):
        if task.state is not TaskState.PROBLEM:
            task.started_at = min(task.started_at or event.happened_at, event.happened_at)
    elif target is not task.state or task.state not in ENDED:
        event.has_moved = True
        _move(task, event, target, report.counts)
    elif _knew(task, event, report, ending):
        event.has_moved = True
        _amend(task, event, target, report.counts)


def _target(task: Task, report: Report) -> TaskState:
    """Return where the report brings the task: what is done with pieces missing is done in part."""
    target = LEADS_TO[report.kind]
    if target is TaskState.DONE and report.counts is not None:
        found = report.counts
        if any(found.get(line.item_id, line.quantity) < line.quantity for line in task.lines):
            return TaskState.PARTIAL
    return target


def _ending(uow: UnitOfWork, task: Task) -> TaskEvent | None:
    """Return what brought the task where it stands; none when its booking did."""
    last = uow.session.scalars(
        select(TaskEvent)
        .where(
            TaskEvent.task_id == task.id,
            TaskEvent.kind != Told.STARTED,
            TaskEvent.has_moved,
        )
        .order_by(TaskEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None or (task.ended_at is not None and last.happened_at < task.ended_at):
        return None
    return last


def _contradicts(
    task: Task, event: TaskEvent, report: Report, target: TaskState, ending: TaskEvent | None
) -> bool:
    if task.state is TaskState.CANCELLED:
        return True
    if task.state not in ENDED:
        return False
    if event.kind is Told.STARTED:
        if _is_earlier(task, event, ending):
            return False
        # What is done stays done; the rest of a part, or of a problem, may be begun again.
        if task.state is TaskState.DONE:
            return True
    knew = _knew(task, event, report, ending)
    return not (knew or _says_the_same(task, report, target))


def _knew(task: Task, event: TaskEvent, report: Report, ending: TaskEvent | None) -> bool:
    """Return whether who tells this knew where the task stood."""
    if ending is None:
        at = task.ended_at or event.arrived_at
    elif _same_person(ending, event):
        return True
    else:
        at = ending.arrived_at
    return report.seen_at is None or at <= report.seen_at


def _is_earlier(task: Task, event: TaskEvent, ending: TaskEvent | None) -> bool:
    """Return whether a beginning lies before the end that is known: it came late, that is all."""
    ended = ending.happened_at if ending is not None else task.ended_at
    return ended is not None and event.happened_at < ended


def _same_person(one: TaskEvent, other: TaskEvent) -> bool:
    return (one.user_id, one.told_by) == (other.user_id, other.told_by)


def _says_the_same(task: Task, report: Report, target: TaskState) -> bool:
    if target is not task.state:
        return False
    counted = report.counts
    return counted is None or all(
        counted.get(line.item_id, line.done) == line.done for line in task.lines
    )


def _move(
    task: Task, event: TaskEvent, target: TaskState, counts: Mapping[int, int] | None
) -> None:
    at = event.happened_at
    if target is not TaskState.STARTED:
        _count(task, target, counts)
    if target is TaskState.STARTED and task.state is TaskState.STARTED:
        task.started_at = min(task.started_at or at, at)
        return
    task.state, task.done_by = target, event.told_by
    task.problem = event.text if target in (TaskState.PARTIAL, TaskState.PROBLEM) else ""
    if target is not TaskState.PROBLEM:
        task.started_at = task.started_at or at
    if target in (TaskState.DONE, TaskState.PARTIAL):
        task.started_at = min(task.started_at or at, at)
        task.ended_at = at
    else:
        task.ended_at = None


def _amend(
    task: Task, event: TaskEvent, target: TaskState, counts: Mapping[int, int] | None
) -> None:
    """Take over other words and counts of what stands as it stood."""
    _count(task, target, counts)
    if target is not TaskState.DONE:
        task.problem = event.text or task.problem


def _count(task: Task, target: TaskState, counts: Mapping[int, int] | None) -> None:
    for line in task.lines:
        if counts is not None and line.item_id in counts:
            line.done = counts[line.item_id]
        elif target is TaskState.DONE:
            line.done = line.quantity


def _written(counts: Mapping[int, int] | None) -> str:
    if counts is None:
        return ""
    return json.dumps({str(item): counts[item] for item in sorted(counts)})
