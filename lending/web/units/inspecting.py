"""Inspections: which are asked for, which are due, and what was found at them."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.catalogue.inspection_queries import Kind, inspections_due, kinds_of
from lending.catalogue.inspections import (
    ask_for_inspection,
    end_inspection_kind,
    record_inspection,
)
from lending.catalogue.queries import ItemDetail, get_item
from lending.catalogue.unit_queries import UnitView, list_units
from lending.errors import InvalidInput, NotFound
from lending.web.catalogue.cards import item_name
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.formats import DEFAULT_ZONE
from lending.web.units import blueprint
from lending.web.units.forms import DoneForm, KindForm

SPANS = (30, 90, 180, 365)
"""How many days ahead one looks for what falls due."""


@blueprint.get("/controles")
@allowed(Action.SEE_STOCK_DETAILS)
def due() -> ResponseReturnValue:
    """Show the inspections that are due, or soon will be."""
    days = request.args.get("jours", 90, type=int)
    days = days if days in SPANS else 90
    with database().read() as uow:
        today = to_local(uow.now, DEFAULT_ZONE).date()
        scope = principal().authority_scope(Action.SEE_STOCK_DETAILS)
        found = inspections_due(uow, today + timedelta(days=days), scope)
    tabs = [
        (gettext("%(days)d days", days=span), url_for("units.due", jours=span), span == days)
        for span in SPANS
    ]
    return render_template("units/due.html", found=found, tabs=tabs, today=today)


@blueprint.route("/catalogue/<int:item_id>/controles", methods=["GET", "POST"])
@allowed(Action.MANAGE_STOCK)
def kinds(item_id: int) -> ResponseReturnValue:
    """Say which inspections the units of an item need."""
    item, units, asked, _ = _kept(item_id)
    form = KindForm()
    form.offer(units)
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: ask_for_inspection(
                    uow,
                    principal(),
                    item_id,
                    form.name.data or "",
                    form.period_months.data or 0,
                    form.source.data or "",
                    form.unit_id.data or None,
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("From now on this inspection is asked for."), "good")
            return redirect(url_for("units.kinds", item_id=item_id), 303)
    page = render_template(
        "units/kinds.html", form=form, item=item, name=item_name(item), kinds=asked, units=units
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/catalogue/<int:item_id>/controles/<int:kind_id>", methods=["GET", "POST"])
@allowed(Action.MANAGE_STOCK)
def record(item_id: int, kind_id: int) -> ResponseReturnValue:
    """Write an inspection into the registers of the units that it was done on."""
    item, units, asked, today = _kept(item_id)
    kind = next((each for each in asked if each.id == kind_id), None)
    if kind is None:
        raise NotFound
    units = [unit for unit in units if kind.unit_id in (None, unit.id)]
    ticked = list(request.args.getlist("exemplaire", type=int))
    form = DoneForm(data={"done_on": today, "unit_ids": ticked or _only(units)})
    form.offer(units)
    if form.validate_on_submit():
        try:
            made = database().write(
                lambda uow: len(
                    record_inspection(
                        uow, principal(), kind_id, form.unit_ids.data or (), form.done()
                    )
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(
                ngettext(
                    "The inspection is in the register of %(num)d unit.",
                    "The inspection is in the registers of %(num)d units.",
                    made,
                ),
                "good",
            )
            return redirect(url_for("units.index", item_id=item_id), 303)
    page = render_template(
        "units/record.html", form=form, item=item, name=item_name(item), kind=kind
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/catalogue/<int:item_id>/controles/<int:kind_id>/fin")
@allowed(Action.MANAGE_STOCK)
def end_kind(item_id: int, kind_id: int) -> ResponseReturnValue:
    """Ask for an inspection no more, once that was asked."""
    _, _, asked, _ = _kept(item_id)
    kind = next((each for each in asked if each.id == kind_id), None)
    if kind is None:
        raise NotFound
    if not request.form.get("confirmed"):
        return render_template("units/end_kind.html", kind=kind, item_id=item_id)
    database().write(lambda uow: end_inspection_kind(uow, principal(), kind_id))
    flash(gettext("It is asked for no more. The registers keep what was done."), "good")
    return redirect(url_for("units.kinds", item_id=item_id), 303)


def _kept(item_id: int) -> tuple[ItemDetail, list[UnitView], list[Kind], date]:
    """Return an item that the reader keeps, its units, what they need, and the day."""
    with database().read() as uow:
        item = get_item(uow, item_id)
        principal().check(Action.MANAGE_STOCK, authority_id=item.authority_id)
        g.zone = ZoneInfo(item.timezone)
        today = to_local(uow.now, g.zone).date()
        return item, list_units(uow, principal(), item_id), kinds_of(uow, item_id), today


def _only(units: list[UnitView]) -> list[int]:
    return [units[0].id] if len(units) == 1 else []
