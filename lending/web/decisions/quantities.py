"""The quantities that the forms of a request take."""

from flask import request
from flask_babel import gettext

from lending.bookings.detail import BookingDetail
from lending.errors import InvalidInput
from lending.web.numbers import whole_number


def quantities(prefix: str) -> dict[int, int]:
    """Return the whole numbers of the fields `<prefix>-<item>`; empty ones count as zero.

    Raises:
        InvalidInput: a field holds something else.
    """
    found: dict[int, int] = {}
    errors = {}
    for name, text in request.form.items():
        start, _, item_id = name.rpartition("-")
        if start != prefix or not item_id.isdecimal():
            continue
        try:
            found[whole_number(item_id)] = whole_number(text.strip() or "0")
        except ValueError:
            errors[name] = gettext("Give a whole number.")
    if errors:
        raise InvalidInput(**errors)
    return found


def named(booking: BookingDetail) -> dict[int, int]:
    """Return nothing for each line, where only those that the form names are granted."""
    if not request.form.get("only_named"):
        return {}
    return {line.item_id: 0 for line in booking.line_views}


def granted_quantities(booking: BookingDetail) -> dict[int, int]:
    """Return the quantities of the form that was sent, as far as they can be read."""
    try:
        return named(booking) | quantities("granted")
    except InvalidInput:
        return {}
