"""What happens to items, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ItemChanged:
    """What is said of an item changed: its name, its terms, whether it is lent."""

    item_id: int
