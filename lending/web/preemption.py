"""Take equipment back from granted loans for an event of the lender itself."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.bookings.detail import BookingDetail, get_booking
from lending.bookings.errors import StockConflict
from lending.bookings.models import Booking
from lending.equity.overriding.preempting import may_preempt, preempt, promised_to_others
from lending.errors import InvalidInput, NotAllowedNow
from lending.web.context import allowed, database, principal
from lending.web.decisions.carrying_out import confirm as ask_once_more
from lending.web.inbox import filter_arguments
from lending.web.numbers import whole_number

blueprint = Blueprint("preemption", __name__)


@blueprint.get("/a-traiter/<int:booking_id>/reprise")
@allowed(Action.DECIDE_BOOKING)
def choose(booking_id: int) -> ResponseReturnValue:
    """Show from whom something could be taken back, and until when the rules let one do so."""
    return _page(booking_id)


@blueprint.post("/a-traiter/<int:booking_id>/reprise")
@allowed(Action.DECIDE_BOOKING)
def take(booking_id: int) -> ResponseReturnValue:
    """Take it back, after asking once more."""
    motive = request.form.get("motive", "")
    try:
        taken = _taken()
    except InvalidInput as error:
        return _page(booking_id, error)
    if not request.form.get("confirmed"):
        return ask_once_more(
            booking_id,
            gettext("Take this equipment back?"),
            gettext(
                "Each association reads the decision and its reason at once. It is kept in the "
                "record of decisions, and cannot be undone."
            ),
            gettext("Take it back"),
            quote=motive,
        )
    with database().read() as uow:
        booking = get_booking(uow, principal(), booking_id)
    usual = gettext(
        "%(lender)s needs this equipment for an event of its own (%(event)s), as its rules allow.",
        lender=booking.authority,
        event=booking.event,
    )
    try:
        database().write(
            lambda uow: preempt(uow, principal(), booking_id, taken, str(usual), motive)
        )
    except InvalidInput as error:
        return _page(booking_id, error)
    except StockConflict:
        words = gettext("It is not enough: with these pieces the event still lacks some.")
        return _page(booking_id, InvalidInput(taken=str(words)))
    except NotAllowedNow:
        words = gettext("Something has changed meanwhile: look at the loans again.")
        return _page(booking_id, InvalidInput(taken=str(words)))
    flash(gettext("Taken back: the event holds it, and those concerned are told why."), "good")
    return redirect(url_for("decisions.show", booking_id=booking_id, **filter_arguments()), 303)  # type: ignore[arg-type]


def _taken() -> dict[int, dict[int, int]]:
    """Return the pieces of the fields `taken-<booking>-<item>`; empty ones count as none.

    Raises:
        InvalidInput: a field holds no whole number.
    """
    found: dict[int, dict[int, int]] = {}
    wrong = {}
    for name, text in request.form.items():
        parts = name.split("-")
        if len(parts) != 3 or parts[0] != "taken" or not all(p.isdecimal() for p in parts[1:]):
            continue
        try:
            pieces = whole_number(text.strip() or "0")
            found.setdefault(whole_number(parts[1]), {})[whole_number(parts[2])] = pieces
        except ValueError:
            wrong[name] = gettext("Give a whole number.")
    if wrong:
        raise InvalidInput(**wrong)
    return found


def _page(booking_id: int, error: InvalidInput | None = None) -> ResponseReturnValue:
    with database().read() as uow:
        booking: BookingDetail = get_booking(uow, principal(), booking_id)
        principal().check(Action.DECIDE_BOOKING, authority_id=booking.authority_id)
        row = uow.session.get_one(Booking, booking_id)
        if not may_preempt(row):
            raise NotAllowedNow
        loans = promised_to_others(uow, row)
    g.zone = booking.zone
    errors = [
        (each.field.replace(".", "-"), str(gettext(each.message, **dict(each.data))))
        for each in (error.errors if error else ())
    ]
    return render_template(
        "decisions/preempt.html",
        booking=booking,
        loans=loans,
        errors=errors,
        typed=request.form,
        back=url_for("decisions.show", booking_id=booking_id, **filter_arguments()),  # type: ignore[arg-type]
    ), 422 if errors else 200
