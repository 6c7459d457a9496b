"""Field work: what there is, begun, done, or in trouble."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import page_fields
from lending.api.schemas.tasks import (
    DoneIn,
    PartialIn,
    ProblemIn,
    StartIn,
    TaskDetailOut,
    TaskOut,
    TaskPage,
    TasksQuery,
    task_detail_out,
    task_out,
)
from lending.db.database import UnitOfWork
from lending.logistics.fieldwork import finish_in_part, finish_task, report_problem, start_task
from lending.logistics.queries import TaskFilter, get_task, list_tasks

operations = Operations("Field work")
ONE = "/tasks/{task_id}"


@operations.add("GET", "/tasks", Action.SEE_TASKS, TaskPage, query=TasksQuery)
def read_tasks(uow: UnitOfWork, call: Call[TasksQuery, None]) -> TaskPage:
    """List field work, those tasks first that must end first."""
    query = call.query
    wanted = TaskFilter(query.date, query.authority_id, query.depot_id, query.crew_id)
    found = list_tasks(uow, call.actor, wanted)
    return TaskPage(
        items=[task_out(task) for task in query.cut(found)],
        **page_fields(query, len(found), call.address),
    )


@operations.add("GET", ONE, Action.SEE_TASKS, TaskDetailOut)
def read_task(uow: UnitOfWork, call: Call[None, None]) -> TaskDetailOut:
    """Read a task with its load and what was told of it."""
    return task_detail_out(get_task(uow, call.actor, call.ids["task_id"]))


@operations.add("POST", f"{ONE}/start", Action.DO_TASKS, TaskOut, body=StartIn)
def start(uow: UnitOfWork, call: Call[None, StartIn]) -> TaskOut:
    """Tell that a task is under way."""
    start_task(uow, call.actor, call.ids["task_id"], call.body.happened_at)
    return _told(uow, call)


@operations.add("POST", f"{ONE}/done", Action.DO_TASKS, TaskOut, body=DoneIn)
def done(uow: UnitOfWork, call: Call[None, DoneIn]) -> TaskOut:
    """Tell that a task is done."""
    told = call.body
    finish_task(uow, call.actor, call.ids["task_id"], told.happened_at, told.counted)
    return _told(uow, call)


@operations.add("POST", f"{ONE}/partial", Action.DO_TASKS, TaskOut, body=PartialIn)
def partial(uow: UnitOfWork, call: Call[None, PartialIn]) -> TaskOut:
    """Tell that a part of a task is done; it can be begun again."""
    told, number = call.body, call.ids["task_id"]
    finish_in_part(uow, call.actor, number, told.reason, told.happened_at, told.counted)
    return _told(uow, call)


@operations.add("POST", f"{ONE}/problem", Action.DO_TASKS, TaskOut, body=ProblemIn)
def problem(uow: UnitOfWork, call: Call[None, ProblemIn]) -> TaskOut:
    """Tell that a task could not be done; it can be begun again."""
    told = call.body
    report_problem(uow, call.actor, call.ids["task_id"], told.reason, told.happened_at)
    return _told(uow, call)


def _told(uow: UnitOfWork, call: Call[None, object]) -> TaskOut:
    uow.session.flush()
    return task_out(get_task(uow, call.actor, call.ids["task_id"]))
