"""Show a request, and decide it."""

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.bookings.decisions import (
    approve_booking,
    cancel_booking,
    put_on_waiting_list,
    refuse_booking,
    review_booking,
)
from lending.bookings.detail import get_booking
from lending.bookings.facts import Although
from lending.bookings.pieces import ask_for_pieces, complete_booking, prolong_pieces
from lending.bookings.safety import mark_safety
from lending.bookings.states import RefusalReason
from lending.db.database import UnitOfWork
from lending.equity.overriding.service import propose_override
from lending.web.context import allowed, principal
from lending.web.decisions import blueprint
from lending.web.decisions.carrying_out import carry_out, confirm
from lending.web.decisions.page import page_of
from lending.web.decisions.quantities import named, quantities
from lending.web.formats import day

OVERRIDE = {"override": "override_reason"}
"""Where the form takes the motive of an override."""


@blueprint.get("/a-traiter/<int:booking_id>")
@allowed(Action.SEE_INBOX)
def show(booking_id: int) -> ResponseReturnValue:
    """Show a request with everything needed to decide it."""
    return page_of(booking_id)


@blueprint.post("/a-traiter/<int:booking_id>/instruire")
@allowed(Action.REVIEW_BOOKING)
def review(booking_id: int) -> ResponseReturnValue:
    """Tell that one is working on it; the page stays."""
    return carry_out(
        booking_id,
        lambda uow: review_booking(uow, principal(), booking_id),
        gettext("taken in review"),
        stay=True,
    )


@blueprint.post("/a-traiter/<int:booking_id>/pieces")
@allowed(Action.REVIEW_BOOKING)
def pieces(booking_id: int) -> ResponseReturnValue:
    """Ask the association for something."""
    what = request.form.get("what", "")
    return carry_out(
        booking_id,
        lambda uow: ask_for_pieces(uow, principal(), booking_id, what),
        gettext("sent back with your question"),
        anchors={"reason": "what"},
    )


@blueprint.post("/a-traiter/<int:booking_id>/prolonger")
@allowed(Action.REVIEW_BOOKING)
def prolong(booking_id: int) -> ResponseReturnValue:
    """Leave the association more time to send what is missing; the page stays."""
    try:
        last_day = date.fromisoformat(request.form.get("last_day", ""))
    except ValueError:
        return page_of(booking_id, [("last_day", gettext("Choose a day."))], status=422)
    reason = request.form.get("reason", "")
    return carry_out(
        booking_id,
        lambda uow: prolong_pieces(uow, principal(), booking_id, last_day, reason),
        gettext("more time left until %(day)s", day=day(last_day)),
        anchors={"reason": "prolong-reason"},
        stay=True,
    )


@blueprint.post("/a-traiter/<int:booking_id>/priorite")
@allowed(Action.DECIDE_BOOKING)
def safety(booking_id: int) -> ResponseReturnValue:
    """Put a request into the class of elections, safety and crises, or out of it."""
    reason, wanted = request.form.get("reason", ""), request.form.get("is_safety") == "yes"
    return carry_out(
        booking_id,
        lambda uow: mark_safety(uow, principal(), booking_id, reason, is_safety=wanted),
        gettext("in another class from now on"),
        anchors={"reason": "safety-reason"},
        stay=True,
    )


@blueprint.post("/a-traiter/<int:booking_id>/completer")
@allowed(Action.EDIT_BOOKING)
def complete(booking_id: int) -> ResponseReturnValue:
    """Record pieces that came by another way; the page stays, now to be decided."""
    answer = request.form.get("answer", "")
    return carry_out(
        booking_id,
        lambda uow: complete_booking(uow, principal(), booking_id, answer),
        gettext("complete from now on"),
        stay=True,
    )


