"""Let a colleague give one's opinions during an absence."""

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired

from lending.accounts.permissions import Action
from lending.db.database import UnitOfWork
from lending.equity.routing.members import (
    colleagues,
    delegate,
    list_delegations,
    take_back_delegation,
)
from lending.errors import InvalidInput, NotFound
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.numbers import whole_number
from lending.web.routing import blueprint


class DelegationForm(FlaskForm):  # type: ignore[misc]
    """Who speaks for the reader, and on which days."""

    to_id = SelectField(_l("Who speaks for you?"), coerce=int)
    first_day = DateField(_l("First day away"), [InputRequired(_l("Give a day."))])
    last_day = DateField(_l("Last day away"), [InputRequired(_l("Give a day."))])

    def offer(self, uow: UnitOfWork) -> None:
        """Fill the list of colleagues."""
        people: list[Any] = [(each.id, each.name) for each in colleagues(uow, principal())]
        self.to_id.choices = [(0, gettext("Choose…")), *people]


@blueprint.route("/compte/delegations", methods=["GET", "POST"])
@allowed(Action.GIVE_OPINION)
def delegations() -> ResponseReturnValue:
    """Show who speaks for whom, and let somebody speak for oneself."""
    form = DelegationForm()
    with database().read() as uow:
        form.offer(uow)
        known = list_delegations(uow, principal())
    if form.validate_on_submit():
        first, last = form.first_day.data or date.min, form.last_day.data or date.min
        try:
            database().write(
                lambda uow: delegate(uow, principal(), form.to_id.data, first, last).id
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("Your colleague can give your opinions on these days."), "good")
            return redirect(url_for("routing.delegations"), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("routing/delegations.html", form=form, delegations=known), status


@blueprint.post("/compte/delegations/reprendre")
@allowed(Action.GIVE_OPINION)
def take_back() -> ResponseReturnValue:
    """End a delegation that the reader gave; one that is gone already is no error."""
    number = request.form.get("delegation_id", 0, type=whole_number)
    try:
        database().write(lambda uow: take_back_delegation(uow, principal(), number))
    except NotFound:
        flash(gettext("This delegation has ended already."), "warning")
    else:
        flash(gettext("The delegation has ended."), "good")
    return redirect(url_for("routing.delegations"), 303)
