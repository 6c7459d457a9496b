"""Pass a request on to another authority, or take a draft there before it is sent."""

from dataclasses import dataclass

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.bookings.detail import BookingDetail, get_booking
from lending.equity.routing.redirecting import (
    PassedOn,
    Preview,
    preview,
    redirect_booking,
    take_there,
)
from lending.equity.routing.targets import Target, find_targets
from lending.errors import InvalidInput, NotAllowedNow
from lending.web.bookings.common import read_booking, to_booking
from lending.web.bookings.current import keep_current
from lending.web.context import allowed, database, principal
from lending.web.decisions.page import page_of
from lending.web.inbox import filter_arguments
from lending.web.numbers import whole_number
from lending.web.routing import blueprint
from lending.web.routing.words import note, things, why, why_not


@dataclass(frozen=True)
class Choice:
    """An authority that a request can be passed on to."""

    target: Target
    why: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class PassingPage:
    """What the page shows: who there is, and what would come of the request there."""

    booking: BookingDetail
    choices: tuple[Choice, ...]
    preview: Preview | None
    reason: str = ""
    errors: tuple[tuple[str, str], ...] = ()


@blueprint.route("/a-traiter/<int:booking_id>/reorienter", methods=["GET", "POST"])
@allowed(Action.REVIEW_BOOKING)
def pass_on(booking_id: int) -> ResponseReturnValue:
    """Choose another authority, see what would come of the request there, and pass it on."""
    with database().read() as uow:
        booking = get_booking(uow, principal(), booking_id)
    principal().check(Action.REVIEW_BOOKING, authority_id=booking.authority_id)
    if request.method == "POST":
        return _pass_on(booking)
    if not booking.allows("redirect"):
        return redirect(_back(booking_id), 303)
    return _page(booking)


def _pass_on(booking: BookingDetail) -> ResponseReturnValue:
    wanted = request.form.get("to", 0, type=whole_number)
    reason = request.form.get("reason", "")
    try:
        passed = database().write(
            lambda uow: redirect_booking(uow, principal(), booking.id, wanted, reason, note)
        )
    except NotAllowedNow:
        return page_of(booking.id, status=409, overtaken=True)
    except InvalidInput as error:
        return _page(booking, reason, error), 422
    flash(f"{booking.reference} : {_done(passed)}", "good")
    return redirect(_back(booking.id), 303)


def _done(passed: PassedOn) -> str:
    if passed.is_sent:
        return str(gettext("passed on, and sent there at once."))
    return str(gettext("passed on. The association completes it and sends it there."))


def _back(booking_id: int) -> str:
    return url_for("decisions.show", booking_id=booking_id, **filter_arguments())  # type: ignore[arg-type]


def _page(booking: BookingDetail, reason: str = "", error: InvalidInput | None = None) -> str:
    g.zone = booking.zone
    asked = request.values.get("to", 0, type=whole_number)
    with database().read() as uow:
        targets = find_targets(uow, booking.id)
        known = {target.authority_id for target in targets.others}
        first = targets.others[0].authority_id if targets.others else 0
        chosen = asked if asked in known else first
        errors = [
            ("reason" if each.field == "reason" else "to", gettext(each.message))
            for each in (error.errors if error else ())
        ]
        seen = None
        if chosen:
            try:
                seen = preview(uow, principal(), booking.id, chosen)
            except InvalidInput as refusal:
                errors = errors or [("to", gettext(each.message)) for each in refusal.errors]
    page = PassingPage(
        booking=booking,
        choices=tuple(
            Choice(
                target,
                why(target),
                url_for(
                    "routing.pass_on",
                    booking_id=booking.id,
                    to=target.authority_id,
                    **filter_arguments(),  # type: ignore[arg-type]
                ),
                target.authority_id == chosen,
            )
            for target in targets.others
        ),
        preview=seen,
        reason=reason or _suggested_reason(targets.here, targets.better),
        errors=tuple(errors),
    )
    return render_template("routing/pass_on.html", page=page, booking=booking, back=_back)


def _suggested_reason(here: Target, better: Target | None) -> str:
    """Begin the reason with what speaks for itself; the reader can change it."""
    return "" if better is None or request.method == "POST" else f"{why_not(here)} {why(better)}"


@blueprint.post("/demandes/<int:booking_id>/changer-de-guichet")
@allowed(Action.EDIT_BOOKING)
def take(booking_id: int) -> ResponseReturnValue:
    """Take a draft to another authority, where it is checked and sent."""
    booking = read_booking(booking_id)
    wanted = request.form.get("to", 0, type=whole_number)
    try:
        taken = database().write(lambda uow: take_there(uow, principal(), booking.id, wanted, note))
    except NotAllowedNow:
        return to_booking(booking_id)
    except InvalidInput as error:
        for each in error.errors:
            flash(gettext(each.message), "error")
        return redirect(url_for("bookings.review", booking_id=booking_id), 303)
    moved = read_booking(taken.booking_id)
    keep_current(moved)
    flash(
        gettext(
            "Your request now goes to %(lender)s. Check it and send it.", lender=moved.authority
        ),
        "success",
    )
    if taken.left_out:
        flash(
            gettext(
                "Without an equivalent there, and told in your note: %(things)s.",
                things=things(taken.left_out),
            ),
            "warning",
        )
    page = "bookings.review" if moved.line_views else "bookings.show"
    return redirect(url_for(page, booking_id=moved.id), 303)
