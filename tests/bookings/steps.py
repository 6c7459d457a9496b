"""What the tests of the moves share: read a booking's state, what is held, who is on the list."""

from sqlalchemy import select

from lending.availability.models import Hold, HoldKind
from lending.bookings.models import Booking, BookingLine, Transition
from lending.bookings.states import State
from lending.db.database import Database


def booking_of(database: Database, number: int) -> Booking:
    """Return the row of a booking, to look at its own columns."""
    with database.read() as uow:
        booking = uow.session.get_one(Booking, number)
        uow.session.expunge(booking)  # the row as it was read, after the session is over
        return booking


def state_of(database: Database, number: int) -> State:
    """Return where a booking stands."""
    return booking_of(database, number).state


def lines_of(database: Database, number: int) -> dict[int, tuple[int, int | None]]:
    """Return what is requested and granted, by item."""
    with database.read() as uow:
        lines = uow.session.get_one(Booking, number).lines
        return {line.item_id: (line.requested, line.granted) for line in lines}


def held_by(database: Database, number: int) -> dict[int, tuple[int, HoldKind]]:
    """Return what a booking takes out of the stock, by item, and how."""
    with database.read() as uow:
        rows = uow.session.execute(
            select(Hold.item_id, Hold.quantity, Hold.kind)
            .join(BookingLine, BookingLine.id == Hold.booking_line_id)
            .where(BookingLine.booking_id == number)
        )
        return {item_id: (quantity, kind) for item_id, quantity, kind in rows}


def moves_of(database: Database, number: int) -> list[str]:
    """Return the names of what happened to a booking, oldest first."""
    with database.read() as uow:
        return list(
            uow.session.scalars(
                select(Transition.move)
                .where(Transition.booking_id == number)
                .order_by(Transition.id)
            )
        )
