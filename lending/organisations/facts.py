"""What happens here, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrganisationChanged:
    """An organisation is called or described otherwise than before."""

    organisation_id: int


@dataclass(frozen=True)
class OrganisationJudged:
    """The front desk verified who an organisation is, or did not accept it."""

    organisation_id: int
    is_verified: bool
