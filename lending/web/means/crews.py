"""Crews: who usually works together, and with which vehicle."""

from flask import flash, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lending.accounts.permissions import Action
from lending.errors import InvalidInput
from lending.logistics.means.crews import add_crew, edit_crew, retire_crew
from lending.logistics.means.kinds import Colour
from lending.logistics.means.queries import get_crew, means_of
from lending.logistics.means.rows import CrewRow
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.means import authority_of, back, blueprint
from lending.web.means.forms import CrewForm, labels


@blueprint.route("/collectivites/<int:authority_id>/moyens/equipes", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def new_crew(authority_id: int) -> ResponseReturnValue:
    """Form a crew."""
    authority = authority_of(authority_id)
    form = _form(authority_id)
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: add_crew(uow, principal(), authority_id, form.details()).id
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The crew is formed. Plan its week now."), "good")
            return back(authority_id)
    page = render_template("means/new_crew.html", form=form, authority=authority)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/moyens/equipes/<int:crew_id>", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def crew(crew_id: int) -> ResponseReturnValue:
    """Show a crew, and change it."""
    row = _crew(crew_id)
    known = {
        "name": row.name,
        "colour": row.colour.value,
        "member_ids": [str(number) for number in row.member_ids],
        "vehicle_id": str(row.vehicle_id or ""),
    }
    form = _form(row.authority_id, data=known)
    if form.validate_on_submit():
        try:
            database().write(lambda uow: edit_crew(uow, principal(), crew_id, form.details()).id)
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The crew is saved. Shifts that are planned stay as they are."), "good")
            return back(row.authority_id)
    page = render_template(
        "means/crew.html", form=form, row=row, authority=authority_of(row.authority_id)
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/moyens/equipes/<int:crew_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def ask_retire_crew(crew_id: int) -> ResponseReturnValue:
    """Ask before a crew is dissolved."""
    return render_template("means/retire_crew.html", row=_crew(crew_id))


@blueprint.post("/moyens/equipes/<int:crew_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def dissolve(crew_id: int) -> ResponseReturnValue:
    """Dissolve a crew."""
    row = _crew(crew_id)
    left = database().write(lambda uow: retire_crew(uow, principal(), crew_id))
    told = ngettext(
        "%(name)s is dissolved; %(num)d shift to come has no crew now.",
        "%(name)s is dissolved; %(num)d shifts to come have no crew now.",
        left,
        name=row.name,
    )
    flash(told, "good")
    return back(row.authority_id)


def _crew(crew_id: int) -> CrewRow:
    with database().read() as uow:
        return get_crew(uow, principal(), crew_id)


def _form(authority_id: int, **more: object) -> CrewForm:
    with database().read() as uow:
        means = means_of(uow, principal(), authority_id)
    form = CrewForm(**more)
    form.colour.choices = labels(Colour)
    form.member_ids.choices = [(str(agent.id), agent.name) for agent in means.agents]
    form.vehicle_id.choices = [
        ("", gettext("none")),
        *((str(vehicle.id), vehicle.name) for vehicle in means.vehicles),
    ]
    return form
