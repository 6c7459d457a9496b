"""Register an association."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.accounts.sessions import open_session
from lending.authorities.queries import list_authorities, list_communes
from lending.errors import InvalidInput
from lending.organisations.queries import get_organisation
from lending.organisations.service import register_organisation, registration_errors
from lending.web.accounts import blueprint
from lending.web.accounts.cookie import give_session, visitor
from lending.web.accounts.forms import RegistrationForm
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.security import limits
from lending.web.templating import language


@blueprint.route("/inscription", methods=["GET", "POST"])
@allowed(Action.REGISTER_ORGANISATION)
def register() -> ResponseReturnValue:
    """Ask for an association and its contact; sign the contact in."""
    with database().read() as uow:
        communes = list_communes(uow)
    form = RegistrationForm(communes)
    if form.validate_on_submit():
        try:
            made = register_organisation(database(), form.details(), form.contact(language()))
        except InvalidInput as error:
            tell_errors(form, error, form.SERVICE_NAMES)
        else:
            secret = database().write(
                lambda uow: open_session(uow, made.user_id, visitor(), limits())
            )
            return give_session(redirect(url_for("accounts.registered"), 303), secret)
    elif form.is_submitted():
        _tell_the_rest(form)
    page = render_template("accounts/register.html", form=form)
    return page, 422 if form.is_submitted() else 200, {"Cache-Control": "no-store"}


def _tell_the_rest(form: RegistrationForm) -> None:
    """Say everything at once: beside what is missing, also what cannot be used."""
    with database().read() as uow:
        found = registration_errors(uow, form.details(), form.contact(language()))
    names = form.SERVICE_NAMES
    unsaid = [error for error in found if not form[names.get(error.field, error.field)].errors]
    tell_errors(form, InvalidInput(unsaid), names)


@blueprint.get("/inscription/suite")
@allowed(Action.SEE_ORGANISATION)
def registered() -> ResponseReturnValue:
    """Tell who has just registered what happens next."""
    with database().read() as uow:
        own = [get_organisation(uow, principal(), n) for n in principal().organisation_ids]
        authorities = list_authorities(uow)
    return render_template(
        "accounts/registered.html",
        organisation=own[-1] if own else None,
        authorities=authorities,
    )
