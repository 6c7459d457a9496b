"""Write associations: those that phone, and one's own."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.authorities.queries import list_communes
from lending.errors import InvalidInput
from lending.organisations.models import Verification
from lending.organisations.queries import get_organisation
from lending.organisations.service import create_organisation, edit_organisation
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.organisations import blueprint
from lending.web.organisations.forms import OrganisationForm, details_shown, out_of_reach


@blueprint.route("/associations/nouvelle", methods=["GET", "POST"])
@allowed(Action.VERIFY_ORGANISATION)
def create() -> ResponseReturnValue:
    """Write an association that phones or comes by; it is verified at once."""
    with database().read() as uow:
        communes = list_communes(uow)
    form = OrganisationForm(communes)
    if form.validate_on_submit():
        try:
            number = database().write(
                lambda uow: create_organisation(uow, principal(), form.details())
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The association is registered and verified."), "good")
            return redirect(url_for("organisations.show", organisation_id=number), 303)
    page = render_template("organisations/form.html", form=form, organisation=None)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/associations/<int:organisation_id>/modifier", methods=["GET", "POST"])
@allowed(Action.EDIT_ORGANISATION)
def edit(organisation_id: int) -> ResponseReturnValue:
    """Change what an association says of itself."""
    with database().read() as uow:
        organisation = get_organisation(uow, principal(), organisation_id)
        communes = list_communes(uow)
    principal().check(Action.EDIT_ORGANISATION, organisation_id=organisation_id)
    before = details_shown(organisation)
    is_staff = principal().can(Action.VERIFY_ORGANISATION)
    form = OrganisationForm(communes, out_of_reach(organisation, is_staff), obj=before)
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: edit_organisation(
                    uow, principal(), organisation_id, form.details(before)
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            again = organisation.verification is Verification.REJECTED and not is_staff
            flash(
                gettext("Your corrections are sent: the front desk looks at them again.")
                if again
                else gettext("The changes are saved."),
                "good",
            )
            return redirect(url_for("organisations.show", organisation_id=organisation_id), 303)
    page = render_template("organisations/form.html", form=form, organisation=organisation)
    return page, 422 if form.is_submitted() else 200
