"""What happens here, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class AuthorityChanged:
    """An authority, one of its depots or of its communes is described otherwise than before."""

    authority_id: int
    is_called_otherwise: bool = True
    """Whether a name or an address is another, which is read far from the authority's page."""
