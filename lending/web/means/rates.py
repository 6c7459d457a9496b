"""How long field work takes: the rates of an authority."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_wtf import FlaskForm
from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView
from lending.errors import InvalidInput
from lending.logistics.rates import (
    ALL,
    HANDLING,
    PACES,
    TRIPS,
    WINDOWS,
    Bounds,
    RatesView,
    see_rates,
)
from lending.logistics.rating import set_rates
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.means import authority_of, blueprint


class RatesForm(FlaskForm):  # type: ignore[misc]
    """One number for each rate; empty for the default."""

    def offer(self) -> None:
        """Say what each is about, in the reader's words."""
        for name, bounds in ALL.items():
            field = self[name]
            label, unit = gettext(bounds.label), gettext(bounds.unit)
            field.label.text = f"{label} ({unit})"
            field.description = hint(bounds)
            field.flags.silent_optional = True


for _name, _bounds in ALL.items():
    setattr(
        RatesForm,
        _name,
        IntegerField("", [Optional(), NumberRange(_bounds.least, _bounds.most)]),
    )


def hint(bounds: Bounds) -> str:
    """Say what a rate is about, its bounds and its default."""
    within = gettext(
        "From %(least)d to %(most)d; %(default)d when left empty.",
        least=bounds.least,
        most=bounds.most,
        default=bounds.default,
    )
    return f"{gettext(bounds.help)} {within}" if bounds.help else str(within)


@blueprint.route("/collectivites/<int:authority_id>/moyens/durees", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def rates(authority_id: int) -> ResponseReturnValue:
    """Show the rates, and change them."""
    authority = authority_of(authority_id)
    with database().read() as uow:
        view = see_rates(uow, principal(), authority_id)
    form = RatesForm(data=dict(view.values))
    form.offer()
    if form.validate_on_submit():
        told = {name: form[name].data for name in ALL}
        try:
            found = database().write(lambda uow: set_rates(uow, principal(), authority_id, told))
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(_told(found), "good")
            return redirect(url_for("means.rates", authority_id=authority_id), 303)
    return _page(authority, view, form)


def _told(bookings: int) -> str:
    if not bookings:
        return str(gettext("The rates are saved."))
    return str(
        ngettext(
            "The rates are saved, and the tasks of %(num)d booking are computed again.",
            "The rates are saved, and the tasks of %(num)d bookings are computed again.",
            bookings,
        )
    )


def _page(authority: AuthorityView, view: RatesView, form: RatesForm) -> ResponseReturnValue:
    page = render_template(
        "means/rates.html",
        authority=authority,
        view=view,
        form=form,
        handling=HANDLING,
        windows=WINDOWS,
        trips=TRIPS,
        paces=PACES,
    )
    return page, 422 if form.is_submitted() else 200
