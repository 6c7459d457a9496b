"""Prepare a request: the event, the dates, how the equipment gets there."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from calendars.intervals import Interval
from lending.accounts.permissions import Action
from lending.authorities.queries import AuthorityView, get_authority, list_communes
from lending.bookings.defaults import usual_period
from lending.bookings.detail import BookingDetail
from lending.bookings.drafts import delete_draft, edit_draft
from lending.bookings.models import Logistics, SiteAccess
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotFound
from lending.web.bookings import blueprint
from lending.web.bookings.common import details_of, event_of, read_booking, to_booking
from lending.web.bookings.current import forget_current, keep_current
from lending.web.bookings.depots import closed_around, collections_of
from lending.web.bookings.forms import EventForm, LogisticsForm, PeriodForm
from lending.web.bookings.positions import position_text, read_position
from lending.web.context import allowed, database, field_pictures, principal
from lending.web.form_errors import tell_errors

EVENT_FIELDS = {
    "event.name": "name",
    "event.end": "event_end_date",
    "event.start": "event_start_date",
    "event.commune_insee": "commune_insee",
    "event.attendance": "attendance",
    "event.site_address": "site_address",
    **{f"event.access.{name}": f"access_{name}" for name in vars(SiteAccess())},
    "start": "start_date",
    "end": "end_date",
}


def next_page(booking: BookingDetail) -> ResponseReturnValue:
    """Send the reader to the first thing that is still to be done."""
    if not booking.line_views:
        return redirect(url_for("bookings.equipment", booking_id=booking.id), 303)
    return to_booking(booking.id)


@blueprint.route("/demandes/<int:booking_id>/evenement", methods=["GET", "POST"])
@allowed(Action.EDIT_BOOKING)
def event(booking_id: int) -> ResponseReturnValue:
    """Change what a draft says of its event."""
    booking = read_booking(booking_id)
    if not booking.can_edit:
        return to_booking(booking_id)
    with database().read() as uow:
        communes = list_communes(uow)
    form = EventForm()
    form.offer(communes)
    if not form.is_submitted():
        form.show(booking.event_view, booking.zone)
    elif form.validate():
        wanted = form.event(booking.zone, event_of(booking))
        if wanted is not None:
            try:
                database().write(lambda uow: edit_draft(uow, principal(), booking_id, event=wanted))
            except InvalidInput as error:
                tell_errors(form, error, EVENT_FIELDS)
            else:
                return next_page(booking)
    return render_template("bookings/event.html", form=form, booking=booking), _status(form)


@blueprint.route("/demandes/<int:booking_id>/dates", methods=["GET", "POST"])
@allowed(Action.EDIT_BOOKING)
def dates(booking_id: int) -> ResponseReturnValue:
    """Change when a draft needs the equipment."""
    booking = read_booking(booking_id)
    if not booking.can_edit:
        return to_booking(booking_id)
    form = PeriodForm()
    if not form.is_submitted():
        form.show(booking.period, booking.zone)
    elif form.validate():
        period = form.period(booking.zone)
        if period is not None and _write_period(booking, period, form):
            return next_page(booking)
    with database().read() as uow:
        authority = get_authority(uow, booking.authority_id)
        usual = usual_dates(uow, authority, _event_period(booking), booking.zone)
        closed = closed_around(uow, authority.id, booking.period, booking.zone)
    return render_template(
        "bookings/dates.html",
        form=form,
        booking=booking,
        usual=usual,
        collections=collections_of(booking, authority, closed),
    ), _status(form)


def _write_period(booking: BookingDetail, period: Interval, form: PeriodForm) -> bool:
    """Write the dates of a draft; what is wrong with them is told beside the fields."""
    details = replace(details_of(booking), starts_at=period.start, ends_at=period.end)
    try:
        database().write(lambda uow: edit_draft(uow, principal(), booking.id, details=details))
    except InvalidInput as error:
        tell_errors(form, error, EVENT_FIELDS)
        return False
    keep_current(replace(booking, starts_at=period.start, ends_at=period.end))
    return True


@blueprint.post("/demandes/<int:booking_id>/memes-dates")
@allowed(Action.EDIT_BOOKING)
def set_dates(booking_id: int) -> ResponseReturnValue:
    """Take the dates of the catalogue's bar for a draft, and show the catalogue again."""
    booking = read_booking(booking_id)
    form = PeriodForm()
    period = form.period(booking.zone) if form.validate() else None
    if period is None or not _write_period(booking, period, form):
        for _, message in _messages(form):
            flash(message, "error")
    return redirect(url_for("bookings.equipment", booking_id=booking_id), 303)


def _messages(form: PeriodForm) -> list[tuple[str, str]]:
    return [(name, str(text)) for name, texts in form.errors.items() for text in texts] or [
        ("", gettext("These dates cannot be used."))
    ]


