"""Say what a department thinks of a request."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.bookings.detail import get_booking
from lending.equity.routing.models import Verdict
from lending.equity.routing.opinions import give_opinion
from lending.errors import InvalidInput, NotAllowedNow
from lending.web.context import allowed, database, principal
from lending.web.decisions.page import page_of
from lending.web.inbox import filter_arguments
from lending.web.numbers import whole_number
from lending.web.routing import blueprint

_ANCHORS = {"department_id": "opinions"}
"""Where to go on the page, where not to the field of the department."""


@blueprint.post("/a-traiter/<int:booking_id>/avis")
@allowed(Action.GIVE_OPINION)
def opine(booking_id: int) -> ResponseReturnValue:
    """Give the opinion of one department; the page stays."""
    with database().read() as uow:
        booking = get_booking(uow, principal(), booking_id)
    principal().check(Action.GIVE_OPINION, authority_id=booking.authority_id)
    department = request.form.get("department_id", 0, type=whole_number)
    verdict = request.form.get("verdict", "")
    reason = request.form.get("reason", "")
    if verdict not in list(Verdict):
        return page_of(
            booking_id, [(f"verdict-{department}", gettext("Choose an opinion."))], status=422
        )
    try:
        database().write(
            lambda uow: give_opinion(
                uow, principal(), booking_id, department, Verdict(verdict), reason
            )
        )
    except InvalidInput as error:
        told = [
            (_ANCHORS.get(each.field, f"{each.field}-{department}"), gettext(each.message))
            for each in error.errors
        ]
        return page_of(booking_id, told, status=422)
    except NotAllowedNow:
        return page_of(booking_id, status=409, overtaken=True)
    flash(f"{booking.reference} : {gettext('opinion noted')}", "good")
    return redirect(
        url_for("decisions.show", booking_id=booking_id, **filter_arguments()),  # type: ignore[arg-type]
        303,
    )
