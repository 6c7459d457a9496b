"""Make a booking hold what it should, or say why it cannot."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from calendars.intervals import Interval
from lending.availability.answers import Wanted, find_conflicts
from lending.availability.holds import (
    Terms,
    add_holds,
    drop_holds_of_lines,
    lock_items,
    seconds,
)
from lending.availability.models import HoldKind
from lending.bookings.errors import StockConflict
from lending.bookings.models import Booking, BookingLine
from lending.bookings.states import State
from lending.db.database import UnitOfWork


def period_of(booking: Booking) -> Interval:
    """Return the time of the loan, without preparation and turnaround."""
    return Interval(booking.starts_at, booking.ends_at)


def wanted_by(booking: Booking) -> list[Wanted]:
    """Return what the booking should hold: what is granted, or else what is requested."""
    wanted = (
        Wanted(
            line.item_id,
            line.requested if line.granted is None else line.granted,
            line.all_or_nothing,
        )
        for line in booking.lines
    )
    return [want for want in wanted if want.quantity > 0]


def lock_with_waiting(uow: UnitOfWork, item_ids: Iterable[int]) -> dict[int, Terms]:
    """Lock items, and with them all items of the bookings that wait for one of them.

    What is given back goes to who waits in the same transaction; asking for more locks later
    could make two transactions wait for each other.
    """
    ids = set(item_ids)
    waiting = _items_waited_for_with(uow.session, ids)
    return lock_items(uow.session, ids | waiting)


def _items_waited_for_with(session: Session, item_ids: set[int]) -> set[int]:
    waiting = (
        select(BookingLine.booking_id)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .where(Booking.state == State.WAITLISTED, BookingLine.item_id.in_(item_ids))
    )
    return set(
        session.scalars(select(BookingLine.item_id).where(BookingLine.booking_id.in_(waiting)))
    )


def hold(
    uow: UnitOfWork,
    booking: Booking,
    kind: HoldKind,
    terms: Mapping[int, Terms],
    *,
    reduces: bool = False,
) -> None:
    """Make the booking hold what it wants, in place of what it held before.

    Its items must be locked (`terms` is what the lock returned). What only `reduces` a hold
    passes without a question, also where stock has fallen short meanwhile.

    Raises:
        StockConflict: too little is free; nothing was changed that is not undone.
    """
    period, wanted = period_of(booking), wanted_by(booking)
    uow.session.flush()  # new lines need their ids
    drop_holds_of_lines(uow.session, [line.id for line in booking.lines])
    if not reduces and (conflicts := find_conflicts(uow, period, wanted, terms)):
        raise StockConflict(period, wanted, conflicts, booking.id)
    quantities = {want.item_id: want.quantity for want in wanted}
    starts, ends = seconds(period.start), seconds(period.end)
    add_holds(
        uow.session,
        [
            _row(line, terms[line.item_id], starts, ends, quantities[line.item_id], kind)
            for line in booking.lines
            if line.item_id in quantities
        ],
    )


def _row(
    line: BookingLine, term: Terms, starts: int, ends: int, quantity: int, kind: HoldKind
) -> dict[str, object]:
    begin, end = term.widen(starts, ends)
    return {
        "item_id": line.item_id,
        "starts": begin,
        "ends": end,
        "quantity": quantity,
        "kind": kind,
        "is_out": False,
        "booking_line_id": line.id,
    }


def release(uow: UnitOfWork, booking: Booking) -> None:
    """Give back everything that the booking holds; its items must be locked."""
    drop_holds_of_lines(uow.session, [line.id for line in booking.lines])


def item_ids_of(booking: Booking) -> set[int]:
    """Return the items that the booking is about."""
    return {line.item_id for line in booking.lines}
