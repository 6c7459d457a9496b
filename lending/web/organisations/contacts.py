"""Give an association's contacts access, and a new password to who forgot theirs."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import EmailField, StringField
from wtforms.validators import InputRequired, Length

from lending.accounts.passwords import hash_password
from lending.accounts.permissions import Action
from lending.accounts.queries import people_of_organisation
from lending.accounts.secrets import new_password
from lending.errors import InvalidInput
from lending.organisations.contacts import add_contact as write_contact
from lending.organisations.contacts import reset_contact_password
from lending.organisations.queries import get_organisation
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of
from lending.web.organisations import blueprint


class ContactForm(FlaskForm):  # type: ignore[misc]
    """A person who will sign in for an association."""

    name = StringField(_l("Name"), [InputRequired(_l("Give a name.")), Length(max=120)])
    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Give an e-mail address.")), Length(max=254)]
    )


@blueprint.route("/associations/<int:organisation_id>/acces", methods=["GET", "POST"])
@allowed(Action.VERIFY_ORGANISATION)
def add_contact(organisation_id: int) -> ResponseReturnValue:
    """Make an account for a contact, and show its first password this once."""
    with database().read() as uow:
        organisation = get_organisation(uow, principal(), organisation_id)
    form, password = ContactForm(), ""
    if form.validate_on_submit():
        password = new_password()
        hashed = hash_password(password)
        try:
            database().write(
                lambda uow: write_contact(
                    uow,
                    principal(),
                    organisation_id,
                    name=text_of(form.name),
                    email=text_of(form.email),
                    password=hashed,
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
            password = ""
    page = render_template(
        "organisations/access.html",
        organisation=organisation,
        form=form,
        password=password,
        email=text_of(form.email).strip().lower(),
    )
    status = 201 if password else 422 if form.is_submitted() else 200
    return page, status, {"Cache-Control": "no-store"}


@blueprint.post("/associations/<int:organisation_id>/acces/<int:user_id>/mot-de-passe")
@allowed(Action.VERIFY_ORGANISATION)
def reset_contact(organisation_id: int, user_id: int) -> ResponseReturnValue:
    """Give a contact another password, and show it this once."""
    password = new_password()
    hashed = hash_password(password)
    database().write(
        lambda uow: reset_contact_password(uow, principal(), organisation_id, user_id, hashed)
    )
    with database().read() as uow:
        organisation = get_organisation(uow, principal(), organisation_id)
        contacts = people_of_organisation(uow, organisation_id)
    page = render_template(
        "organisations/access.html",
        organisation=organisation,
        form=None,
        password=password,
        email=next(person.email for person in contacts if person.id == user_id),
    )
    return page, 201, {"Cache-Control": "no-store"}
