"""Begin a task, end it, or tell that it could not be done, by somebody who sees where it stands."""

from collections.abc import Collection, Mapping
from datetime import datetime

from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.errors import NotAllowedNow
from lending.logistics.arriving import new_key
from lending.logistics.kinds import FINISHABLE, STARTABLE, STOPPABLE, TaskState, Told
from lending.logistics.telling import Report, load_task, tell


def start_task(uow: UnitOfWork, actor: Principal, task_id: int, at: datetime | None = None) -> None:
    """Tell that a task is under way, for the first time or again after a problem.

    `at` is when it happened, if not just now; so below.

    Raises:
        InvalidInput: it cannot have happened then.
        NotAllowedNow: it is under way, done or no longer needed.
        NotFound, Forbidden: the actor cannot.
    """
    _tell_now(uow, actor, task_id, STARTABLE, Report(Told.STARTED, new_key(), at))


def finish_task(
    uow: UnitOfWork,
    actor: Principal,
    task_id: int,
    at: datetime | None = None,
    counts: Mapping[int, int] | None = None,
) -> None:
    """Tell that a task is done, also when nobody told that it began.

    With fewer pieces of an item than there should be, it is done in part.

    Raises:
        InvalidInput: it cannot have happened then.
        NotAllowedNow: it is done, or no longer needed.
        NotFound, Forbidden: the actor cannot.
    """
    _tell_now(uow, actor, task_id, FINISHABLE, Report(Told.DONE, new_key(), at, counts=counts))


def finish_in_part(
    uow: UnitOfWork,
    actor: Principal,
    task_id: int,
    what: str,
    at: datetime | None = None,
    counts: Mapping[int, int] | None = None,
) -> None:
    """Tell that a part of a task is done, and what is missing.

    Raises:
        InvalidInput: nothing is said, or too much; it cannot have happened then.
        NotAllowedNow: it is done, or no longer needed.
        NotFound, Forbidden: the actor cannot.
    """
    report = Report(Told.PARTIAL, new_key(), at, text=what, counts=counts)
    _tell_now(uow, actor, task_id, FINISHABLE, report)


def report_problem(
    uow: UnitOfWork, actor: Principal, task_id: int, what: str, at: datetime | None = None
) -> None:
    """Tell that a task could not be done, and what stood in the way.

    Raises:
        InvalidInput: nothing is said, or too much; it cannot have happened then.
        NotAllowedNow: it is done, or no longer needed.
        NotFound, Forbidden: the actor cannot.
    """
    _tell_now(uow, actor, task_id, STOPPABLE, Report(Told.IMPOSSIBLE, new_key(), at, text=what))


def _tell_now(
    uow: UnitOfWork,
    actor: Principal,
    task_id: int,
    states: Collection[TaskState],
    report: Report,
) -> None:
    if load_task(uow, actor, task_id).state not in states:
        raise NotAllowedNow
    tell(uow, actor, task_id, report)
