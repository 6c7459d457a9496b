"""When something is not free: say what is missing and when, and offer what is possible."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from calendars.intervals import Interval
from lending.accounts.permissions import Action
from lending.availability.alternatives import Substitute
from lending.bookings.choices import take_dates, take_elsewhere, take_equivalent, take_part
from lending.bookings.conflicts import ConflictAnswer, ConflictLine, conflict_of
from lending.bookings.detail import BookingDetail
from lending.bookings.errors import OrganisationNotVerified
from lending.bookings.submission import join_waiting_list
from lending.errors import InvalidInput
from lending.web.bookings import blueprint
from lending.web.bookings.common import read_booking, to_booking
from lending.web.bookings.current import forget_current, keep_current
from lending.web.bookings.send import send
from lending.web.bookings.sentences import (
    conflict_explanation,
    conflict_name,
    missing_sentence,
)
from lending.web.context import allowed, database, principal
from lending.web.dates import read_dates
from lending.web.errors import words
from lending.web.formats import number, period, sentence
from lending.web.numbers import whole_number
from lending.web.templating import language
from lending.web.widgets import Alternative, Conflict, Timeline, TimelineStep

MOST_DATES = 3


@blueprint.get("/demandes/<int:booking_id>/conflit")
@allowed(Action.EDIT_BOOKING)
def conflict(booking_id: int) -> ResponseReturnValue:
    """Answer a draft that does not fit with what is possible."""
    booking = read_booking(booking_id)
    if not booking.can_edit or not booking.line_views:
        return to_booking(booking_id)
    with database().read() as uow:
        answer = conflict_of(uow, principal(), booking_id)
    return render_template(
        "bookings/conflict.html",
        booking=booking,
        answer=answer,
        conflicts=[as_widget(line, answer, _line_ways(booking, line)) for line in answer.lines],
        ways=_ways(booking, answer),
    )


def as_widget(
    line: ConflictLine, answer: ConflictAnswer, ways: tuple[Alternative, ...] = ()
) -> Conflict:
    """Return one item's conflict as the widget shows it."""
    return Conflict(
        item_name=conflict_name(line),
        sentence=missing_sentence(line),
        asked=line.requested,
        free=line.free,
        explanation=conflict_explanation(line),
        timeline=Timeline(
            start=line.window.start,
            end=line.window.end,
            asked_start=answer.period.start,
            asked_end=answer.period.end,
            steps=tuple(
                TimelineStep(step.period.start, step.period.end, step.free) for step in line.steps
            ),
            stock=line.stock,
            wanted=line.requested,
        ),
        alternatives=ways,
    )


def _line_ways(booking: BookingDetail, line: ConflictLine) -> tuple[Alternative, ...]:
    """Return what can stand in for one item, here and at other lenders."""
    here = [_substitute(booking, line, sub, elsewhere=False) for sub in line.equivalents]
    there = [
        _substitute(booking, line, sub, elsewhere=True)
        # the very same thing first, then what resembles it
        for sub in sorted(line.elsewhere, key=lambda sub: sub.name != line.name)
        if principal().can(
            Action.CREATE_BOOKING,
            authority_id=sub.authority_id,
            organisation_id=booking.organisation_id,
        )
    ]
    return tuple(here + there)


def _substitute(
    booking: BookingDetail, line: ConflictLine, sub: Substitute, *, elsewhere: bool
) -> Alternative:
    fields = (("item_id", str(line.item_id)), ("substitute_id", str(sub.item_id)))
    name = sub.name_en if sub.name_en and language() == "en" else sub.name
    if elsewhere:
        return Alternative(
            title=gettext(
                "%(num)s × %(item)s, from %(lender)s",
                num=number(sub.quantity),
                item=name,
                lender=sub.authority,
            ),
            text=gettext("In a request of its own, which you check before it goes."),
            button=gettext("Ask this lender"),
            action=url_for("bookings.elsewhere", booking_id=booking.id),
            fields=fields,
            icon="signpost-split",
        )
    return Alternative(
        title=gettext("%(num)s × %(item)s instead", num=number(sub.quantity), item=name),
        text=gettext("Same use, same lender, free for your dates."),
        button=gettext("Take this instead"),
        action=url_for("bookings.equivalent", booking_id=booking.id),
        fields=fields,
        icon="arrow-left-right",
    )


def _ways(booking: BookingDetail, answer: ConflictAnswer) -> list[Alternative]:
    """Return what can be done about the whole request."""
    ways = [_other_dates(booking, interval) for interval in answer.dates[:MOST_DATES]]
    if answer.part:
        english = language() == "en"
        ways.append(
            Alternative(
                title=gettext("Take what is free"),
                text=", ".join(
                    gettext(
                        "%(num)s × %(item)s",
                        num=number(part.quantity),
                        item=part.name_en if english and part.name_en else part.name,
                    )
                    for part in answer.part
                ),
                button=gettext("Send with these quantities"),
                action=url_for("bookings.part", booking_id=booking.id),
                icon="circle-half",
            )
        )
    if any(line.requested > line.stock for line in answer.lines):
        return ways  # no waiting brings more than there is
    ways.append(
        Alternative(
            title=gettext("Wait for your turn"),
            text=gettext(
                "Your whole request is served as soon as everything is free, in the order of "
                "arrival. Until then nothing is kept for you."
            ),
            button=gettext("Join the waiting list"),
            action=url_for("bookings.wait", booking_id=booking.id),
            icon="list-ol",
        )
    )
    return ways


