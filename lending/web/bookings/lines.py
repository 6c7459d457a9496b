"""Put items into a draft and take them out again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.bookings.drafts import set_line as write_line
from lending.errors import InvalidInput
from lending.web.bookings import blueprint
from lending.web.bookings.common import read_booking
from lending.web.bookings.current import running_list
from lending.web.context import allowed, database, principal
from lending.web.numbers import whole_number


@blueprint.post("/demandes/<int:booking_id>/lignes")
@allowed(Action.EDIT_BOOKING)
def set_line(booking_id: int) -> ResponseReturnValue:
    """Set the quantity of an item; zero or nothing takes it out."""
    item_id = request.form.get("item_id", type=whole_number)
    quantity = request.form.get("quantity", "").strip() or "0"
    try:
        pieces = whole_number(quantity)
    except ValueError:
        pieces = None
    if item_id is None or pieces is None:
        return _answer(booking_id, item_id, gettext("Give a whole number of pieces."))
    return _write(booking_id, item_id, pieces)


@blueprint.post("/demandes/<int:booking_id>/lignes/<int:item_id>/retirer")
@allowed(Action.EDIT_BOOKING)
def remove_line(booking_id: int, item_id: int) -> ResponseReturnValue:
    """Take an item out of a draft."""
    return _write(booking_id, item_id, 0)


def _write(booking_id: int, item_id: int, quantity: int) -> ResponseReturnValue:
    problem = ""
    try:
        database().write(lambda uow: write_line(uow, principal(), booking_id, item_id, quantity))
    except InvalidInput as error:
        found = error.errors[0]
        problem = gettext(found.message, **dict(found.data))
    return _answer(booking_id, item_id, problem)


def _answer(booking_id: int, item_id: int | None, problem: str) -> ResponseReturnValue:
    """Show the list as it is now: alone to a script, else on the page the reader came from."""
    if request.headers.get("HX-Request"):
        answer = render_template(
            "bookings/_line_answer.html",
            list=running_list(read_booking(booking_id)),
            problem=problem,
        )
        # Everything in it says itself where it goes.
        return answer, 200, {"HX-Reswap": "none"}
    if problem:
        flash(problem, "error")
    if request.form.get("next") == "review":
        return redirect(url_for("bookings.review", booking_id=booking_id), 303)
    back = url_for("bookings.equipment", booking_id=booking_id)
    return redirect(f"{back}#item-{item_id}" if item_id else back, 303)
