"""Verify associations, or say why not."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from lending.accounts.permissions import Action
from lending.errors import InvalidInput
from lending.organisations.models import Verification
from lending.organisations.queries import get_organisation, list_organisations
from lending.organisations.service import reject_organisation, verify_organisation
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of
from lending.web.organisations import blueprint


class RejectionForm(FlaskForm):  # type: ignore[misc]
    """Why an association is not accepted."""

    reason = TextAreaField(
        _l("What is missing or wrong?"),
        [
            InputRequired(_l("Say what is missing or wrong: the association reads it.")),
            Length(max=500),
        ],
        description=_l("The association reads this, can correct it and ask again."),
        render_kw={"rows": 4},
    )


@blueprint.post("/associations/<int:organisation_id>/verifier")
@allowed(Action.VERIFY_ORGANISATION)
def verify(organisation_id: int) -> ResponseReturnValue:
    """Accept an association and go to the next one that waits."""
    database().write(lambda uow: verify_organisation(uow, principal(), organisation_id))
    with database().read() as uow:
        name = get_organisation(uow, principal(), organisation_id).name
        waiting = list_organisations(
            uow, principal(), verification=Verification.PENDING, per_page=1
        )
    flash(gettext("%(name)s is verified and can send requests.", name=name), "good")
    if waiting.organisations:
        following = waiting.organisations[0].id
        flash(gettext("This is the next one to verify."), "info")
        return redirect(url_for("organisations.show", organisation_id=following), 303)
    return redirect(url_for("organisations.show", organisation_id=organisation_id), 303)


@blueprint.route("/associations/<int:organisation_id>/refuser", methods=["GET", "POST"])
@allowed(Action.VERIFY_ORGANISATION)
def reject(organisation_id: int) -> ResponseReturnValue:
    """Ask why, then do not accept an association."""
    with database().read() as uow:
        organisation = get_organisation(uow, principal(), organisation_id)
    form = RejectionForm()
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: reject_organisation(
                    uow, principal(), organisation_id, text_of(form.reason)
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The association reads your reason on its page."), "good")
            return redirect(url_for("organisations.show", organisation_id=organisation_id), 303)
    page = render_template("organisations/reject.html", form=form, organisation=organisation)
    return page, 422 if form.is_submitted() else 200
