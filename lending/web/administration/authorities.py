"""Settings of authorities, and their depots' opening hours."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.authorities.queries import DepotView, get_authority, list_authorities
from lending.authorities.service import edit_authority, edit_depot
from lending.errors import InvalidInput, NotFound
from lending.web.administration import blueprint
from lending.web.administration.forms import (
    HOURS_NAMES,
    AuthorityForm,
    DepotForm,
    values_of,
    write_hours,
)
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors


@blueprint.get("/collectivites")
@allowed(Action.MANAGE_AUTHORITY)
def authorities() -> ResponseReturnValue:
    """List authorities with their departments and depots."""
    with database().read() as uow:
        found = list_authorities(uow)
    return render_template("administration/authorities.html", authorities=found)


@blueprint.route("/collectivites/<int:authority_id>", methods=["GET", "POST"])
@allowed(Action.MANAGE_AUTHORITY)
def authority(authority_id: int) -> ResponseReturnValue:
    """Set contacts and time limits of an authority."""
    with database().read() as uow:
        found = get_authority(uow, authority_id)
    form = AuthorityForm(data=values_of(found))
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: edit_authority(uow, principal(), authority_id, form.details())
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The changes hold for requests sent from now on."), "good")
            return redirect(url_for("administration.authorities"), 303)
    page = render_template("administration/authority.html", form=form, authority=found)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/depots/<int:depot_id>", methods=["GET", "POST"])
@allowed(Action.MANAGE_AUTHORITY)
def depot(depot_id: int) -> ResponseReturnValue:
    """Set where a depot is and when it is open."""
    found, owner = _depot(depot_id)
    shown = {"name": found.name, "address": found.address, "phone": found.phone}
    form = DepotForm(data={**shown, "note": found.note, **write_hours(found.hours)})
    if form.validate_on_submit():
        try:
            hours = form.hours()
            database().write(
                lambda uow: edit_depot(uow, principal(), depot_id, form.details(), hours)
            )
        except InvalidInput as error:
            tell_errors(form, error, HOURS_NAMES)
        else:
            flash(gettext("The depot is saved."), "good")
            return redirect(url_for("administration.authorities"), 303)
    page = render_template("administration/depot.html", form=form, depot=found, owner=owner)
    return page, 422 if form.is_submitted() else 200


def _depot(depot_id: int) -> tuple[DepotView, str]:
    with database().read() as uow:
        for authority in list_authorities(uow):
            for depot in authority.depots:
                if depot.id == depot_id:
                    return depot, authority.name
    raise NotFound
