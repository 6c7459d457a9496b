"""Change what was sent: everything until it is decided, downwards afterwards."""

from dataclasses import replace

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from calendars.intervals import Interval
from lending.accounts.permissions import Action
from lending.availability.answers import Wanted
from lending.bookings.changes import change_booking, reduce_booking
from lending.bookings.choices import change_dates
from lending.bookings.conflicts import ConflictAnswer, explain_conflict
from lending.bookings.consent import show_event
from lending.bookings.detail import BookingDetail
from lending.bookings.errors import StockConflict
from lending.errors import InvalidInput, NotAllowedNow
from lending.web.bookings import blueprint
from lending.web.bookings.common import details_of, read_booking, ticked_whole, to_booking
from lending.web.bookings.conflict import MOST_DATES, as_widget
from lending.web.bookings.follow import overtaken
from lending.web.bookings.forms import PeriodForm
from lending.web.bookings.prepare import EVENT_FIELDS
from lending.web.context import allowed, database, principal
from lending.web.form_errors import tell_errors
from lending.web.formats import number, period, sentence
from lending.web.numbers import whole_number
from lending.web.widgets import Alternative


@blueprint.route("/demandes/<int:booking_id>/modifier", methods=["GET", "POST"])
@allowed(Action.EDIT_BOOKING)
def change(booking_id: int) -> ResponseReturnValue:
    """Change dates and quantities of a request that is not decided."""
    booking = read_booking(booking_id)
    form = PeriodForm()
    if not booking.can_change:
        return _too_late(booking) if form.is_submitted() else to_booking(booking_id)
    quantities = {line.item_id: line.requested for line in booking.line_views}
    answer: ConflictAnswer | None = None
    status = 200
    if not form.is_submitted():
        form.show(booking.period, booking.zone)
    else:
        quantities, sound = _read_quantities(booking)
        wanted = form.period(booking.zone) if form.validate() else None
        if not sound:
            form.form_errors.append(gettext("Give a whole number of pieces."))
        elif wanted is not None:
            try:
                _write(booking, wanted, quantities)
            except InvalidInput as error:
                tell_errors(form, error, EVENT_FIELDS)
            except NotAllowedNow:
                return _too_late(booking)
            except StockConflict as conflict:
                with database().read() as uow:
                    answer = explain_conflict(uow, conflict, booking.zone)
            else:
                flash(gettext("Your request is changed."), "success")
                return to_booking(booking_id)
        status = 409 if answer else 422
    return render_template(
        "bookings/change.html",
        form=form,
        booking=booking,
        quantities=quantities,
        whole=_whole(booking),
        conflicts=[as_widget(line, answer) for line in answer.lines] if answer else [],
        ways=_ways(booking, quantities, answer) if answer else [],
    ), status


def _whole(booking: BookingDetail) -> set[int]:
    """Return of which items a part is of no use: as ticked, or as it was."""
    ticked = ticked_whole()
    if ticked is not None:
        return ticked
    return {line.item_id for line in booking.line_views if line.all_or_nothing}


def _too_late(booking: BookingDetail) -> ResponseReturnValue:
    """Show the request as somebody else left it meanwhile, with the quantities that were typed."""
    quantities, _ = _read_quantities(booking)
    typed = ", ".join(
        f"{number(quantities[line.item_id])} × {line.name}"
        for line in booking.line_views
        if f"quantity-{line.item_id}" in request.form
    )
    return overtaken(booking.id, typed)


def _write(booking: BookingDetail, wanted: Interval, quantities: dict[int, int]) -> None:
    details = replace(details_of(booking), starts_at=wanted.start, ends_at=wanted.end)
    whole = ticked_whole()
    lines = [
        Wanted(item_id, quantity, None if whole is None else item_id in whole)
        for item_id, quantity in quantities.items()
        if quantity
    ]
    if "move_event" in request.form:
        database().write(lambda uow: change_dates(uow, principal(), booking.id, details, lines))
        return
    database().write(
        lambda uow: change_booking(uow, principal(), booking.id, details=details, lines=lines)
    )


