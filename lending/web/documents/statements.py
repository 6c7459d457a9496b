"""Statements of value as documents."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.documents.errors import LetterheadIncomplete
from lending.documents.issuing import issue_statement
from lending.errors import NotAllowedNow, NotFound
from lending.web.context import allowed, database, principal
from lending.web.documents import blueprint
from lending.web.documents.of_booking import make_now
from lending.web.numbers import whole_number


@blueprint.post("/associations/<int:organisation_id>/valeur-des-prets/attestation")
@allowed(Action.ISSUE_DOCUMENT)
def state_value(organisation_id: int) -> ResponseReturnValue:
    """Issue the statement of a year, on the letterhead of the lender."""
    authority_id = request.form.get("authority_id", 0, type=whole_number)
    year = request.form.get("year", 0, type=whole_number)
    if not authority_id or not year:
        raise NotFound
    try:
        issued = database().write(
            lambda uow: issue_statement(uow, principal(), authority_id, organisation_id, year).id
        )
    except LetterheadIncomplete as error:
        missing = " ".join(gettext(each) for each in error.missing)
        flash(f"{gettext(error.message)} {missing}", "warn")
    except NotAllowedNow as error:
        flash(gettext(error.message), "warn")
    else:
        make_now(issued)
    back = url_for("valuation.statement", organisation_id=organisation_id, year=year)
    return redirect(back, 303)
