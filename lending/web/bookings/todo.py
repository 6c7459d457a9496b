"""What is done and what is to be done before a draft can be sent."""

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext

from calendars.intervals import Interval
from lending.attachments.expiring import UncoveredLoan
from lending.attachments.kinds import PaperKind
from lending.bookings.detail import BookingDetail
from lending.organisations.models import Verification
from lending.safety.rules import Question
from lending.web.bookings.sentences import logistics_words
from lending.web.formats import day, period
from lending.web.widgets import Task


def tasks_of(
    booking: BookingDetail, uncovered: UncoveredLoan | None, asked: Collection[Question]
) -> list[Task]:
    """Return what is done and what is to be done before a draft can be sent."""
    number = booking.id
    equipment = "problem" if booking.is_short else "done" if booking.line_views else "todo"
    event = booking.event_view
    return [
        Task(
            gettext("The event"),
            url_for("bookings.event", booking_id=number),
            "done",
            f"{event.name}, {period(Interval(event.starts_at, event.ends_at))}",
        ),
        Task(
            gettext("The dates of the loan"),
            url_for("bookings.dates", booking_id=number),
            "done",
            period(booking.period),
        ),
        Task(
            gettext("The equipment"),
            url_for("bookings.equipment", booking_id=number),
            equipment,
            _equipment_hint(booking),
        ),
        Task(
            gettext("Collection or delivery"),
            url_for("bookings.logistics", booking_id=number),
            "done",
            logistics_words(booking),
        ),
        *([_place(booking, asked)] if asked else []),
        *([_insurance(uncovered)] if uncovered else []),
        _sending(booking),
    ]


def _place(booking: BookingDetail, asked: Collection[Question]) -> Task:
    """Return what has to be said of the place; the request can be sent before."""
    setting = booking.event_view.setting
    is_said = all(getattr(setting, question.value) is not None for question in asked)
    return Task(
        gettext("The place"),
        url_for("safety.setting", booking_id=booking.id),
        "done" if is_said else "todo",
        gettext("The ground, the distance of tents, the height of a stage, the electricity."),
    )


def _insurance(uncovered: UncoveredLoan) -> Task:
    """Return what is to be done for the loan to be insured; it can be sent before."""
    if uncovered.is_coming:
        hint = gettext("Handed in: the front desk looks at it.")
    elif uncovered.insured_until:
        hint = gettext(
            "It ends on %(day)s, the loan on %(back)s. You can send the request before.",
            day=day(uncovered.insured_until),
            back=day(uncovered.ends_on),
        )
    else:
        hint = gettext(
            "A certificate that runs until %(back)s. You can send the request before.",
            back=day(uncovered.ends_on),
        )
    url = url_for(
        "attachments.give", organisation_id=uncovered.organisation_id, kind=PaperKind.INSURANCE
    )
    return Task(
        gettext("Insurance certificate"), url, "waiting" if uncovered.is_coming else "todo", hint
    )


def _equipment_hint(booking: BookingDetail) -> str:
    if booking.is_short:
        return str(
            gettext(
                "More is asked for than is free. You can send it all the same: we will "
                "show you what is possible."
            )
        )
    if not booking.line_views:
        return str(gettext("Choose items and quantities in the catalogue."))
    return ", ".join(f"{line.quantity} × {line.name}" for line in booking.line_views)


def _sending(booking: BookingDetail) -> Task:
    title = gettext("Check and send")
    url = url_for("bookings.review", booking_id=booking.id)
    if not booking.line_views:
        return Task(title, url, "later", gettext("Choose at least one item first."))
    if booking.verification is not Verification.VERIFIED:
        return Task(
            title, url, "waiting", gettext("The front desk has to verify your association first.")
        )
    return Task(title, url, "todo")
