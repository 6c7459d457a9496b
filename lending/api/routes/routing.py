"""Pass requests on to the lender that can help; give departments' opinions."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.routing import (
    OpinionIn,
    OpinionsOut,
    RedirectionIn,
    RedirectionOut,
    opinion_out,
    redirection_out,
)
from lending.bookings.detail import get_booking
from lending.db.database import UnitOfWork
from lending.equity.routing.models import Verdict
from lending.equity.routing.opinions import give_opinion, opinions_of
from lending.equity.routing.redirecting import redirect_booking

operations = Operations("Decisions")
ONE = "/bookings/{booking_id}"


@operations.add(
    "POST", f"{ONE}/redirect", Action.REVIEW_BOOKING, RedirectionOut, body=RedirectionIn
)
def redirect(uow: UnitOfWork, call: Call[None, RedirectionIn]) -> RedirectionOut:
    """Pass a request on to another authority, with everything that was typed."""
    number, body = call.ids["booking_id"], call.body
    passed = redirect_booking(uow, call.actor, number, body.authority_id, body.reason)
    return redirection_out(passed)


@operations.add("GET", f"{ONE}/opinions", Action.SEE_INBOX, OpinionsOut)
def read_opinions(uow: UnitOfWork, call: Call[None, None]) -> OpinionsOut:
    """List what the departments that were asked think of a request."""
    return _told(uow, call)


@operations.add("POST", f"{ONE}/opinions", Action.GIVE_OPINION, OpinionsOut, body=OpinionIn)
def opine(uow: UnitOfWork, call: Call[None, OpinionIn]) -> OpinionsOut:
    """Give the opinion of a department; it can be given again until the request is decided."""
    number, body = call.ids["booking_id"], call.body
    verdict = Verdict(body.verdict.value)
    give_opinion(uow, call.actor, number, body.department_id, verdict, body.reason)
    return _told(uow, call)


def _told(uow: UnitOfWork, call: Call[object, object]) -> OpinionsOut:
    booking = get_booking(uow, call.actor, call.ids["booking_id"])
    call.actor.check(Action.SEE_INBOX, authority_id=booking.authority_id)
    found = opinions_of(uow, call.actor, booking.id)
    return OpinionsOut(items=[opinion_out(view) for view in found.given])
