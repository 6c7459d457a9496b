"""What happens here, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrganisationChanged:
    """An organisation is called or described otherwise than before."""

    organisation_id: int
