"""A label that is scanned or typed leads to its unit; who found something reads whose it is."""

from zoneinfo import ZoneInfo

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.catalogue.queries import get_item
from lending.catalogue.unit_queries import unit_of_code
from lending.errors import InvalidInput, NotFound
from lending.web.catalogue.cards import item_name
from lending.web.context import allowed, database, principal
from lending.web.security import policy_of_scanner
from lending.web.units import blueprint


@blueprint.get("/u/<code>")
@allowed(Action.BROWSE_CATALOGUE)
def found(code: str) -> ResponseReturnValue:
    """Lead the staff to the unit; tell others whose it is and whom to call."""
    with database().read() as uow:
        try:
            unit = unit_of_code(uow, code)
        except InvalidInput:
            raise NotFound(gettext("No label of ours has this code.")) from None
        item = get_item(uow, unit.item_id)
    if principal().can(Action.SEE_STOCK_DETAILS, authority_id=unit.authority_id):
        return redirect(url_for("units.show", unit_id=unit.id), 303)
    g.zone = ZoneInfo(item.timezone)
    return render_template("units/found.html", unit=unit, item=item, name=item_name(item))


@blueprint.get("/scanner")
@allowed(Action.SEE_STOCK_DETAILS)
def scan() -> ResponseReturnValue:
    """Take a label with the camera, or its code as it is typed; go to its unit."""
    typed = request.args.get("code", "").strip()
    error = ""
    if typed:
        with database().read() as uow:
            try:
                unit = unit_of_code(uow, typed[:200])
            except InvalidInput as wrong:
                error = gettext(wrong.errors[0].message)
            except NotFound:
                error = gettext("No unit of ours has this code.")
            else:
                return redirect(url_for("units.found", code=unit.code), 303)
    page = render_template("units/scan.html", typed=typed, error=error)
    return with_scanner(make_response(page, 422 if error else 200))


def with_scanner(answer: Response) -> Response:
    """Let a page with the camera read labels where the browser itself cannot."""
    answer.headers["Content-Security-Policy"] = policy_of_scanner()
    return answer
