"""What happens here, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WindChecked:
    """Somebody decided by the forecast whether the tents of a booking are set up."""

    booking_id: int
    is_go: bool
