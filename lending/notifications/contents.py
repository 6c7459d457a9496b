"""What a message says of a booking, as plain values that stay as they were told."""

from typing import Any

from lending.authorities.models import Authority, Depot
from lending.bookings.models import Booking, BookingLine, Logistics
from lending.db.database import UnitOfWork
from lending.notifications.writing import iso


def of_booking(booking: Booking) -> dict[str, Any]:
    """Return what every message about a booking may say of it."""
    return {
        **of_authority(booking.authority),
        "reference": booking.reference,
        "organisation": booking.organisation.name,
        "event": booking.event.name,
        "starts": iso(booking.starts_at),
        "ends": iso(booking.ends_at),
        "logistics": booking.logistics.value,
        "place": _place(booking),
        "lines": [_line(line) for line in booking.lines],
    }


def of_authority(authority: Authority) -> dict[str, Any]:
    """Return who tells it, on which clock, and how that lender is reached."""
    return {
        "authority": authority.name,
        "zone": authority.timezone,
        "phone": authority.phone,
        "email": authority.email,
    }


def meeting(uow: UnitOfWork, booking: Booking) -> dict[str, Any]:
    """Return where the equipment is collected or delivered, and who is called that day."""
    depots = [line.item.depot_id for line in booking.lines if line.item.depot_id is not None]
    depot = uow.session.get(Depot, depots[0]) if depots else None
    if depot is None or booking.logistics is not Logistics.PICKUP:
        return {"at": _place(booking), "call": booking.authority.phone}
    address = ", ".join(part for part in (depot.name, depot.address) if part)
    return {"at": address, "call": depot.phone or booking.authority.phone}


def departments_of(booking: Booking) -> set[int]:
    """Return the departments whose items a booking asks for."""
    return {line.item.department_id for line in booking.lines if line.item.department_id}


def _line(line: BookingLine) -> dict[str, Any]:
    item = line.item
    return {
        "name": item.name,
        "name_en": item.name_en,
        "requested": line.requested,
        "granted": line.granted,
    }


def _place(booking: Booking) -> str:
    event = booking.event
    if not event.site_address or event.commune.name in event.site_address:
        return event.site_address or event.commune.name
    return f"{event.site_address}, {event.commune.name}"
