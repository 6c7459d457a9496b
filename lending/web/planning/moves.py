"""Change the draft by hand: move a task by the form or by a drop, pin it, take it out."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, TimeField
from wtforms.validators import InputRequired, Optional

from calendars.zones import to_local, to_utc
from lending.accounts.permissions import Action
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotAllowedNow
from lending.i18n import N_
from lending.logistics.means.queries import means_of
from lending.logistics.queries import TaskDetail, TaskRow, get_task, tasks_by_number
from lending.logistics.rounds.board import board_of
from lending.logistics.rounds.cards import Room
from lending.logistics.rounds.drafting import PinKind, Target, pin_task
from lending.logistics.rounds.errors import DoesNotFit
from lending.logistics.rounds.stands import Stand, move_and_tell, stand_of, unplan_and_tell
from lending.web.context import allowed, database, principal
from lending.web.dates import asked_day, is_of_our_time
from lending.web.form_errors import tell_error, tell_errors
from lending.web.means.forms import day_of, labels
from lending.web.planning import blueprint
from lending.web.planning.board import shown_span, shown_url
from lending.web.planning.telling import tell
from lending.web.planning.words import refusal_words


class MoveForm(FlaskForm):  # type: ignore[misc]
    """Where a task is wanted."""

    crew_id = SelectField(_l("Crew"))
    day = DateField(_l("Day"), [InputRequired(_l("Give a day."))])
    starts = TimeField(
        _l("Not before"),
        [Optional()],
        description=_l("Leave it empty to have it put where it costs the least driving."),
    )
    pin = SelectField(_l("From then on"))

    def target(self, zone: ZoneInfo) -> Target:
        """Return what is typed.

        Raises:
            InvalidInput: the day is none of our time.
        """
        day, starts = day_of(self.day), self.starts.data
        if not is_of_our_time(day):
            raise InvalidInput(day=N_("Give a day of our time."))
        at = to_utc(datetime.combine(day, starts), zone) if starts else None
        return Target(int(self.crew_id.data), day, at, PinKind(self.pin.data))


@blueprint.route("/planification/taches/<int:task_id>/deplacer", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def move(task_id: int) -> ResponseReturnValue:
    """Put a task on a crew's day; a drop on the board sends the same form."""
    task, stand = _load(task_id)
    form = _form(task, stand)
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return _moved(task, form)
            except (DoesNotFit, NotAllowedNow) as error:
                status = 409
                _refuse(form, error)
            except InvalidInput as error:
                tell_errors(form, error, {"starts_at": "starts"})
    page = render_template(
        "planning/move.html",
        task=task,
        stand=stand,
        form=form,
        back_url=_back_url(task, stand),
        vue=shown_span().value,
        shown=_shown_day(task, stand),
    )
    return page, status


def _moved(task: TaskDetail, form: MoveForm) -> ResponseReturnValue:
    target = form.target(task.zone)
    change = database().write(lambda uow: move_and_tell(uow, principal(), task.id, target))
    tell(task, change, {})
    return redirect(_back_url(task, change.after), 303)


def _refuse(form: MoveForm, error: DoesNotFit | NotAllowedNow) -> None:
    if not isinstance(error, DoesNotFit):
        tell_error(form, error)
        return
    numbers = set(error.pushed)
    if error.obstacle is not None:
        numbers.update(map(int, error.obstacle.tasks))
    form.form_errors.append(refusal_words(error, _tasks(numbers)))


def _tasks(numbers: set[int]) -> dict[int, TaskRow]:
    with database().read() as uow:
        return tasks_by_number(uow, numbers)


def _load(task_id: int) -> tuple[TaskDetail, Stand | None]:
    with database().read() as uow:
        task = get_task(uow, principal(), task_id)
        principal().check(Action.MANAGE_MEANS, authority_id=task.authority_id, hidden=True)
        stand = stand_of(uow, task_id)
    g.zone = task.zone
    return task, stand


def _form(task: TaskDetail, stand: Stand | None) -> MoveForm:
    """Return the form as it begins: where the task is, or where there is room for it."""
    with database().read() as uow:
        crews = means_of(uow, principal(), task.authority_id).crews
        begins = _typed(stand, task.zone) if stand else {}
        if not begins and not request.form:
            begins = _suggested(uow, task)
    form = MoveForm(data={"day": _shown_day(task, stand), "pin": PinKind.CREW.value, **begins})
    form.crew_id.choices = [(str(crew.id), crew.name) for crew in crews]
    form.pin.choices = labels(PinKind)
    return form


def _typed(place: Stand | Room, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "crew_id": str(place.crew_id),
        "day": place.day,
        "starts": to_local(place.starts_at, zone).time(),
    }


def _suggested(uow: UnitOfWork, task: TaskDetail) -> dict[str, Any]:
    board = board_of(uow, principal(), task.authority_id, _shown_day(task, None))
    room = next((each.room for each in board.basket if each.task.id == task.id), None)
    return _typed(room, task.zone) if room else {}


def _shown_day(task: TaskDetail, stand: Stand | None) -> date:
    """Return the day that the reader came from, else the task's own."""
    if stand is not None and "shown" not in request.values:
        return stand.day
    return asked_day("shown") or to_local(task.window.start, task.zone).date()


def _back_url(task: TaskDetail, stand: Stand | None) -> str:
    return shown_url(task.authority_id, _shown_day(task, stand), shown_span())


@blueprint.post("/planification/taches/<int:task_id>/epingler")
@allowed(Action.MANAGE_MEANS)
def pin(task_id: int) -> ResponseReturnValue:
    """Keep a task where the draft has it, or let the planner move it again."""
    task, stand = _load(task_id)
    kind = _kind(request.form.get("pin", ""))
    try:
        database().write(lambda uow: pin_task(uow, principal(), task_id, kind))
    except NotAllowedNow:
        _too_late()
    else:
        flash(str(gettext(_PINNED[kind])), "good")
    return redirect(_back_url(task, stand), 303)


_PINNED = {
    PinKind.NONE: N_("The planner may move this task again."),
    PinKind.CREW: N_("This task stays with its crew on its day."),
    PinKind.TIME: N_("This task stays with its crew, on its day, at its time."),
}


def _kind(typed: str) -> PinKind:
    try:
        return PinKind(typed)
    except ValueError:
        return PinKind.NONE


@blueprint.post("/planification/taches/<int:task_id>/sortir")
@allowed(Action.MANAGE_MEANS)
def unplan(task_id: int) -> ResponseReturnValue:
    """Take a task out of the draft, with what waits for it."""
    task, stand = _load(task_id)
    try:
        change = database().write(lambda uow: unplan_and_tell(uow, principal(), task_id))
    except NotAllowedNow:
        _too_late()
    else:
        tell(task, change, _tasks(set(change.dropped)))
    return redirect(_back_url(task, stand), 303)


def _too_late() -> None:
    told = gettext("This task has begun or is no longer needed. Nothing was changed.")
    flash(str(told), "bad")
