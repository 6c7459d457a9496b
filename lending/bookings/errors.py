"""What can go wrong with bookings in particular."""

from collections.abc import Sequence
from typing import ClassVar

from calendars.intervals import Interval
from lending.availability.answers import LineConflict, Wanted
from lending.errors import LendingError
from lending.i18n import N_


class StockConflict(LendingError):
    """Too little is free. Not a failure but an answer: see availability.alternatives."""

    code: ClassVar[str] = "stock_conflict"
    default_message = N_("Some of the equipment is not free for these dates.")

    def __init__(
        self,
        period: Interval,
        wanted: Sequence[Wanted],
        lines: Sequence[LineConflict],
        booking_id: int | None = None,
    ) -> None:
        self.period = period
        self.wanted = tuple(wanted)
        self.lines = tuple(lines)
        self.booking_id = booking_id
        super().__init__()


class OrganisationNotVerified(LendingError):
    """Requests can be prepared but not sent before the front desk has checked who asks."""

    code = "organisation_not_verified"
    default_message = N_("The front desk has to verify your association first. Your draft is kept.")
