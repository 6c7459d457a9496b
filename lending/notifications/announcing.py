"""What rooms that know no messages have to tell: what is signed, and what is charged.

Each is told once for its number, in the transaction in which it came to be.
"""

from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.notifications import links
from lending.notifications.contents import departments_of, of_booking
from lending.notifications.kinds import Kind
from lending.notifications.recipients import people_of, staff_of
from lending.notifications.writing import Told, tell


def tell_agreement(uow: UnitOfWork, booking_id: int, document_id: int, number: str) -> int:
    """Ask an association to read and sign the agreement of its loan; return how many were told."""
    booking = uow.session.get_one(Booking, booking_id)
    told = Told(
        Kind.AGREEMENT,
        f"document:{document_id}",
        links.booking(booking.id),
        of_booking(booking) | {"number": number},
        booking.id,
        booking.authority_id,
    )
    return tell(uow, told, people_of(uow, booking.organisation_id))


def tell_charge(uow: UnitOfWork, booking_id: int, charge_id: int, cents: int, what: str) -> int:
    """Tell an association what it is asked to pay, and for what; return how many were told."""
    booking = uow.session.get_one(Booking, booking_id)
    told = Told(
        Kind.CHARGE_PROPOSED,
        f"charge:{charge_id}",
        links.booking(booking.id),
        of_booking(booking) | {"cents": cents, "what": what},
        booking.id,
        booking.authority_id,
    )
    return tell(uow, told, people_of(uow, booking.organisation_id))


def tell_contested(uow: UnitOfWork, booking_id: int, charge_id: int, reason: str) -> int:
    """Tell the staff that an association contests a charge; return how many were told."""
    booking = uow.session.get_one(Booking, booking_id)
    told = Told(
        Kind.CHARGE_CONTESTED,
        f"charge:{charge_id}",
        links.decision(booking.id),
        of_booking(booking) | {"reason": reason},
        booking.id,
        booking.authority_id,
    )
    return tell(uow, told, staff_of(uow, booking.authority_id, departments=departments_of(booking)))
