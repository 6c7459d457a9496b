"""Charges for damage: listed, answered by the borrower, decided by the lender, exported."""

from collections.abc import Callable

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.bookings.charges import FOR_FINANCE, ChargeState
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.handover.charge_views import (
    ChargeView,
    charges_sheet,
    get_charge,
    list_charges,
)
from lending.handover.charging import (
    accept_charge,
    contest_charge,
    credit_charge,
    export_charge,
    note_credit,
    reduce_charge,
    renumber_charge,
    settle_charge,
    uphold_charge,
    waive_charge,
)
from lending.i18n import N_
from lending.web.context import allowed, database, principal
from lending.web.files import ENDINGS, check_ending, sheet_file
from lending.web.formats import amount
from lending.web.navigation import booking_url
from lending.web.policies.forms import cents_of
from lending.web.statuses import status_of
from lending.web.widgets import HistoryEntry

blueprint = Blueprint("charges", __name__)

OPEN = (ChargeState.PROPOSED, ChargeState.CONTESTED)
TABS = (
    ("", N_("All"), ()),
    ("ouvertes", N_("To be answered or decided"), OPEN),
    ("dues", N_("For the finance department"), tuple(FOR_FINANCE)),
)
"""Name in the address, title, states."""


@blueprint.get("/dommages")
@allowed(Action.SEE_CHARGE)
def index() -> ResponseReturnValue:
    """List the charges that the reader may see."""
    asked = request.args.get("quoi", "")
    states = next((states for name, _, states in TABS if name == asked), ())
    with database().read() as uow:
        charges = list_charges(uow, principal(), states)
    if charges:
        g.zone = charges[0].zone
    return render_template(
        "charges/index.html",
        charges=charges,
        tabs=[
            (gettext(title), url_for("charges.index", quoi=name or None), name == asked, None)
            for name, title, _ in TABS
        ],
        total=sum(each.cents for each in charges),
        may_export=principal().can(Action.DECIDE_CHARGE),
        endings=ENDINGS,
    )


@blueprint.get("/dommages/a-titrer.<ending>")
@allowed(Action.DECIDE_CHARGE)
def export_file(ending: str) -> ResponseReturnValue:
    """Give what waits for a titre de recettes, or its cancellation, to the finance department."""
    check_ending(ending)
    with database().read() as uow:
        charges = list_charges(uow, principal(), FOR_FINANCE)
    return sheet_file(charges_sheet(charges), "propositions-de-titres", ending)


@blueprint.get("/dommages/<int:charge_id>")
@allowed(Action.SEE_CHARGE)
def show(charge_id: int) -> ResponseReturnValue:
    """Show a charge, how it was counted, and what the reader can do."""
    return _page(charge_id)


def _page(
    charge_id: int, errors: list[tuple[str, str]] | None = None, status: int = 200
) -> ResponseReturnValue:
    with database().read() as uow:
        charge = get_charge(uow, principal(), charge_id)
    g.zone = charge.zone
    return render_template(
        "charges/show.html",
        charge=charge,
        history=_history(charge),
        loan_url=booking_url(charge.booking_id, principal()),
        errors=errors or [],
        typed=request.form.to_dict(),
        sent=request.form.get("way", ""),
    ), status


def _history(charge: ChargeView) -> tuple[HistoryEntry, ...]:
    """Return what happened to a charge, newest first."""
    return tuple(
        HistoryEntry(
            at=said.at,
            text=f"{gettext(said.new.label)} – {amount(said.cents)}",
            actor=said.actor,
            reason=said.words,
            tone=status_of("charge", said.new).tone,
            icon=status_of("charge", said.new).icon,
        )
        for said in reversed(charge.history)
    )


@blueprint.post("/dommages/<int:charge_id>/repondre")
@allowed(Action.ANSWER_CHARGE)
def answer(charge_id: int) -> ResponseReturnValue:
    """Accept or contest, for the borrower."""
    way, words = request.form.get("way", ""), request.form.get("words", "")
    if way == "contest":
        told = gettext("Your words are with the lender, who decides.")
        return _do(charge_id, lambda uow: contest_charge(uow, principal(), charge_id, words), told)
    if way == "accept":
        told = gettext("You have accepted the charge. The invoice comes from the treasury.")
        return _do(charge_id, lambda uow: accept_charge(uow, principal(), charge_id), told)
    return _page(charge_id, [("", gettext("Choose what to do."))], 422)


@blueprint.post("/dommages/<int:charge_id>/decider")
@allowed(Action.DECIDE_CHARGE)
def decide(charge_id: int) -> ResponseReturnValue:
    """Reduce, uphold or waive; note the revenue order, that it is cancelled, or that it is paid."""
    actor, reason = principal(), request.form.get("reason", "")
    title = request.form.get("title", "")
    ways: dict[str, Callable[[UnitOfWork], object]] = {
        "reduce": lambda uow: reduce_charge(uow, actor, charge_id, _cents(), reason),
        "uphold": lambda uow: uphold_charge(uow, actor, charge_id, reason),
        "waive": lambda uow: waive_charge(uow, actor, charge_id, reason),
        "export": lambda uow: export_charge(uow, actor, charge_id, title),
        "renumber": lambda uow: renumber_charge(uow, actor, charge_id, title),
        "credit": lambda uow: credit_charge(uow, actor, charge_id, reason),
        "note_credit": lambda uow: note_credit(uow, actor, charge_id, title),
        "settle": lambda uow: settle_charge(uow, actor, charge_id),
    }
    way = ways.get(request.form.get("way", ""))
    if way is None:
        return _page(charge_id, [("", gettext("Choose what to do."))], 422)
    return _do(charge_id, way, gettext("It is noted, and the association reads it."))


def _do(charge_id: int, service: Callable[[UnitOfWork], object], told: str) -> ResponseReturnValue:
    try:
        database().write(service)
    except InvalidInput as error:
        way = request.form.get("way", "")
        anchors = {"reason": f"{way}-reason", "cents": "amount"}
        named = [
            (anchors.get(each.field, each.field), gettext(each.message) % dict(each.data))
            for each in error.errors
        ]
        return _page(charge_id, named, 422)
    flash(told, "good")
    return redirect(url_for("charges.show", charge_id=charge_id), 303)


def _cents() -> int:
    """Return the amount that was typed, in euros, as cents.

    Raises:
        InvalidInput: it is no amount.
    """
    try:
        return cents_of(request.form.get("amount", ""))
    except ValueError:
        raise InvalidInput(cents=N_("Write an amount in euros, for example 12,50.")) from None
