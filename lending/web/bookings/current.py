"""The request that the reader is preparing: kept between pages, shown beside the catalogue."""

from flask import session, url_for
from flask_babel import gettext

from lending.bookings.detail import BookingDetail, LineView, get_booking
from lending.db.database import UnitOfWork
from lending.errors import NotFound, NotSignedIn
from lending.web.context import principal
from lending.web.dates import remember_period
from lending.web.formats import period
from lending.web.templating import language
from lending.web.widgets import ListLine, RunningList

KEPT = "draft_id"


def keep_current(booking: BookingDetail) -> None:
    """Make this draft the one that the catalogue fills, and its dates those of the pages."""
    session[KEPT] = booking.id
    remember_period(booking.period, booking.zone)


def forget_current(booking_id: int | None = None) -> None:
    """Prepare nothing any more; with a number, only if it is that draft."""
    if booking_id is None or session.get(KEPT) == booking_id:
        session.pop(KEPT, None)


def current_draft(uow: UnitOfWork) -> BookingDetail | None:
    """Return the draft that the reader prepares, None when there is none (any more)."""
    number = session.get(KEPT)
    if not isinstance(number, int):
        return None
    try:
        booking = get_booking(uow, principal(), number)
    except (NotFound, NotSignedIn):
        booking = None
    if booking is None or not booking.can_edit:
        forget_current()
        return None
    return booking


def line_name(line: LineView) -> str:
    """Return the item's name in the reader's language, as far as it has one."""
    return line.name_en if line.name_en and language() == "en" else line.name


def running_list(booking: BookingDetail) -> RunningList:
    """Return what is chosen so far as the widget shows it."""
    return RunningList(
        lines=tuple(
            ListLine(
                name=line_name(line),
                quantity=line.quantity,
                url=url_for("catalogue.item", item_id=line.item_id),
                free=line.free,
                remove_url=url_for(
                    "bookings.remove_line", booking_id=booking.id, item_id=line.item_id
                ),
            )
            for line in booking.line_views
        ),
        weight_g=booking.weight_g,
        volume_l=booking.volume_l,
        period=period(booking.period, booking.zone),
        continue_url=url_for("bookings.logistics", booking_id=booking.id),
        continue_label=gettext("Continue"),
    )
