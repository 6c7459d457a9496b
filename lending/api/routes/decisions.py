"""Review and decide requests."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.booked import BookingOut, booking_out
from lending.api.schemas.bookings import Approval, Because, MissingPiecesIn, Refusal
from lending.api.schemas.common import Nothing
from lending.bookings.decisions import (
    approve_booking,
    put_on_waiting_list,
    refuse_booking,
    review_booking,
)
from lending.bookings.detail import get_booking
from lending.bookings.facts import Although
from lending.bookings.pieces import ask_for_pieces
from lending.db.database import UnitOfWork
from lending.i18n import N_, translations

operations = Operations("Decisions")
ONE = "/bookings/{booking_id}"

IN_PART = N_("Granted in part; ask us for the reason.")
"""What the borrower reads when a program decided and gave no reason."""


@operations.add("POST", f"{ONE}/review", Action.REVIEW_BOOKING, BookingOut, body=Nothing)
def review(uow: UnitOfWork, call: Call[None, Nothing]) -> BookingOut:
    """Tell that somebody is working on a request."""
    review_booking(uow, call.actor, call.ids["booking_id"])
    return _told(uow, call)


@operations.add("POST", f"{ONE}/pieces", Action.REVIEW_BOOKING, BookingOut, body=MissingPiecesIn)
def pieces(uow: UnitOfWork, call: Call[None, MissingPiecesIn]) -> BookingOut:
    """Send a request back to its borrower, saying what is missing."""
    ask_for_pieces(uow, call.actor, call.ids["booking_id"], call.body.what)
    return _told(uow, call)


@operations.add(
    "POST",
    f"{ONE}/approve",
    Action.DECIDE_BOOKING,
    BookingOut,
    body=Approval,
    may_conflict=True,
)
def approve(uow: UnitOfWork, call: Call[None, Approval]) -> BookingOut:
    """Grant a request, whole or in part."""
    granted = {line.item_id: line.granted for line in call.body.lines or []}
    booking = get_booking(uow, call.actor, call.ids["booking_id"])
    is_part = any(
        granted.get(line.item_id, line.requested) < line.requested for line in booking.line_views
    )
    reason = call.body.reason
    if is_part and not reason.strip():
        reason = translations("fr").gettext(IN_PART)
    approve_booking(
        uow,
        call.actor,
        booking.id,
        granted,
        reason,
        Although(call.body.capacity_reason, call.body.opinions_reason),
    )
    return _told(uow, call)


@operations.add("POST", f"{ONE}/refuse", Action.DECIDE_BOOKING, BookingOut, body=Refusal)
def refuse(uow: UnitOfWork, call: Call[None, Refusal]) -> BookingOut:
    """Refuse a request with a reason from the list and in words."""
    number, body = call.ids["booking_id"], call.body
    refuse_booking(uow, call.actor, number, body.reason_code, body.reason)
    return _told(uow, call)


@operations.add("POST", f"{ONE}/waiting-list", Action.DECIDE_BOOKING, BookingOut, body=Because)
def waiting_list(uow: UnitOfWork, call: Call[None, Because]) -> BookingOut:
    """Take back the option of a request and let it wait."""
    put_on_waiting_list(uow, call.actor, call.ids["booking_id"], call.body.reason)
    return _told(uow, call)


def _told(uow: UnitOfWork, call: Call[object, object]) -> BookingOut:
    return booking_out(get_booking(uow, call.actor, call.ids["booking_id"]))
