"""Stock movements and maintenance: written after showing whom they would leave short."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from calendars.intervals import Interval
from calendars.zones import start_of_day, to_local, to_utc
from lending.accounts.permissions import Action
from lending.bookings.holders import Harm, foresee_maintenance, foresee_movement
from lending.bookings.supply import end_maintenance, move_stock, plan_maintenance
from lending.catalogue.queries import ItemDetail, get_item
from lending.catalogue.records import get_maintenance, stock_at
from lending.errors import InvalidInput
from lending.web.catalogue import blueprint
from lending.web.catalogue.cards import item_name
from lending.web.catalogue.forms import RENAMED, MaintenanceForm, MovementForm
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors


@blueprint.route("/catalogue/<int:item_id>/stock", methods=["GET", "POST"])
@allowed(Action.MANAGE_STOCK)
def move(item_id: int) -> ResponseReturnValue:
    """Record pieces that come or go."""
    item, zone, now, stock = _kept(item_id)
    form = MovementForm(data={"on": to_local(now, zone).date(), "direction": "in"})
    if form.validate_on_submit():
        today = to_local(now, zone).date()
        on = form.on.data or today
        at = now if on == today else start_of_day(on, zone)
        if not request.form.get("confirmed"):
            with database().read() as uow:
                harms = foresee_movement(uow, principal(), item_id, form.delta, at)
            if harms:
                return _confirm(item, form, harms, url_for("catalogue.move", item_id=item_id))
        try:
            database().write(
                lambda uow: move_stock(
                    uow, principal(), item_id, form.delta, at, form.reason.data or ""
                )
            )
        except InvalidInput as error:
            tell_errors(form, error, RENAMED)
        else:
            flash(gettext("The stock movement is recorded."), "good")
            return redirect(url_for("catalogue.item", item_id=item_id), 303)
    page = render_template(
        "catalogue/move.html", form=form, item=item, name=item_name(item), stock=stock
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.route("/catalogue/<int:item_id>/entretien", methods=["GET", "POST"])
@allowed(Action.MANAGE_STOCK)
def maintain(item_id: int) -> ResponseReturnValue:
    """Take pieces out of lending for a while."""
    item, zone, now, stock = _kept(item_id)
    form = MaintenanceForm(data=_usual(now, zone))
    if form.validate_on_submit():
        starts, ends = _bounds(form, zone)
        if starts < ends and not request.form.get("confirmed"):
            with database().read() as uow:
                harms = foresee_maintenance(
                    uow, principal(), item_id, form.quantity.data or 0, Interval(starts, ends)
                )
            if harms:
                return _confirm(item, form, harms, url_for("catalogue.maintain", item_id=item_id))
        try:
            database().write(
                lambda uow: plan_maintenance(
                    uow,
                    principal(),
                    item_id,
                    form.quantity.data or 0,
                    starts,
                    ends,
                    form.reason.data or "",
                )
            )
        except InvalidInput as error:
            tell_errors(form, error, RENAMED)
        else:
            flash(gettext("The maintenance is planned."), "good")
            return redirect(url_for("catalogue.item", item_id=item_id), 303)
    page = render_template(
        "catalogue/maintain.html", form=form, item=item, name=item_name(item), stock=stock
    )
    return page, 422 if request.method == "POST" else 200


@blueprint.get("/entretien/<int:maintenance_id>/fin")
@allowed(Action.MANAGE_STOCK)
def ask_end(maintenance_id: int) -> ResponseReturnValue:
    """Ask whether the pieces are really back."""
    with database().read() as uow:
        item_id, maintenance = get_maintenance(uow, maintenance_id)
        item = get_item(uow, item_id)
        now = uow.now
    principal().check(Action.MANAGE_STOCK, authority_id=item.authority_id)
    g.zone = ZoneInfo(item.timezone)
    return render_template(
        "catalogue/end_maintenance.html",
        item=item,
        name=item_name(item),
        maintenance=maintenance,
        begun=maintenance.starts_at <= now,
    )


@blueprint.post("/entretien/<int:maintenance_id>/fin")
@allowed(Action.MANAGE_STOCK)
def end(maintenance_id: int) -> ResponseReturnValue:
    """Give the pieces back to lending."""
    with database().read() as uow:
        item_id, _ = get_maintenance(uow, maintenance_id)
    database().write(lambda uow: end_maintenance(uow, principal(), maintenance_id))
    flash(gettext("The pieces can be lent again."), "good")
    return redirect(url_for("catalogue.item", item_id=item_id), 303)


def _kept(item_id: int) -> tuple[ItemDetail, ZoneInfo, datetime, int]:
    """Return an item that the reader keeps, its zone, the instant and its stock."""
    with database().read() as uow:
        item = get_item(uow, item_id)
        principal().check(Action.MANAGE_STOCK, authority_id=item.authority_id)
        stock = stock_at(uow, [item_id], uow.now)[item_id]
        g.zone = ZoneInfo(item.timezone)
        return item, g.zone, uow.now, stock


def _usual(now: datetime, zone: ZoneInfo) -> dict[str, object]:
    """Return what a maintenance usually begins with: now."""
    here = to_local(now, zone)
    return {"start_date": here.date(), "start_time": here.time().replace(second=0, microsecond=0)}


def _bounds(form: MaintenanceForm, zone: ZoneInfo) -> tuple[datetime, datetime]:
    def at(day: date | None, hour: time | None) -> datetime:
        if day is None or hour is None:
            raise ValueError("read from a form that was not checked")
        return to_utc(datetime.combine(day, hour), zone)

    return (
        at(form.start_date.data, form.start_time.data),
        at(form.end_date.data, form.end_time.data),
    )


def _confirm(
    item: ItemDetail, form: MovementForm | MaintenanceForm, harms: list[Harm], action: str
) -> ResponseReturnValue:
    fields = {name: value for name, value in request.form.items() if name != "csrf_token"}
    return render_template(
        "catalogue/harms.html",
        item=item,
        name=item_name(item),
        harms=harms,
        action=action,
        fields=fields | {"confirmed": "yes"},
    )
