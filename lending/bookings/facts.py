"""What happens to bookings and stock, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass

from lending.accounts.permissions import Principal
from lending.bookings.states import State


@dataclass(frozen=True)
class BookingMoved:
    """A booking went from one state to another."""

    booking_id: int
    move: str
    old: State | None
    new: State
    transition_id: int
    actor: Principal
    capacity_reason: str = ""
    """Why it is granted although the crews may have no room; who knows of crews judges it."""
    opinions_reason: str = ""
    """Why it is granted although departments have not agreed; who knows of them judges it."""


@dataclass(frozen=True)
class BookingChanged:
    """What a booking says changed, its state did not."""

    booking_id: int


@dataclass(frozen=True)
class StockChanged:
    """Stock or maintenance of an item changed, and with it what is free."""

    item_id: int
