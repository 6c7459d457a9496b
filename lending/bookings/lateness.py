"""Whether a request comes later than its lender asks for: one measure for lists and duties.

The criterion of the lead time (lending.equity.eligibility) goes by the same rule.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, func, select

from calendars.zones import to_local
from lending.bookings.models import Booking, BookingLine
from lending.catalogue.models import Item
from lending.policies.rules import HEAVY_CREW, Rules


def largest_crew() -> ScalarSelect[int]:
    """Return, for a query of bookings, how many people their heaviest piece takes."""
    return (
        select(func.coalesce(func.max(Item.min_crew), 0))
        .join(BookingLine, BookingLine.item_id == Item.id)
        .where(BookingLine.booking_id == Booking.id)
        .scalar_subquery()
    )


def is_late(booking: Booking, rules: Rules, crew: int, zone: ZoneInfo, now: datetime) -> bool:
    """Return whether a request came (or, of a draft, comes now) later than the rules allow."""
    return rules.is_late(
        to_local(booking.submitted_at or now, zone).date(),
        to_local(booking.starts_at, zone).date(),
        heavy=crew >= HEAVY_CREW,
    )
