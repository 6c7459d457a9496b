"""What can stand in the way of a document."""

from lending.errors import LendingError, NotFound
from lending.i18n import N_


class LetterheadIncomplete(LendingError):
    """The authority has to set something before it issues documents."""

    code = "letterhead_incomplete"
    default_message = N_(
        "Before this document can be issued, an administrator completes the authority's documents."
    )

    def __init__(self, authority_id: int, missing: tuple[str, ...]) -> None:
        super().__init__()
        self.authority_id = authority_id
        self.missing = missing
        """Gettext ids."""


class LinkUnusable(NotFound):
    """The secret link to sign was used, withdrawn, replaced, or its time is over."""

    code = "link_unusable"
    default_message = N_(
        "This link no longer works: it was used, replaced, or its time is over."
        " Ask the front desk for another one."
    )
