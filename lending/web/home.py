"""The first page: one question, then what the reader has under way."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.attachments.expiring import own_uncovered_loans
from lending.bookings.queries import BookingFilter, Order, list_bookings
from lending.bookings.states import AT_WORK, State
from lending.catalogue.queries import list_categories
from lending.db.database import UnitOfWork
from lending.web import demo
from lending.web.bookings.follow import RequestCard, card_of
from lending.web.context import database, principal, settings
from lending.web.dates import chosen_dates
from lending.web.formats import DEFAULT_ZONE
from lending.web.navigation import address

blueprint = Blueprint("home", __name__)

MOST_REQUESTS = 6
MOST_WARNINGS = 2


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Ask for which dates; staff go to their inbox, or to their round."""
    actor = principal()
    if actor.is_staff:
        return redirect(url_for("inbox.index" if actor.can(Action.SEE_INBOX) else "rounds.index"))
    with database().read() as uow:
        dates = chosen_dates(DEFAULT_ZONE, uow.now)
        families = list_categories(uow)
        cards = [] if actor.is_anonymous else _cards(uow)
        uncovered = own_uncovered_loans(uow, actor)
    return render_template(
        "home/show.html",
        dates=dates,
        families=[family for family in families if family.items],
        cards=cards,
        uncovered=uncovered[:MOST_WARNINGS],
        demo_people=demo.people() if settings().demo and actor.is_anonymous else (),
        sign_in_url=address("accounts.sign_in"),
        register_url=address("accounts.register"),
    )


def _cards(uow: UnitOfWork) -> list[RequestCard]:
    """Return the reader's requests under way: what it must do first, then the soonest loans."""
    wanted = BookingFilter(states=AT_WORK | {State.DRAFT})
    rows = list_bookings(uow, principal(), wanted, order=Order.SOONEST, per_page=50).rows
    first = sorted(rows, key=lambda row: not row.next.is_to_do)
    return [card_of(row) for row in first[:MOST_REQUESTS]]
