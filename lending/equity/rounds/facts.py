"""What happens to allocation rounds, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RoundAdopted:
    """A round decided all its requests."""

    round_id: int
    granted: int
    """Requests that receive something."""
    waiting: int
    """Requests that receive nothing, and wait."""
