"""Options and waits that lapse: what a worker does from time to time."""

from functools import partial

from sqlalchemy import or_, select

from lending.bookings.decisions import expire_booking
from lending.bookings.models import Booking
from lending.bookings.states import UNDECIDED, State
from lending.db.database import Database, UnitOfWork


def lapsed_booking_ids(uow: UnitOfWork) -> list[int]:
    """Return the bookings whose option has run out or whose waited-for dates have come."""
    return list(
        uow.session.scalars(
            select(Booking.id)
            .where(
                or_(
                    Booking.state.in_(UNDECIDED) & (Booking.option_until <= uow.now),
                    (Booking.state == State.WAITLISTED) & (Booking.starts_at <= uow.now),
                )
            )
            .order_by(Booking.id)
        )
    )


def expire_one(uow: UnitOfWork, booking_id: int) -> bool:
    """Let one booking lapse, unless it was decided meanwhile. Returns whether it did."""
    booking = uow.session.get(Booking, booking_id, with_for_update=True)
    if booking is None or booking.id not in lapsed_booking_ids(uow):
        return False
    expire_booking(uow, booking)
    return True


def expire_options(database: Database) -> int:
    """Let everything lapse that is due, each in its own transaction. Returns how many did."""
    with database.read() as uow:
        due = lapsed_booking_ids(uow)
    return sum(database.write(partial(expire_one, booking_id=booking_id)) for booking_id in due)
