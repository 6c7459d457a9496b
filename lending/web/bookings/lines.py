"""Put items into a draft and take them out again."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.bookings.drafts import set_line as write_line
from lending.bookings.kits import set_kit as write_kit
from lending.db.database import UnitOfWork
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


@blueprint.post("/demandes/<int:booking_id>/kits")
@allowed(Action.EDIT_BOOKING)
def set_kits(booking_id: int) -> ResponseReturnValue:
    """Set how many of a kit are asked for; zero or nothing takes it out, with its pieces."""
    kit_id = request.form.get("kit_id", type=whole_number)
    try:
        units = whole_number(request.form.get("quantity", "").strip() or "0")
    except ValueError:
        units = None
    problem = ""
    if kit_id is None or units is None:
        problem = gettext("Give a whole number of kits.")
    else:
        problem = _tried(lambda uow: write_kit(uow, principal(), booking_id, kit_id, units))
    return _answer(booking_id, None, problem, f"kit-{kit_id}" if kit_id else "")


@blueprint.post("/demandes/<int:booking_id>/lignes/<int:item_id>/retirer")
@allowed(Action.EDIT_BOOKING)
def remove_line(booking_id: int, item_id: int) -> ResponseReturnValue:
    """Take an item out of a draft."""
    return _write(booking_id, item_id, 0)


def _write(booking_id: int, item_id: int, quantity: int) -> ResponseReturnValue:
    problem = _tried(lambda uow: write_line(uow, principal(), booking_id, item_id, quantity))
    return _answer(booking_id, item_id, problem)


def _tried(service: Callable[[UnitOfWork], object]) -> str:
    """Write; return what cannot be used, in words."""
    try:
        database().write(service)
    except InvalidInput as error:
        found = error.errors[0]
        return str(gettext(found.message, **dict(found.data)))
    return ""


def _answer(
    booking_id: int, item_id: int | None, problem: str, anchor: str = ""
) -> ResponseReturnValue:
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
    anchor = anchor or (f"item-{item_id}" if item_id else "")
    return redirect(f"{back}#{anchor}" if anchor else back, 303)
