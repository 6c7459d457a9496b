"""What is forgotten, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ContactsForgotten:
    """The contacts of an organisation were made anonymous, and their accounts closed."""

    organisation_id: int
