"""Loans that are not back at their end: told once, to whoever wants to know.

Their holds need nothing: what is out stays held until it is back, whatever its end.
"""

from functools import partial

from sqlalchemy import select

from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.db.database import Database, UnitOfWork
from lending.handover.facts import LoanIsLate
from lending.handover.models import LateLoan


def tell_late_loans(database: Database) -> int:
    """Tell of each loan that is late now and was not told before; return how many there were."""
    with database.read() as uow:
        late = list(
            uow.session.scalars(
                select(Booking.id)
                .outerjoin(LateLoan, LateLoan.booking_id == Booking.id)
                .where(
                    Booking.state == State.OUT,
                    Booking.ends_at <= uow.now,
                    LateLoan.booking_id.is_(None),
                )
                .order_by(Booking.ends_at, Booking.id)
            )
        )
    return sum(database.write(partial(_tell, booking_id=number)) for number in late)


def _tell(uow: UnitOfWork, booking_id: int) -> bool:
    """Tell of a loan, unless it came back, or another worker told of it, meanwhile."""
    booking = uow.session.get_one(Booking, booking_id, with_for_update=True)
    if booking.state is not State.OUT or booking.ends_at > uow.now:
        return False
    if uow.session.get(LateLoan, booking_id) is not None:
        return False
    uow.session.add(LateLoan(booking_id=booking_id, told_at=uow.now))
    uow.session.flush()  # subscribers read what the database holds
    uow.events.publish(LoanIsLate(booking_id), uow)
    return True
