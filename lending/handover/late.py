"""Loans that are not back some hours after their end: told once, to whoever wants to know.

Their holds need nothing: what is out stays held until it is back, whatever its end.
"""

from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.clock import is_civil
from lending.db.database import Database, UnitOfWork
from lending.handover.facts import LoanIsLate
from lending.handover.models import LateLoan

LATE_AFTER = timedelta(hours=2)
"""Who is on the way back needs no reminder."""


def tell_late_loans(database: Database) -> int:
    """Tell of each loan that is late now and was not told before; return how many there were.

    Only between 9 and 19 on the lender's clock: what falls into the night waits for the morning.
    """
    with database.read() as uow:
        rows = uow.session.execute(
            select(Booking.id, Authority.timezone)
            .join(Authority, Authority.id == Booking.authority_id)
            .outerjoin(LateLoan, LateLoan.booking_id == Booking.id)
            .where(
                Booking.state == State.OUT,
                Booking.ends_at <= uow.now - LATE_AFTER,
                LateLoan.booking_id.is_(None),
            )
            .order_by(Booking.ends_at, Booking.id)
        )
        late = [number for number, zone in rows if is_civil(uow.now, ZoneInfo(zone))]
    return sum(database.write(partial(_tell, booking_id=number)) for number in late)


def _tell(uow: UnitOfWork, booking_id: int) -> bool:
    """Tell of a loan, unless it came back, or another worker told of it, meanwhile."""
    booking = uow.session.get_one(Booking, booking_id, with_for_update=True)
    if booking.state is not State.OUT or booking.ends_at > uow.now - LATE_AFTER:
        return False
    if uow.session.get(LateLoan, booking_id) is not None:
        return False
    uow.session.add(LateLoan(booking_id=booking_id, told_at=uow.now))
    uow.session.flush()  # subscribers read what the database holds
    uow.events.publish(LoanIsLate(booking_id), uow)
    return True