def _event_period(booking: BookingDetail) -> Interval:
    return Interval(booking.event_view.starts_at, booking.event_view.ends_at)


def usual_dates(
    uow: UnitOfWork, authority: AuthorityView, event: Interval, zone: ZoneInfo
) -> Interval:
    """Return when the equipment of an event is usually lent by an authority."""
    weekdays = {stretch.weekday for depot in authority.depots for stretch in depot.hours}
    closed = closed_around(uow, authority.id, event, zone)
    return usual_period(event, zone, weekdays, closed.at_all(each.id for each in authority.depots))


@blueprint.get("/demandes/<int:booking_id>/materiel")
@allowed(Action.EDIT_BOOKING)
def equipment(booking_id: int) -> ResponseReturnValue:
    """Choose equipment for a draft: the catalogue, with its dates and its lender."""
    booking = read_booking(booking_id)
    if not booking.can_edit:
        return to_booking(booking_id)
    keep_current(booking)
    return redirect(url_for("catalogue.index", authority=booking.authority_id), 303)


@blueprint.route("/demandes/<int:booking_id>/acheminement", methods=["GET", "POST"])
@allowed(Action.EDIT_BOOKING)
def logistics(booking_id: int) -> ResponseReturnValue:
    """Choose between collection at the depot, delivery, and delivery with set-up."""
    booking = read_booking(booking_id)
    if not booking.can_edit:
        return to_booking(booking_id)
    form = LogisticsForm()
    form.offer()
    if not form.is_submitted():
        form.logistics.data = booking.logistics.value
        form.site_address.data = booking.event_view.site_address
        form.position.data = position_text(booking.event_view.lat, booking.event_view.lon)
        form.show_access(booking.event_view.access)
        form.note.data = booking.note
    elif form.validate() and form.is_sound() and _write_logistics(booking, form):
        return redirect(url_for("bookings.review", booking_id=booking_id), 303)
    with database().read() as uow:
        authority = get_authority(uow, booking.authority_id)
        closed = closed_around(uow, authority.id, booking.period, booking.zone)
    return render_template(
        "bookings/logistics.html",
        form=form,
        booking=booking,
        collections=collections_of(booking, authority, closed),
    ), _status(form)


def _plan(form: LogisticsForm, known: str) -> str:
    """Return the name of the plan: that of the picture sent, the one there was, or none.

    Raises:
        InvalidInput: it is no picture that we can use.
    """
    content = form.plan.data.read() if form.plan.data else b""
    if content:
        # Outside the transaction: the name is that of the content, so twice does no harm.
        return field_pictures().save(content)
    return "" if form.drop_plan.data else known


@blueprint.get("/demandes/<int:booking_id>/plan-<int:width>.webp")
@allowed(Action.SEE_BOOKING)
def plan(booking_id: int, width: int) -> ResponseReturnValue:
    """Send the plan of the place that a booking is delivered to."""
    name = read_booking(booking_id).event_view.access.plan
    content = field_pictures().read(name, width) if name else None
    if content is None:
        raise NotFound
    return Response(content, mimetype="image/webp", headers={"Cache-Control": "private"})


def _write_logistics(booking: BookingDetail, form: LogisticsForm) -> bool:
    before = event_of(booking)
    address = (form.site_address.data or "").strip()
    lat, lon = read_position(form.position.data or "") or (None, None)
    if address != before.site_address and (form.position.data or "") == position_text(
        before.lat, before.lon
    ):
        lat = lon = None  # that of the place it was before
    try:
        plan = _plan(form, before.access.plan)
    except InvalidInput as error:
        tell_errors(form, error, {"photo": "plan"})
        return False
    event = replace(before, site_address=address, lat=lat, lon=lon, access=form.access(plan))
    details = replace(
        details_of(booking), logistics=Logistics(form.logistics.data), note=form.note.data or ""
    )
    try:
        database().write(
            lambda uow: edit_draft(uow, principal(), booking.id, details=details, event=event)
        )
    except InvalidInput as error:
        tell_errors(form, error, EVENT_FIELDS)
        return False
    return True


@blueprint.route("/demandes/<int:booking_id>/supprimer", methods=["GET", "POST"])
@allowed(Action.EDIT_BOOKING)
def delete(booking_id: int) -> ResponseReturnValue:
    """Ask whether a draft may be thrown away, and do it."""
    booking = read_booking(booking_id)
    if not booking.can_edit:
        return to_booking(booking_id)
    if request.method == "POST":
        database().write(lambda uow: delete_draft(uow, principal(), booking_id))
        forget_current(booking_id)
        flash(gettext("The draft is deleted."), "success")
        return redirect(url_for("bookings.index"), 303)
    return render_template("bookings/delete.html", booking=booking)


def _status(form: EventForm | PeriodForm | LogisticsForm) -> int:
    return 422 if form.is_submitted() else 200
