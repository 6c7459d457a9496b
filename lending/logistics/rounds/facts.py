"""What happens to rounds, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class RoundsPublished:
    """Crews see other rounds than before."""

    authority_id: int
    monday: date
    task_ids: frozenset[int]
    """What was added, moved, retimed or taken out."""
    crew_ids: frozenset[int]
    """Whose rounds changed."""
