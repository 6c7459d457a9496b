"""Field work: what there is, begun, done, or in trouble."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import Nothing, page_fields
from lending.api.schemas.tasks import ProblemIn, TaskOut, TaskPage, TasksQuery, task_out
from lending.db.database import UnitOfWork
from lending.logistics.fieldwork import finish_task, report_problem, start_task
from lending.logistics.queries import TaskFilter, get_task, list_tasks

operations = Operations("Field work")
ONE = "/tasks/{task_id}"


@operations.add("GET", "/tasks", Action.SEE_TASKS, TaskPage, query=TasksQuery)
def read_tasks(uow: UnitOfWork, call: Call[TasksQuery, None]) -> TaskPage:
    """List field work, those tasks first that must end first."""
    query = call.query
    found = list_tasks(uow, call.actor, TaskFilter(query.date, query.authority_id, query.depot_id))
    return TaskPage(
        items=[task_out(task) for task in query.cut(found)],
        **page_fields(query, len(found), call.address),
    )


@operations.add("POST", f"{ONE}/start", Action.DO_TASKS, TaskOut, body=Nothing)
def start(uow: UnitOfWork, call: Call[None, Nothing]) -> TaskOut:
    """Tell that a task is under way."""
    start_task(uow, call.actor, call.ids["task_id"])
    return _told(uow, call)


@operations.add("POST", f"{ONE}/done", Action.DO_TASKS, TaskOut, body=Nothing)
def done(uow: UnitOfWork, call: Call[None, Nothing]) -> TaskOut:
    """Tell that a task is done."""
    finish_task(uow, call.actor, call.ids["task_id"])
    return _told(uow, call)


@operations.add("POST", f"{ONE}/problem", Action.DO_TASKS, TaskOut, body=ProblemIn)
def problem(uow: UnitOfWork, call: Call[None, ProblemIn]) -> TaskOut:
    """Tell that a task could not be done, or not wholly; it can be begun again."""
    report_problem(uow, call.actor, call.ids["task_id"], call.body.reason)
    return _told(uow, call)


def _told(uow: UnitOfWork, call: Call[None, object]) -> TaskOut:
    uow.session.flush()
    return task_out(get_task(uow, call.actor, call.ids["task_id"]))
