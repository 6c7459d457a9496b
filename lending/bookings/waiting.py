"""The waiting list: who waited longest is served first, when everything it asks for is free."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.availability.holds import Terms
from lending.availability.models import HoldKind
from lending.bookings.errors import StockConflict
from lending.bookings.holding import hold, item_ids_of, lock_with_waiting
from lending.bookings.models import Booking, BookingLine
from lending.bookings.moves import move
from lending.bookings.options import start_option
from lending.bookings.states import State
from lending.db.database import UnitOfWork
from lending.policies.rounds import round_for


def serve_waiting(uow: UnitOfWork, item_ids: Collection[int], terms: Mapping[int, Terms]) -> int:
    """Give what came free to the bookings that wait for it, in their order.

    `terms` is what `lock_with_waiting` returned. A booking that is not wholly locked, or that
    somebody is changing right now, is left for the next call; who comes behind it must not wait
    for it when both fit. Returns how many were served.
    """
    served = 0
    for booking in _waiting_for(uow, item_ids):
        if not item_ids_of(booking) <= terms.keys() or is_for_a_round(uow, booking):
            continue
        try:
            hold(uow, booking, HoldKind.OPTION, terms)
        except StockConflict:
            continue
        start_option(uow, booking)
        move(uow, SYSTEM, booking, "serve")
        served += 1
    return served


def serve_everyone(uow: UnitOfWork) -> int:
    """Serve the whole waiting list: what a worker does from time to time. Returns how many."""
    ids = set(
        uow.session.scalars(
            select(BookingLine.item_id)
            .join(Booking, Booking.id == BookingLine.booking_id)
            .where(Booking.state == State.WAITLISTED, Booking.starts_at > uow.now)
        )
    )
    return serve_waiting(uow, ids, lock_with_waiting(uow, ids)) if ids else 0


def is_for_a_round(uow: UnitOfWork, booking: Booking) -> bool:
    """Return whether the next decision about a booking is that of a round."""
    found = round_for(uow.session, booking.authority_id, booking.starts_at, uow.now)
    return found is not None


def _waiting_for(uow: UnitOfWork, item_ids: Collection[int]) -> list[Booking]:
    concerned = select(BookingLine.booking_id).where(BookingLine.item_id.in_(item_ids))
    return list(
        uow.session.scalars(
            select(Booking)
            .where(
                Booking.state == State.WAITLISTED,
                Booking.starts_at > uow.now,
                Booking.id.in_(concerned),
            )
            .order_by(Booking.waiting_since, Booking.arrival, Booking.id)
            # Waiting for the row would mean waiting with the items locked: a deadlock.
            .with_for_update(skip_locked=True, of=Booking)
        )
    )
