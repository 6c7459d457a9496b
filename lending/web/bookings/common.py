"""What the views of a request share."""

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lending.authorities.models import Competence
from lending.bookings.detail import BookingDetail, get_booking
from lending.bookings.details import BookingDetails, EventDetails
from lending.equity.routing.following import Trail, trail_of
from lending.web.context import database, principal
from lending.web.numbers import whole_number


def read_booking(booking_id: int) -> BookingDetail:
    """Return a booking that the reader may see; the page is in its authority's zone.

    Raises:
        NotFound, NotSignedIn: the reader may not see it.
    """
    with database().read() as uow:
        booking = get_booking(uow, principal(), booking_id)
    g.zone = booking.zone
    return booking


def read_trail(booking_id: int) -> Trail:
    """Return where a request that the reader may see came from and went to."""
    with database().read() as uow:
        return trail_of(uow, principal(), booking_id)


def to_booking(booking_id: int) -> ResponseReturnValue:
    """Send the reader to the request's own page."""
    return redirect(url_for("bookings.show", booking_id=booking_id), 303)


def ticked_whole() -> set[int] | None:
    """Return of which items a part is of no use, as ticked in the form; None if it did not ask."""
    if "whole_asked" not in request.form:
        return None
    numbers = (name.partition("-")[2] for name in request.form if name.startswith("whole-"))
    return {whole_number(number) for number in numbers if number.isdecimal()}


def details_of(booking: BookingDetail) -> BookingDetails:
    """Return what a booking says, as the services take it."""
    return BookingDetails(
        organisation_id=booking.organisation_id,
        authority_id=booking.authority_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        logistics=booking.logistics,
        note=booking.note,
        source=booking.source,
    )


def event_of(booking: BookingDetail) -> EventDetails:
    """Return what a booking says of its event, as the services take it."""
    event = booking.event_view
    return EventDetails(
        name=event.name,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        commune_insee=event.commune_insee,
        competence=Competence(event.competence),
        attendance=event.attendance,
        site_address=event.site_address,
        lat=event.lat,
        lon=event.lon,
        access=event.access,
        setting=event.setting,
        description=event.description,
        is_public=event.is_public,
    )
