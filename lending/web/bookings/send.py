"""Review a draft and send it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.authorities.queries import get_authority
from lending.bookings.detail import BookingDetail
from lending.bookings.drafts import mark_whole
from lending.bookings.errors import OrganisationNotVerified, StockConflict
from lending.bookings.queries import BookingFilter, BookingRow, list_bookings
from lending.bookings.states import State
from lending.bookings.steps import promised_answer
from lending.bookings.submission import submit_booking
from lending.equity.rounds.queries import round_of
from lending.equity.routing.targets import Targets, find_targets
from lending.errors import InvalidInput
from lending.web.bookings import blueprint
from lending.web.bookings.common import read_booking, read_trail, ticked_whole, to_booking
from lending.web.bookings.current import forget_current
from lending.web.bookings.depots import closed_around, collections_of
from lending.web.bookings.goes_with import goes_with
from lending.web.bookings.sentences import next_words
from lending.web.context import allowed, database, principal
from lending.web.criteria import ELSEWHERE, judged
from lending.web.errors import words
from lending.web.routing.words import why, why_not


@blueprint.get("/demandes/<int:booking_id>/verifier")
@allowed(Action.EDIT_BOOKING)
def review(booking_id: int) -> ResponseReturnValue:
    """Show a draft whole before it is sent."""
    booking = read_booking(booking_id)
    if not booking.can_edit:
        return to_booking(booking_id)
    with database().read() as uow:
        authority, now = get_authority(uow, booking.authority_id), uow.now
        closed = closed_around(uow, authority.id, booking.period, booking.zone)
        collecting = round_of(uow, booking)
        targets = find_targets(uow, booking_id)
        companions = goes_with(uow, booking)
        rules = judged(uow, booking_id)
    better = _better(booking, targets)
    return render_template(
        "bookings/review.html",
        booking=booking,
        collections=collections_of(booking, authority, closed),
        answer_by=promised_answer(now, booking.starts_at, booking.answer_days)
        if booking.starts_at > now
        else None,
        has_passed=booking.starts_at <= now,
        collecting=collecting,
        companions=companions,
        trail=read_trail(booking_id),
        better=better,
        judged=rules,
        advised=rules.advised(without=ELSEWHERE if better else frozenset()),
    )


@blueprint.post("/demandes/<int:booking_id>/envoyer")
@allowed(Action.EDIT_BOOKING)
def submit(booking_id: int) -> ResponseReturnValue:
    """Send a draft; what is not free is answered with what is possible."""
    _keep_ticks(booking_id)
    return send(booking_id)


@blueprint.post("/demandes/<int:booking_id>/garder")
@allowed(Action.EDIT_BOOKING)
def keep(booking_id: int) -> ResponseReturnValue:
    """Keep a draft for later, with what is ticked of its lines."""
    _keep_ticks(booking_id)
    return to_booking(booking_id)


def _keep_ticks(booking_id: int) -> None:
    """Write of which items a part is of no use, before anything is asked for."""
    ticked = ticked_whole()
    if ticked is not None:
        database().write(lambda uow: mark_whole(uow, principal(), booking_id, ticked))


def send(booking_id: int) -> ResponseReturnValue:
    """Send a draft and lead on: to what happens next, to the conflict, or to what is missing."""
    try:
        database().write(lambda uow: submit_booking(uow, principal(), booking_id))
    except StockConflict:
        return redirect(url_for("bookings.conflict", booking_id=booking_id), 303)
    except OrganisationNotVerified as error:
        flash(words(error), "warning")
        return to_booking(booking_id)
    except InvalidInput as error:
        for found in error.errors:
            flash(gettext(found.message, **dict(found.data)), "error")
        return redirect(url_for("bookings.review", booking_id=booking_id), 303)
    forget_current(booking_id)
    return redirect(url_for("bookings.sent", booking_id=booking_id), 303)


@blueprint.get("/demandes/<int:booking_id>/envoyee")
@allowed(Action.SEE_BOOKING)
def sent(booking_id: int) -> ResponseReturnValue:
    """Say what happens after sending, and when."""
    booking = read_booking(booking_id)
    if booking.state is State.DRAFT:
        return to_booking(booking_id)
    return render_template(
        "bookings/sent.html", booking=booking, next=next_words(booking), drafts=_others(booking)
    )


@dataclass(frozen=True)
class Better:
    """Another authority that the draft had better go to, and why."""

    authority_id: int
    name: str
    here: str
    there: str


def _better(booking: BookingDetail, targets: Targets) -> Better | None:
    target = targets.better
    if target is None or not principal().can(
        Action.CREATE_BOOKING,
        authority_id=target.authority_id,
        organisation_id=booking.organisation_id,
    ):
        return None
    return Better(target.authority_id, target.name, why_not(targets.here), why(target))


def _others(booking: BookingDetail) -> tuple[BookingRow, ...]:
    """Return the drafts for the same event at other authorities that are still to be sent."""
    with database().read() as uow:
        found = list_bookings(
            uow, principal(), BookingFilter(states=[State.DRAFT], event_id=booking.event_id)
        )
    return found.rows
