"""Field work: what a day asks for, and one task with all that its crew needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from calendars.zones import local_day, to_local
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, list_authorities
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow
from lending.i18n import N_
from lending.logistics.arriving import new_key
from lending.logistics.fieldwork import finish_task, report_problem, start_task
from lending.logistics.kinds import FINISHABLE, STARTABLE, STOPPABLE, TaskKind, TaskState, Told
from lending.logistics.queries import (
    TaskFilter,
    TaskRow,
    Urgency,
    get_task,
    list_tasks,
    work_in,
)
from lending.web.context import allowed, database, principal
from lending.web.formats import DEFAULT_ZONE
from lending.web.numbers import whole_number

blueprint = Blueprint("logistics", __name__)

GROUPS = (
    (Urgency.CONTESTED, N_("To be cleared up")),
    (Urgency.LATE, N_("Late")),
    (Urgency.DUE, N_("To be done by the end of this day")),
    (Urgency.POSSIBLE, N_("Can be begun this day")),
    (Urgency.DONE, N_("Done this day")),
)
ICONS = {
    TaskKind.PREPARE: "box-seam",
    TaskKind.DELIVER: "truck",
    TaskKind.CONNECT: "plug",
    TaskKind.HAND_OUT: "box-arrow-up",
    TaskKind.DISCONNECT: "plug",
    TaskKind.COLLECT: "truck",
    TaskKind.TAKE_BACK: "box-arrow-in-down",
    TaskKind.CHECK_IN: "check2-all",
}
STATES = {
    TaskState.TO_DO: ("plain", "circle"),
    TaskState.STARTED: ("info", "hourglass-split"),
    TaskState.DONE: ("good", "check-circle-fill"),
    TaskState.PARTIAL: ("part", "circle-half"),
    TaskState.PROBLEM: ("bad", "exclamation-triangle-fill"),
    TaskState.CANCELLED: ("done", "x-circle"),
}
TOLD_ICONS = {
    Told.STARTED: "play-fill",
    Told.DONE: "check-lg",
    Told.PARTIAL: "circle-half",
    Told.IMPOSSIBLE: "exclamation-triangle-fill",
    Told.NOTE: "chat-left-text",
    Told.PHOTO: "camera",
    Told.SIGNED: "pen",
}
ONE_DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(1971, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class DayPage:
    """What the page of a day shows, and what it was asked."""

    day: date
    is_today: bool
    groups: tuple[tuple[Urgency, str, tuple[TaskRow, ...]], ...]
    """Urgency, title as a gettext id, tasks."""
    tasks_ahead: int
    minutes_ahead: int
    """The work of one person."""
    authorities: tuple[AuthorityView, ...]
    authority_id: int | None
    depot_id: int | None
    previous_url: str
    next_url: str
    today_url: str

    @property
    def active_filters(self) -> int:
        """How many filters narrow the list."""
        return bool(self.authority_id) + bool(self.depot_id)


@blueprint.app_context_processor
def _looks() -> dict[str, object]:
    return {"task_icons": ICONS, "task_states": STATES, "told_icons": TOLD_ICONS}


@blueprint.get("/interventions")
@allowed(Action.SEE_TASKS)
def index() -> ResponseReturnValue:
    """List the field work of a day."""
    with database().read() as uow:
        page = _page(uow)
    return render_template("logistics/index.html", page=page)


def _page(uow: UnitOfWork) -> DayPage:
    authorities = list_authorities(uow, principal().authority_scope(Action.SEE_TASKS))
    authority_id = request.args.get("authority", type=whole_number)
    depot_id = request.args.get("depot", type=whole_number)
    place = next((each for each in authorities if authority_id in (None, each.id)), None)
    g.zone = zone = ZoneInfo(place.timezone) if place else DEFAULT_ZONE
    today = to_local(uow.now, zone).date()
    day = _asked_day() or today
    tasks = list_tasks(uow, principal(), TaskFilter(day, authority_id, depot_id))
    return DayPage(
        day=day,
        is_today=day == today,
        groups=_grouped(tasks, day, zone),
        tasks_ahead=sum(task.is_open for task in tasks),
        minutes_ahead=work_in(tasks),
        authorities=tuple(authorities),
        authority_id=authority_id,
        depot_id=depot_id,
        previous_url=_url(day - ONE_DAY, authority_id, depot_id),
        next_url=_url(day + ONE_DAY, authority_id, depot_id),
        today_url=_url(today, authority_id, depot_id),
    )


def _grouped(
    tasks: Sequence[TaskRow], day: date, zone: ZoneInfo
) -> tuple[tuple[Urgency, str, tuple[TaskRow, ...]], ...]:
    that = local_day(day, zone)
    groups = (
        (key, title, tuple(task for task in tasks if task.urgency(that) is key))
        for key, title in GROUPS
    )
    return tuple(group for group in groups if group[2])


def _asked_day() -> date | None:
    try:
        asked = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return asked if FIRST_DAY < asked < LAST_DAY else None


def _url(day: date, authority_id: int | None, depot_id: int | None) -> str:
    return url_for("logistics.index", day=day, authority=authority_id, depot=depot_id)


@blueprint.get("/interventions/<int:task_id>")
@allowed(Action.SEE_TASKS)
def show(task_id: int) -> ResponseReturnValue:
    """Show a task: when, where, what to load, whom to call."""
    return task_page(task_id)


@blueprint.post("/interventions/<int:task_id>/commencer")
@allowed(Action.DO_TASKS)
def start(task_id: int) -> ResponseReturnValue:
    """Tell that it is under way."""
    told = gettext("The work is under way.")
    return _carry_out(task_id, lambda uow: start_task(uow, principal(), task_id), told)


@blueprint.post("/interventions/<int:task_id>/terminer")
@allowed(Action.DO_TASKS)
def finish(task_id: int) -> ResponseReturnValue:
    """Tell that it is done."""
    told = gettext("The work is done.")
    return _carry_out(task_id, lambda uow: finish_task(uow, principal(), task_id), told)


@blueprint.post("/interventions/<int:task_id>/probleme")
@allowed(Action.DO_TASKS)
def report(task_id: int) -> ResponseReturnValue:
    """Tell what stood in the way."""
    what = request.form.get("reason", "")
    told = gettext("The problem is noted.")
    return _carry_out(task_id, lambda uow: report_problem(uow, principal(), task_id, what), told)


def _carry_out(
    task_id: int, service: Callable[[UnitOfWork], None], told: str
) -> ResponseReturnValue:
    try:
        database().write(service)
    except InvalidInput as error:
        messages = tuple(gettext(e.message) % dict(e.data) for e in error.errors)
        return task_page(task_id, messages, status=422)
    except NotAllowedNow:
        return task_page(task_id, overtaken=True, status=409)
    flash(told, "good")
    return redirect(url_for("logistics.show", task_id=task_id), 303)


def task_page(
    task_id: int, messages: Sequence[str] = (), *, overtaken: bool = False, status: int = 200
) -> ResponseReturnValue:
    """Show a task, with what was wrong with the form that was sent."""
    with database().read() as uow:
        task = get_task(uow, principal(), task_id)
    g.zone = task.zone
    page = render_template(
        "logistics/task.html",
        task=task,
        messages=messages,
        typed=request.form.get("reason", ""),
        overtaken=overtaken,
        may_start=task.can_do and task.state in STARTABLE,
        may_finish=task.can_do and task.state in FINISHABLE,
        may_report=task.can_do and task.state in STOPPABLE,
        may_tell=task.can_do,
        new_key=new_key,
    )
    return page, status
