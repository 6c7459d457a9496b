"""The second person of an override: carry it out, or set it aside."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.equity.overriding.service import confirm_override, set_override_aside
from lending.web.context import allowed, database, principal
from lending.web.decisions.carrying_out import carry_out
from lending.web.decisions.carrying_out import confirm as ask_once_more
from lending.web.inbox import filter_arguments

blueprint = Blueprint("overrides", __name__)


@blueprint.post("/a-traiter/<int:booking_id>/derogation/confirmer")
@allowed(Action.DECIDE_BOOKING)
def confirm(booking_id: int) -> ResponseReturnValue:
    """Grant what somebody else proposed against the rules, after asking once more."""
    if not request.form.get("confirmed"):
        return ask_once_more(
            booking_id,
            gettext("Grant this request although the rules say no?"),
            gettext(
                "You are the second person. Your name, the motive and who is worse off are kept "
                "in the record of decisions for ever, and the association reads the motive."
            ),
            gettext("Grant by override"),
        )
    return carry_out(
        booking_id,
        lambda uow: confirm_override(uow, principal(), booking_id),
        gettext("granted by override"),
    )


@blueprint.post("/a-traiter/<int:booking_id>/derogation/ecarter")
@allowed(Action.DECIDE_BOOKING)
def set_aside(booking_id: int) -> ResponseReturnValue:
    """Set a proposal aside: the request is to be decided as before."""
    database().write(lambda uow: set_override_aside(uow, principal(), booking_id))
    flash(gettext("The proposal is set aside: nothing was granted."), "good")
    return redirect(url_for("decisions.show", booking_id=booking_id, **filter_arguments()), 303)  # type: ignore[arg-type]