def _read_quantities(booking: BookingDetail) -> tuple[dict[int, int], bool]:
    """Return the quantities of the form by item, and whether all of them are numbers."""
    quantities, sound = {}, True
    for line in booking.line_views:
        typed = request.form.get(f"quantity-{line.item_id}", "").strip() or "0"
        try:
            quantities[line.item_id] = whole_number(typed)
        except ValueError:
            quantities[line.item_id], sound = line.quantity, False
    return quantities, sound


def _ways(
    booking: BookingDetail, quantities: dict[int, int], answer: ConflictAnswer
) -> list[Alternative]:
    """Return what can be done instead: each sends the whole form again with one thing changed."""
    action = url_for("bookings.change", booking_id=booking.id)
    days = {
        name: request.form.get(name, "")
        for name in ("start_date", "start_time", "end_date", "end_time")
    }
    pieces = {f"quantity-{item_id}": str(quantity) for item_id, quantity in quantities.items()}
    pieces |= {f"whole-{item_id}": "yes" for item_id in _whole(booking)} | {"whole_asked": "yes"}
    ways = []
    for interval in answer.dates[:MOST_DATES]:
        start, end = (at.astimezone(booking.zone) for at in (interval.start, interval.end))
        other = {
            "start_date": f"{start:%Y-%m-%d}",
            "start_time": f"{start:%H:%M}",
            "end_date": f"{end:%Y-%m-%d}",
            "end_time": f"{end:%H:%M}",
        }
        ways.append(
            Alternative(
                title=sentence(period(interval, booking.zone)),
                text=gettext("Everything is free. Your event moves along."),
                button=gettext("Take these dates"),
                action=action,
                fields=tuple((other | pieces | {"move_event": "yes"}).items()),
            )
        )
    if answer.part:
        possible = {f"quantity-{part.item_id}": str(part.quantity) for part in answer.part}
        nothing = pieces | {f"quantity-{item_id}": "0" for item_id in quantities}
        ways.append(
            Alternative(
                title=gettext("Take what is free"),
                text=", ".join(f"{number(part.quantity)} × {part.name}" for part in answer.part),
                button=gettext("Change to these quantities"),
                action=action,
                fields=tuple((days | nothing | possible).items()),
                icon="circle-half",
            )
        )
    return ways


@blueprint.post("/demandes/<int:booking_id>/programme")
@allowed(Action.EDIT_BOOKING)
def announce(booking_id: int) -> ResponseReturnValue:
    """Announce the event in the public programme, or take it out again."""
    wanted = request.form.get("is_public") == "yes"
    database().write(lambda uow: show_event(uow, principal(), booking_id, is_public=wanted))
    if wanted:
        flash(gettext("The event is in the public programme once equipment is granted."), "success")
    else:
        flash(gettext("The event is not in the public programme any more."), "success")
    return to_booking(booking_id)


@blueprint.route("/demandes/<int:booking_id>/reduire", methods=["GET", "POST"])
@allowed(Action.EDIT_BOOKING)
def reduce(booking_id: int) -> ResponseReturnValue:
    """Give back a part of what was granted."""
    booking = read_booking(booking_id)
    if not booking.can_reduce:
        return _too_late(booking) if request.method == "POST" else to_booking(booking_id)
    quantities = {line.item_id: line.quantity for line in booking.line_views}
    errors: list[tuple[str, str]] = []
    reason = request.form.get("reason", "")
    if request.method == "POST":
        quantities, sound = _read_quantities(booking)
        if not sound:
            errors.append(("", gettext("Give a whole number of pieces.")))
        else:
            lines = [Wanted(item_id, quantity) for item_id, quantity in quantities.items()]
            try:
                database().write(
                    lambda uow: reduce_booking(uow, principal(), booking_id, lines, reason)
                )
            except InvalidInput as error:
                errors += [
                    (
                        "reason" if found.field == "reason" else "",
                        gettext(found.message, **dict(found.data)),
                    )
                    for found in error.errors
                ]
            except NotAllowedNow:
                return _too_late(booking)
            else:
                flash(gettext("Your booking is reduced. Others thank you."), "success")
                return to_booking(booking_id)
    return render_template(
        "bookings/reduce.html", booking=booking, quantities=quantities, errors=errors, reason=reason
    ), 422 if errors else 200
