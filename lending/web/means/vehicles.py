"""Vehicles: what they carry, who may drive them, when they are out of service."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.errors import InvalidInput
from lending.logistics.means.fleet import (
    add_outage,
    add_vehicle,
    edit_vehicle,
    remove_outage,
    retire_vehicle,
)
from lending.logistics.means.queries import get_outage, get_vehicle
from lending.logistics.means.rows import VehicleRow
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors, text_of
from lending.web.means import authority_of, back, blueprint
from lending.web.means.forms import OutageForm, VehicleForm, day_of, typed_of


@blueprint.route("/collectivites/<int:authority_id>/moyens/vehicules", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def new_vehicle(authority_id: int) -> ResponseReturnValue:
    """Add a vehicle."""
    authority = authority_of(authority_id)
    form = VehicleForm()
    form.offer(authority)
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: add_vehicle(uow, principal(), authority_id, form.details()).id
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The vehicle is added."), "good")
            return back(authority_id)
    page = render_template("means/new_vehicle.html", form=form, authority=authority)
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/moyens/vehicules/<int:vehicle_id>", methods=["GET", "POST"])
@allowed(Action.MANAGE_MEANS)
def vehicle(vehicle_id: int) -> ResponseReturnValue:
    """Show a vehicle, and change what is known."""
    row = _vehicle(vehicle_id)
    form = _form(row)
    if form.validate_on_submit():
        try:
            database().write(
                lambda uow: edit_vehicle(uow, principal(), vehicle_id, form.details()).id
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The vehicle is saved."), "good")
            return _to(vehicle_id)
    return _page(row, form=form)


@blueprint.post("/moyens/vehicules/<int:vehicle_id>/arrets")
@allowed(Action.MANAGE_MEANS)
def stop_vehicle(vehicle_id: int) -> ResponseReturnValue:
    """Take a vehicle out of service for some days."""
    row = _vehicle(vehicle_id)
    form = OutageForm()
    if form.validate_on_submit():
        first, last, why = day_of(form.first_day), form.last_day.data, text_of(form.reason)
        try:
            database().write(
                lambda uow: add_outage(uow, principal(), vehicle_id, first, last, why).id
            )
        except InvalidInput as error:
            tell_errors(form, error)
        else:
            flash(gettext("The vehicle is out of service on these days."), "good")
            return _to(vehicle_id)
    return _page(row, outage_form=form)


@blueprint.get("/moyens/arrets/<int:outage_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def ask_resume(outage_id: int) -> ResponseReturnValue:
    """Ask before a vehicle is put back in service."""
    with database().read() as uow:
        row = get_outage(uow, principal(), outage_id)
    return render_template("means/resume.html", row=row)


@blueprint.post("/moyens/arrets/<int:outage_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def resume(outage_id: int) -> ResponseReturnValue:
    """Put a vehicle back in service."""
    vehicle_id = database().write(lambda uow: remove_outage(uow, principal(), outage_id))
    flash(gettext("The vehicle is back in service on these days."), "good")
    return _to(vehicle_id)


@blueprint.get("/moyens/vehicules/<int:vehicle_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def ask_retire_vehicle(vehicle_id: int) -> ResponseReturnValue:
    """Ask before a vehicle is taken out of the fleet."""
    return render_template("means/retire_vehicle.html", row=_vehicle(vehicle_id))


@blueprint.post("/moyens/vehicules/<int:vehicle_id>/retirer")
@allowed(Action.MANAGE_MEANS)
def scrap(vehicle_id: int) -> ResponseReturnValue:
    """Take a vehicle out of the fleet."""
    row = _vehicle(vehicle_id)
    crews = database().write(lambda uow: retire_vehicle(uow, principal(), vehicle_id))
    told = gettext("%(name)s is removed.", name=row.name)
    if crews:
        who = ", ".join(crews)
        told += " " + gettext("Without a vehicle from now on: %(who)s.", who=who)
    flash(told, "good")
    return back(row.authority_id)


def _vehicle(vehicle_id: int) -> VehicleRow:
    with database().read() as uow:
        return get_vehicle(uow, principal(), vehicle_id)


def _form(row: VehicleRow, **more: object) -> VehicleForm:
    form = VehicleForm(data=typed_of(row), **more)
    form.offer(authority_of(row.authority_id))
    return form


def _page(
    row: VehicleRow, *, form: VehicleForm | None = None, outage_form: OutageForm | None = None
) -> ResponseReturnValue:
    sent = form or outage_form
    page = render_template(
        "means/vehicle.html",
        row=row,
        form=form or _form(row, formdata=None),
        outage_form=outage_form or OutageForm(formdata=None),
        sent=sent,
        authority=authority_of(row.authority_id),
    )
    return page, 422 if sent is not None and sent.is_submitted() else 200


def _to(vehicle_id: int) -> ResponseReturnValue:
    return redirect(url_for("means.vehicle", vehicle_id=vehicle_id), 303)
