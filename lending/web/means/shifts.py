"""One shift: plan it, change it, take it away."""

from datetime import date
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.errors import InvalidInput
from lending.logistics.means.queries import get_agent, get_shift, means_of
from lending.logistics.means.roster import WorkingTimeRefused
from lending.logistics.means.rows import AgentRow, ShiftRow
from lending.logistics.means.shifts import edit_shift, plan_shift, remove_shift
from lending.logistics.working_time import monday_of
from lending.web.context import allowed, database, principal
from lending.web.dates import asked_day
from lending.web.form_errors import tell_errors
from lending.web.means import authority_of, blueprint
from lending.web.means.forms import ShiftForm, day_of
from lending.web.means.words import refusal_words


@blueprint.route("/moyens/agents/<int:agent_id>/horaires", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def new_shift(agent_id: int) -> ResponseReturnValue:
    """Plan a shift of an agent."""
    with database().read() as uow:
        row, _ = get_agent(uow, principal(), agent_id)
        crews = means_of(uow, principal(), row.authority_id).crews
        zone = ZoneInfo(authority_of(row.authority_id).timezone)
        today = to_local(uow.now, zone).date()
    own = next((str(crew.id) for crew in crews if agent_id in crew.member_ids), "")
    form = ShiftForm(data={"day": asked_day() or today, "crew_id": own})
    form.offer(crews)
    refused: list[str] = []
    if form.validate_on_submit():
        try:
            database().write(lambda uow: plan_shift(uow, principal(), agent_id, form.details()).id)
        except WorkingTimeRefused as error:
            refused = refusal_words(error)
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The shift is planned."), "good")
            return _to_week(row.authority_id, day_of(form.day))
    return _page(form, row, None, refused)


@blueprint.route("/moyens/horaires/<int:shift_id>", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def shift(shift_id: int) -> ResponseReturnValue:
    """Change a shift."""
    planned = _shift(shift_id)
    with database().read() as uow:
        row, _ = get_agent(uow, principal(), planned.agent_id)
        crews = means_of(uow, principal(), planned.authority_id).crews
    form = ShiftForm(
        data={
            "day": planned.day,
            "starts": planned.times.starts,
            "ends": planned.times.ends,
            "break_minutes": planned.times.break_minutes,
            "crew_id": str(planned.crew_id or ""),
            "reason": planned.allowed_because,
        }
    )
    form.offer(crews)
    refused: list[str] = []
    if form.validate_on_submit():
        try:
            database().write(lambda uow: edit_shift(uow, principal(), shift_id, form.details()).id)
        except WorkingTimeRefused as error:
            refused = refusal_words(error)
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The shift is saved."), "good")
            return _to_week(planned.authority_id, day_of(form.day))
    return _page(form, row, planned, refused)


@blueprint.get("/moyens/horaires/<int:shift_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def ask_remove_shift(shift_id: int) -> ResponseReturnValue:
    """Ask before a shift is taken away."""
    return render_template("means/remove_shift.html", row=_shift(shift_id))


@blueprint.post("/moyens/horaires/<int:shift_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def drop_shift(shift_id: int) -> ResponseReturnValue:
    """Take a shift away."""
    authority_id, day = database().write(lambda uow: remove_shift(uow, principal(), shift_id))
    flash(gettext("The shift is removed."), "good")
    return _to_week(authority_id, day)


def _shift(shift_id: int) -> ShiftRow:
    with database().read() as uow:
        return get_shift(uow, principal(), shift_id)


def _page(
    form: ShiftForm, row: AgentRow, planned: ShiftRow | None, refused: list[str]
) -> ResponseReturnValue:
    page = render_template(
        "means/shift.html",
        form=form,
        row=row,
        shift=planned,
        refused=refused,
        authority=authority_of(row.authority_id),
    )
    return page, 422 if form.is_submitted() else 200


def _to_week(authority_id: int, day: date) -> ResponseReturnValue:
    return redirect(url_for("means.week", authority_id=authority_id, day=monday_of(day)), 303)
