"""Make the contacts of an organisation anonymous, and see whose time is nearly over."""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from lending.accounts.permissions import Action
from lending.errors import InvalidInput, NotAllowedNow
from lending.organisations.queries import get_organisation
from lending.retention.forgetting import due_contacts, forget_contact
from lending.retention.queries import last_erasures
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of
from lending.web.organisations import blueprint

SOON = timedelta(days=30)


class ErasureForm(FlaskForm):  # type: ignore[misc]
    """Why contacts are made anonymous."""

    reason = TextAreaField(
        _l("Who asked for it, and when?"), validators=[InputRequired(), Length(max=1000)]
    )


@blueprint.route("/associations/<int:organisation_id>/oublier", methods=["GET", "POST"])
@allowed(Action.VERIFY_ORGANISATION)
def forget(organisation_id: int) -> ResponseReturnValue:
    """Ask who asked for it, then make the contacts anonymous."""
    with database().read() as uow:
        organisation = get_organisation(uow, principal(), organisation_id)
    form = ErasureForm()
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: forget_contact(uow, principal(), organisation_id, text_of(form.reason))
            )
        except InvalidInput as error:
            tell_errors(form, error)
        except NotAllowedNow:
            words = gettext(
                "A loan or a request of it is not over: somebody has to be reached until then."
            )
            tell_errors(form, InvalidInput(reason=words))
        else:
            flash(gettext("The contacts are anonymous. What was decided stays as it was."), "good")
            return redirect(url_for("organisations.show", organisation_id=organisation_id), 303)
    page = render_template("organisations/forget.html", form=form, organisation=organisation)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/associations/effacements")
@allowed(Action.VERIFY_ORGANISATION)
def erasures() -> ResponseReturnValue:
    """Show whose contacts are forgotten within thirty days, and whose were."""
    with database().read() as uow:
        due = due_contacts(uow, uow.now + SOON)
        done = last_erasures(uow)
    return render_template("organisations/erasures.html", due=due, done=done)
