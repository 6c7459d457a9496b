"""Read what the rules of safety need to know, for many bookings at once."""

from collections import defaultdict
from collections.abc import Collection
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from calendars.zones import to_local
from lending.bookings.models import Booking, BookingLine
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.safety.models import WindCheck
from lending.safety.rules import Piece, Question, SafetyNotice, WindDecision, notices, questions


def safety_notices(uow: UnitOfWork, booking: Booking) -> tuple[SafetyNotice, ...]:
    """Return what must be minded with a booking; who may ask is asked before."""
    return notices_of(uow, [booking.id]).get(booking.id, ())


def notices_of(
    uow: UnitOfWork, booking_ids: Collection[int]
) -> dict[int, tuple[SafetyNotice, ...]]:
    """Return what must be minded with each of these bookings, in a fixed number of queries."""
    pieces = pieces_of(uow, booking_ids)
    decided = _decided(uow, booking_ids)
    bookings = uow.session.scalars(
        select(Booking)
        .where(Booking.id.in_(booking_ids))
        .options(joinedload(Booking.event), joinedload(Booking.authority))
    )
    return {
        booking.id: notices(
            pieces[booking.id],
            booking.event.setting,
            to_local(booking.starts_at, ZoneInfo(booking.authority.timezone)).date(),
            decided.get(booking.id),
        )
        for booking in bookings
    }


def questions_of(uow: UnitOfWork, booking_id: int) -> tuple[Question, ...]:
    """Return what has to be asked of the place for what a booking asks for."""
    return questions(pieces_of(uow, [booking_id])[booking_id])


def pieces_of(uow: UnitOfWork, booking_ids: Collection[int]) -> dict[int, list[Piece]]:
    """Return what is lent with each booking: what is granted, or else asked for."""
    rows = uow.session.execute(
        select(BookingLine, Item)
        .join(Item, Item.id == BookingLine.item_id)
        .where(BookingLine.booking_id.in_(booking_ids))
        .order_by(BookingLine.id)
    )
    found: dict[int, list[Piece]] = defaultdict(list)
    for line, item in rows:
        quantity = line.requested if line.granted is None else line.granted
        if quantity:
            found[line.booking_id].append(
                Piece(
                    name=item.name,
                    quantity=quantity,
                    tent_area_dm2=item.tent_area_dm2,
                    can_be_closed=item.can_be_closed,
                    wind_max_kmh=item.wind_max_kmh,
                    deck_area_dm2=item.deck_area_dm2,
                    drop_max_cm=item.drop_max_cm,
                    power_w=item.power_w,
                    plug=item.plug,
                    weight_g=item.weight_g,
                )
            )
    return found


def _decided(uow: UnitOfWork, booking_ids: Collection[int]) -> dict[int, WindDecision]:
    rows = uow.session.scalars(
        select(WindCheck).where(WindCheck.booking_id.in_(booking_ids)).order_by(WindCheck.id)
    )
    return {
        row.booking_id: WindDecision(row.forecast_kmh, row.limit_kmh, row.is_go, row.by_name)
        for row in rows
    }