@blueprint.post("/a-traiter/<int:booking_id>/accorder")
@allowed(Action.DECIDE_BOOKING)
def grant(booking_id: int) -> ResponseReturnValue:
    """Grant a request, whole or in part."""
    reason = request.form.get("reason", "")
    although = _although()
    against = although.opinions
    motive = request.form.get("override_reason", "")
    if against.strip() and not request.form.get("confirmed"):
        return confirm(
            booking_id,
            gettext("Grant it without the agreement of every department?"),
            gettext("Your reason stays in the history with the opinions, for staff and auditors."),
            gettext("Grant all the same"),
            quote=against,
        )

    def approve(uow: UnitOfWork) -> object:
        granted = named(get_booking(uow, principal(), booking_id)) | quantities("granted")
        return approve_booking(uow, principal(), booking_id, granted, reason, although)

    def propose(uow: UnitOfWork) -> object:
        granted = named(get_booking(uow, principal(), booking_id)) | quantities("granted")
        return propose_override(uow, principal(), booking_id, motive, granted, reason, although)

    if motive.strip():
        told = gettext("override proposed: a second person has to confirm it")
        return carry_out(booking_id, propose, told, anchors=OVERRIDE, stay=True)
    return carry_out(booking_id, approve, gettext("granted"), anchors=OVERRIDE)


def _although() -> Although:
    """Return what the form says to whatever stands in the way."""
    return Although(
        capacity=request.form.get("capacity_reason", ""),
        opinions=request.form.get("opinions_reason", ""),
    )


@blueprint.post("/a-traiter/<int:booking_id>/refuser")
@allowed(Action.DECIDE_BOOKING)
def refuse(booking_id: int) -> ResponseReturnValue:
    """Refuse a request, after asking once more: it cannot be undone."""
    code, text = request.form.get("code", ""), request.form.get("text", "")
    errors = []
    if code not in list(RefusalReason):
        errors.append(("code", gettext("Choose a reason from the list.")))
    if not text.strip():
        errors.append(("text", gettext("Say why in a few words: the association reads it.")))
    if errors:
        return page_of(booking_id, errors, status=422)
    if not request.form.get("confirmed"):
        return confirm(
            booking_id,
            gettext("Refuse this request?"),
            gettext(
                "The association reads the reason at once, and what the request held goes to "
                "who waits. This cannot be undone."
            ),
            gettext("Refuse"),
            quote=f"{gettext(RefusalReason(code).label)}. {text}",
        )
    return carry_out(
        booking_id,
        lambda uow: refuse_booking(uow, principal(), booking_id, RefusalReason(code), text),
        gettext("refused"),
        anchors={"reason": "text"},
    )


@blueprint.post("/a-traiter/<int:booking_id>/attendre")
@allowed(Action.DECIDE_BOOKING)
def wait(booking_id: int) -> ResponseReturnValue:
    """Put a request on the waiting list."""
    reason = request.form.get("reason", "")
    return carry_out(
        booking_id,
        lambda uow: put_on_waiting_list(uow, principal(), booking_id, reason),
        gettext("on the waiting list"),
        anchors={"reason": "wait-reason"},
    )


@blueprint.post("/a-traiter/<int:booking_id>/annuler")
@allowed(Action.CANCEL_BOOKING)
def cancel(booking_id: int) -> ResponseReturnValue:
    """Cancel a request or a loan that has not begun, after asking once more."""
    reason = request.form.get("reason", "")
    if not reason.strip():
        words = gettext("Say why in a few words: the association reads it.")
        return page_of(booking_id, [("cancel-reason", words)], status=422)
    if not request.form.get("confirmed"):
        return confirm(
            booking_id,
            gettext("Cancel this booking?"),
            gettext(
                "The association reads the reason at once, and what the booking held goes to "
                "who waits. This cannot be undone."
            ),
            gettext("Cancel the booking"),
            quote=reason,
        )
    return carry_out(
        booking_id,
        lambda uow: cancel_booking(uow, principal(), booking_id, reason),
        gettext("cancelled"),
    )
