"""Every widget in every state on one page, for those who build pages; only in demo and debug."""

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue

from lending.errors import NotFound
from lending.web import samples
from lending.web.context import settings
from lending.web.statuses import BOOKING, ITEM, ORGANISATION, TONES, URGENCY

blueprint = Blueprint("developer", __name__, url_prefix="/developpement")


@blueprint.route("/composants", methods=["GET", "POST"])
def widgets() -> ResponseReturnValue:
    """Show the widgets; a POST fills the form's errors in.

    Raises:
        NotFound: the installation is neither a demo nor being debugged.
    """
    if not (settings().demo or settings().debug):
        raise NotFound
    form = samples.SampleForm(request.form)
    if request.method == "POST" and not form.validate():
        flash("Le formulaire est à corriger.", "error")
    return render_template(
        "developer/widgets.html",
        form=form,
        samples=samples,
        filters=samples.SampleForm(prefix="filter-"),
        booking_states=tuple(BOOKING),
        organisation_states=tuple(ORGANISATION),
        item_states=tuple(ITEM),
        urgencies=tuple(URGENCY),
        tones=TONES,
    )
