"""The units of an item: which there are, where they are, what is said of them."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from calendars.zones import to_local
from lending.accounts.permissions import Action
from lending.catalogue.inspection_queries import Kind, kinds_of, register_of
from lending.catalogue.queries import ItemDetail, get_item
from lending.catalogue.unit_queries import (
    Tally,
    UnitView,
    get_unit,
    history_of_unit,
    list_units,
    next_unit_number,
    tally_of,
)
from lending.catalogue.units import (
    MOST_AT_ONCE,
    add_units,
    edit_unit,
    restore_unit,
    retire_unit,
)
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.handover.assignment_queries import (
    UnitLoan,
    loans_of_unit,
    waiting_for,
    where_are,
)
from lending.web.catalogue.cards import item_name
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.units import blueprint
from lending.web.units.forms import NewUnitsForm, RetireForm, UnitForm


@dataclass(frozen=True)
class UnitsPage:
    """What the list of an item's units shows."""

    item: ItemDetail
    name: str
    units: tuple[UnitView, ...]
    loans: dict[int, UnitLoan]
    """Where a unit is now, by its number in the database."""
    kinds: tuple[Kind, ...]
    tally: Tally
    with_retired: bool
    can_keep: bool
    today: date


@blueprint.get("/catalogue/<int:item_id>/exemplaires")
@allowed(Action.SEE_STOCK_DETAILS)
def index(item_id: int) -> ResponseReturnValue:
    """Show the units of an item."""
    with_retired = bool(request.args.get("retires"))
    with database().read() as uow:
        units = list_units(uow, principal(), item_id, with_retired=with_retired)
        item = get_item(uow, item_id)
        page = UnitsPage(
            item=item,
            name=item_name(item),
            units=tuple(units),
            loans=where_are(uow, [unit.id for unit in units]),
            kinds=tuple(kinds_of(uow, item_id)),
            tally=tally_of(uow, item_id),
            with_retired=with_retired,
            can_keep=principal().can(Action.MANAGE_STOCK, authority_id=item.authority_id),
            today=_today(uow, item),
        )
    return render_template("units/index.html", page=page)


@blueprint.route("/catalogue/<int:item_id>/exemplaires/ajouter", methods=["GET", "POST"])
@allowed(Action.MANAGE_STOCK)
def add(item_id: int) -> ResponseReturnValue:
    """Number pieces, many at once."""
    item, first, tally = _kept(item_id)
    count = min(MOST_AT_ONCE, max(1, tally.stock - tally.active))
    form = NewUnitsForm(data={"first": first, "count": count})
    if form.validate_on_submit():
        try:
            made = database().write(
                lambda uow: len(
                    add_units(
                        uow,
                        principal(),
                        item_id,
                        form.first.data or 0,
                        form.count.data or 0,
                        form.details(),
                    )
                )
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            text = ngettext("%(num)d unit is numbered.", "%(num)d units are numbered.", made)
            flash(gettext("%(what)s Print their labels next.", what=text), "good")
            return redirect(url_for("units.index", item_id=item_id), 303)
    page = render_template(
        "units/add.html", form=form, item=item, name=item_name(item), tally=tally
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/exemplaires/<int:unit_id>")
@allowed(Action.SEE_STOCK_DETAILS)
def show(unit_id: int) -> ResponseReturnValue:
    """Show a unit: where it is, what it needs, what happened to it."""
    with database().read() as uow:
        unit, item = _seen(uow, unit_id)
        return render_template(
            "units/show.html",
            unit=unit,
            item=item,
            name=item_name(item),
            loans=loans_of_unit(uow, unit_id),
            history=history_of_unit(uow, principal(), unit_id),
            waiting=waiting_for(uow, unit) if _may_hand_over(unit) else [],
            can_keep=principal().can(Action.MANAGE_STOCK, authority_id=unit.authority_id),
            today=_today(uow, item),
        )


@blueprint.route("/exemplaires/<int:unit_id>/modifier", methods=["GET", "POST"])
@allowed(Action.MANAGE_STOCK)
def edit(unit_id: int) -> ResponseReturnValue:
    """Change what is said of a unit."""
    unit, item = _kept_unit(unit_id)
    form = UnitForm(obj=unit)
    if form.validate_on_submit():
        try:
            database().write(lambda uow: edit_unit(uow, principal(), unit_id, form.details()))
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The changes are kept."), "good")
            return redirect(url_for("units.show", unit_id=unit_id), 303)
    page = render_template("units/edit.html", form=form, unit=unit, item=item, name=item_name(item))
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/exemplaires/<int:unit_id>/retirer", methods=["GET", "POST"])
@allowed(Action.MANAGE_STOCK)
def retire(unit_id: int) -> ResponseReturnValue:
    """Ask whether a unit is out of use for ever, and retire it."""
    unit, item = _kept_unit(unit_id)
    form = RetireForm()
    if form.validate_on_submit():
        database().write(lambda uow: retire_unit(uow, principal(), unit_id, form.reason.data or ""))
        flash(gettext("The unit is retired. Its history stays."), "good")
        return redirect(url_for("units.index", item_id=item.id), 303)
    page = render_template(
        "units/retire.html", form=form, unit=unit, item=item, name=item_name(item)
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.post("/exemplaires/<int:unit_id>/remettre")
@allowed(Action.MANAGE_STOCK)
def restore(unit_id: int) -> ResponseReturnValue:
    """Put a retired unit back into use."""
    database().write(lambda uow: restore_unit(uow, principal(), unit_id))
    flash(gettext("The unit is in use again."), "good")
    return redirect(url_for("units.show", unit_id=unit_id), 303)


@blueprint.get("/exemplaires/<int:unit_id>/registre")
@allowed(Action.SEE_STOCK_DETAILS)
def register(unit_id: int) -> ResponseReturnValue:
    """Show the register of a unit, laid out for printing."""
    with database().read() as uow:
        unit, item = _seen(uow, unit_id)
        lines = register_of(uow, principal(), unit_id)
        return render_template(
            "units/register.html",
            unit=unit,
            item=item,
            name=item_name(item),
            lines=lines,
            today=_today(uow, item),
        )


def _may_hand_over(unit: UnitView) -> bool:
    return principal().can(Action.HAND_OVER, authority_id=unit.authority_id)


def _today(uow: UnitOfWork, item: ItemDetail) -> date:
    g.zone = ZoneInfo(item.timezone)
    return to_local(uow.now, g.zone).date()


def _seen(uow: UnitOfWork, unit_id: int) -> tuple[UnitView, ItemDetail]:
    unit = get_unit(uow, principal(), unit_id)
    return unit, get_item(uow, unit.item_id)


def _kept(item_id: int) -> tuple[ItemDetail, int, Tally]:
    """Return an item that the reader keeps, the next number, and what is numbered of it."""
    with database().read() as uow:
        item = get_item(uow, item_id)
        principal().check(Action.MANAGE_STOCK, authority_id=item.authority_id)
        return item, next_unit_number(uow, item_id), tally_of(uow, item_id)


def _kept_unit(unit_id: int) -> tuple[UnitView, ItemDetail]:
    with database().read() as uow:
        unit, item = _seen(uow, unit_id)
    principal().check(Action.MANAGE_STOCK, authority_id=unit.authority_id)
    return unit, item
