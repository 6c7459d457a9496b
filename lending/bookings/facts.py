"""What happens to bookings and stock, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass

from lending.accounts.permissions import Principal
from lending.bookings.states import State


@dataclass(frozen=True)
class Override:
    """Two people hold that a request is granted although the rules say no."""

    motive: str
    proposed_by: int | None
    """The person who proposed it; whoever grants it is the second one."""
    proposed_by_name: str


@dataclass(frozen=True)
class Preemption:
    """The lender takes back what it granted, for an event of its own."""

    booking_id: int
    """Of that event."""
    is_late: bool
    """Whether the day until which the rules let it do so is over."""


@dataclass(frozen=True)
class Although:
    """Why something is granted although something stands in the way; who knows of that judges."""

    capacity: str = ""
    """The crews may have no room."""
    opinions: str = ""
    """Departments have not agreed."""
    override: Override | None = None
    """The lending rules say no."""
    preemption: Preemption | None = None
    """Something that was granted is taken back."""


NOTHING_AGAINST = Although()


@dataclass(frozen=True)
class BookingMoved:
    """A booking went from one state to another."""

    booking_id: int
    move: str
    old: State | None
    new: State
    transition_id: int
    actor: Principal
    although: Although = NOTHING_AGAINST


@dataclass(frozen=True)
class BookingChanged:
    """What a booking says changed, its state did not."""

    booking_id: int


@dataclass(frozen=True)
class StockChanged:
    """Stock or maintenance of an item changed, and with it what is free."""

    item_id: int
