"""Agents: who they are, what they may do, when they are away."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lending.accounts.permissions import Action
from lending.errors import InvalidInput, NotFound
from lending.logistics.means.absences import add_absence, remove_absence
from lending.logistics.means.kinds import AbsenceKind, Skill
from lending.logistics.means.people import (
    add_agent,
    edit_agent,
    remove_skill,
    retire_agent,
    set_skill,
)
from lending.logistics.means.queries import get_absence, get_agent
from lending.logistics.means.rows import AbsenceRow, AgentRow
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.means import authority_of, back, blueprint
from lending.web.means.forms import AbsenceForm, AgentForm, SkillForm, day_of, depots_of, labels
from lending.web.means.words import absence_words


@blueprint.route("/collectivites/<int:authority_id>/moyens/agents", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def new_agent(authority_id: int) -> ResponseReturnValue:
    """Add an agent."""
    authority = authority_of(authority_id)
    form = AgentForm()
    form.depot_id.choices = depots_of(authority)
    if form.validate_on_submit():
        try:
            number = database().write(
                lambda uow: add_agent(uow, principal(), authority_id, form.details()).id
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The agent is added. Say now what this agent may do."), "good")
            return _to(number)
    page = render_template("means/new_agent.html", form=form, authority=authority)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/moyens/agents/<int:agent_id>", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def agent(agent_id: int) -> ResponseReturnValue:
    """Show an agent, and change what is known."""
    row, absences = _agent(agent_id)
    form = _agent_form(row)
    if form.validate_on_submit():
        try:
            database().write(lambda uow: edit_agent(uow, principal(), agent_id, form.details()).id)
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The agent is saved."), "good")
            return _to(agent_id)
    return _page(row, absences, form=form)


@blueprint.post("/moyens/agents/<int:agent_id>/qualifications")
@allowed(Action.MANAGE_MEANS)
def give_skill(agent_id: int) -> ResponseReturnValue:
    """Say that an agent holds a skill, and until when."""
    row, absences = _agent(agent_id)
    form = _skill_form()
    if form.validate_on_submit():
        skill, until = Skill(form.skill.data), form.expires_on.data
        try:
            database().write(lambda uow: set_skill(uow, principal(), agent_id, skill, until))
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The qualification is saved."), "good")
            return _to(agent_id)
    return _page(row, absences, skill_form=form)


@blueprint.post("/moyens/agents/<int:agent_id>/qualifications/<skill>/retirer")
@allowed(Action.MANAGE_MEANS)
def take_skill(agent_id: int, skill: str) -> ResponseReturnValue:
    """Say that an agent does not hold a skill after all."""
    _agent(agent_id)
    try:
        held = Skill(skill)
    except ValueError as error:
        raise NotFound from error
    database().write(lambda uow: remove_skill(uow, principal(), agent_id, held))
    flash(gettext("The qualification is removed."), "good")
    return _to(agent_id)


@blueprint.post("/moyens/agents/<int:agent_id>/absences")
@allowed(Action.MANAGE_MEANS)
def note_absence(agent_id: int) -> ResponseReturnValue:
    """Note that an agent is away; the shifts of those days are taken away."""
    row, absences = _agent(agent_id)
    form = _absence_form()
    if form.validate_on_submit():
        try:
            noted = database().write(
                lambda uow: add_absence(
                    uow,
                    principal(),
                    agent_id,
                    day_of(form.first_day),
                    day_of(form.last_day),
                    form.chosen(),
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(absence_words(noted.days), "good")
            return _to(agent_id)
    return _page(row, absences, absence_form=form)


@blueprint.get("/moyens/absences/<int:absence_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def ask_remove_absence(absence_id: int) -> ResponseReturnValue:
    """Ask before an absence is taken back."""
    with database().read() as uow:
        row = get_absence(uow, principal(), absence_id)
    return render_template("means/remove_absence.html", row=row)


@blueprint.post("/moyens/absences/<int:absence_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def drop_absence(absence_id: int) -> ResponseReturnValue:
    """Take an absence back."""
    agent_id = database().write(lambda uow: remove_absence(uow, principal(), absence_id))
    flash(gettext("The absence is removed. Plan the shifts of these days again."), "good")
    return _to(agent_id)


@blueprint.get("/moyens/agents/<int:agent_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def ask_retire_agent(agent_id: int) -> ResponseReturnValue:
    """Ask before an agent is let go."""
    row, _ = _agent(agent_id)
    return render_template("means/retire_agent.html", row=row)


@blueprint.post("/moyens/agents/<int:agent_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def let_go(agent_id: int) -> ResponseReturnValue:
    """Let an agent go."""
    row, _ = _agent(agent_id)
    taken = database().write(lambda uow: retire_agent(uow, principal(), agent_id))
    told = ngettext(
        "%(name)s is removed, with %(num)d shift to come.",
        "%(name)s is removed, with %(num)d shifts to come.",
        taken,
        name=row.name,
    )
    flash(told, "good")
    return back(row.authority_id)


def _agent(agent_id: int) -> tuple[AgentRow, tuple[AbsenceRow, ...]]:
    with database().read() as uow:
        return get_agent(uow, principal(), agent_id)


def _agent_form(row: AgentRow, **more: object) -> AgentForm:
    known = vars(row.details) | {"depot_id": str(row.depot_id or "")}
    form = AgentForm(data=known, **more)
    form.depot_id.choices = depots_of(authority_of(row.authority_id))
    return form


def _skill_form(**more: object) -> SkillForm:
    form = SkillForm(**more)
    form.skill.choices = labels(Skill)
    return form


def _absence_form(**more: object) -> AbsenceForm:
    form = AbsenceForm(**more)
    form.kind.choices = labels(AbsenceKind)
    return form


def _page(
    row: AgentRow,
    absences: tuple[AbsenceRow, ...],
    *,
    form: AgentForm | None = None,
    skill_form: SkillForm | None = None,
    absence_form: AbsenceForm | None = None,
) -> ResponseReturnValue:
    sent = form or skill_form or absence_form
    page = render_template(
        "means/agent.html",
        row=row,
        absences=absences,
        form=form or _agent_form(row, formdata=None),
        skill_form=skill_form or _skill_form(formdata=None),
        absence_form=absence_form or _absence_form(formdata=None),
        sent=sent,
        authority=authority_of(row.authority_id),
    )
    return page, 422 if sent is not None and sent.is_submitted() else 200


def _to(agent_id: int) -> ResponseReturnValue:
    return redirect(url_for("means.agent", agent_id=agent_id), 303)