def _other_dates(booking: BookingDetail, interval: Interval) -> Alternative:
    days = (interval.start.date() - booking.starts_at.date()).days
    near = (
        ngettext("%(num)d day later", "%(num)d days later", days)
        if days > 0
        else ngettext("%(num)d day earlier", "%(num)d days earlier", -days)
    )
    start, end = interval.start.astimezone(booking.zone), interval.end.astimezone(booking.zone)
    return Alternative(
        title=sentence(period(interval, booking.zone)),
        text=gettext("%(near)s; everything is free. Your event moves along.", near=near),
        button=gettext("Take these dates and send"),
        action=url_for("bookings.other_dates", booking_id=booking.id),
        fields=(
            ("start_date", f"{start:%Y-%m-%d}"),
            ("start_time", f"{start:%H:%M}"),
            ("end_date", f"{end:%Y-%m-%d}"),
            ("end_time", f"{end:%H:%M}"),
        ),
        icon="calendar-week",
    )


@blueprint.post("/demandes/<int:booking_id>/autres-dates")
@allowed(Action.EDIT_BOOKING)
def other_dates(booking_id: int) -> ResponseReturnValue:
    """Move a draft to the dates offered and send it."""
    booking = read_booking(booking_id)
    chosen = read_dates(request.form, booking.zone).period
    if chosen is None:
        return redirect(url_for("bookings.dates", booking_id=booking_id), 303)
    database().write(lambda uow: take_dates(uow, principal(), booking_id, chosen.start, chosen.end))
    keep_current(replace(booking, starts_at=chosen.start, ends_at=chosen.end))
    return send(booking_id)


@blueprint.post("/demandes/<int:booking_id>/partie")
@allowed(Action.EDIT_BOOKING)
def part(booking_id: int) -> ResponseReturnValue:
    """Ask for what is free only, and send it."""
    try:
        database().write(lambda uow: take_part(uow, principal(), booking_id))
    except InvalidInput as error:
        return _back(booking_id, error)
    return send(booking_id)


@blueprint.post("/demandes/<int:booking_id>/equivalent")
@allowed(Action.EDIT_BOOKING)
def equivalent(booking_id: int) -> ResponseReturnValue:
    """Ask for an equivalent in place of the missing part, and send the request."""
    item_id, substitute_id = _pair()
    try:
        database().write(
            lambda uow: take_equivalent(uow, principal(), booking_id, item_id, substitute_id)
        )
    except InvalidInput as error:
        return _back(booking_id, error)
    return send(booking_id)


@blueprint.post("/demandes/<int:booking_id>/ailleurs")
@allowed(Action.EDIT_BOOKING)
def elsewhere(booking_id: int) -> ResponseReturnValue:
    """Ask another lender for the missing part: send what remains, then show the other request."""
    item_id, substitute_id = _pair()
    try:
        split = database().write(
            lambda uow: take_elsewhere(uow, principal(), booking_id, item_id, substitute_id)
        )
    except InvalidInput as error:
        return _back(booking_id, error)
    keep_current(read_booking(split.other_id))
    if split.booking_id is None:
        flash(gettext("The request now goes to another lender. Check it and send it."), "success")
        return redirect(url_for("bookings.review", booking_id=split.other_id), 303)
    answer = send(split.booking_id)
    keep_current(read_booking(split.other_id))
    return answer


@blueprint.post("/demandes/<int:booking_id>/liste-d-attente")
@allowed(Action.EDIT_BOOKING)
def wait(booking_id: int) -> ResponseReturnValue:
    """Put a whole request on the waiting list."""
    try:
        database().write(lambda uow: join_waiting_list(uow, principal(), booking_id))
    except (InvalidInput, OrganisationNotVerified) as error:
        return _back(booking_id, error)
    forget_current(booking_id)
    return redirect(url_for("bookings.sent", booking_id=booking_id), 303)


def _pair() -> tuple[int, int]:
    return (
        request.form.get("item_id", 0, type=whole_number),
        request.form.get("substitute_id", 0, type=whole_number),
    )


def _back(booking_id: int, error: InvalidInput | OrganisationNotVerified) -> ResponseReturnValue:
    """Show the conflict again, as it is now, with what went wrong on top."""
    found = error.errors if isinstance(error, InvalidInput) else ()
    for one in found:
        flash(gettext(one.message, **dict(one.data)), "error")
    if not found:
        flash(words(error), "warning")
    return redirect(url_for("bookings.conflict", booking_id=booking_id), 303)
