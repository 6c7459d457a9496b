"""Begin a task, end it, or tell that it could not be done."""

from collections.abc import Collection

from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_
from lending.logistics.kinds import FINISHABLE, STARTABLE, STOPPABLE, TaskState
from lending.logistics.models import Task

LONGEST_PROBLEM = 2000


def start_task(uow: UnitOfWork, actor: Principal, task_id: int) -> None:
    """Tell that a task is under way, for the first time or again after a problem.

    Raises:
        NotAllowedNow: it is under way, done or no longer needed.
        NotFound, Forbidden: the actor cannot.
    """
    task = _load(uow, actor, task_id, STARTABLE)
    task.state = TaskState.STARTED
    task.started_at = task.started_at or uow.now
    task.done_by, task.problem = actor.name, ""


def finish_task(uow: UnitOfWork, actor: Principal, task_id: int) -> None:
    """Tell that a task is done, also when nobody told that it began.

    Raises:
        NotAllowedNow: it is done, or no longer needed.
        NotFound, Forbidden: the actor cannot.
    """
    task = _load(uow, actor, task_id, FINISHABLE)
    task.state = TaskState.DONE
    task.started_at = task.started_at or uow.now
    task.ended_at = uow.now
    task.done_by = actor.name


def report_problem(uow: UnitOfWork, actor: Principal, task_id: int, what: str) -> None:
    """Tell that a task could not be done, or not wholly, and what stood in the way.

    Raises:
        InvalidInput: nothing is said, or too much.
        NotAllowedNow: it is done, or no longer needed.
        NotFound, Forbidden: the actor cannot.
    """
    task = _load(uow, actor, task_id, STOPPABLE)
    what = what.strip()
    if not what:
        raise InvalidInput(reason=N_("Say what happened: who plans the next visit will read it."))
    if len(what) > LONGEST_PROBLEM:
        limit = (("limit", LONGEST_PROBLEM),)
        raise InvalidInput(
            [FieldError("reason", N_("Shorten this to %(limit)d characters."), limit)]
        )
    task.state = TaskState.PROBLEM
    task.done_by, task.problem = actor.name, what


def _load(uow: UnitOfWork, actor: Principal, task_id: int, states: Collection[TaskState]) -> Task:
    task = uow.session.get(Task, task_id)
    if task is None:
        raise NotFound
    actor.check(Action.SEE_TASKS, authority_id=task.authority_id, hidden=True)
    actor.check(Action.DO_TASKS, authority_id=task.authority_id)
    # Tasks follow their booking under its lock: what is begun here must not be rewritten there.
    uow.session.get_one(Booking, task.booking_id, with_for_update=True)
    uow.session.refresh(task)
    if task.state not in states:
        raise NotAllowedNow
    return task
