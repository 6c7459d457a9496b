"""Which HTTP status each error means, for pages, fragments and the API alike."""

from lending.bookings.errors import OrganisationNotVerified, StockConflict
from lending.documents.errors import LetterheadIncomplete
from lending.documents.printing import CannotPrint
from lending.errors import (
    Busy,
    Forbidden,
    InvalidInput,
    LendingError,
    NotAllowedNow,
    NotFound,
    NotSignedIn,
    TooManyAttempts,
)
from lending.handover.assignment_errors import UnitNotFit, UnitTaken
from lending.logistics.rounds.errors import DoesNotFit, ProposalOutdated

STATUSES: dict[type[LendingError], int] = {
    NotSignedIn: 401,
    Forbidden: 403,
    NotFound: 404,
    NotAllowedNow: 409,
    StockConflict: 409,
    OrganisationNotVerified: 409,
    DoesNotFit: 409,
    ProposalOutdated: 409,
    UnitTaken: 409,
    UnitNotFit: 409,
    LetterheadIncomplete: 409,
    InvalidInput: 422,
    TooManyAttempts: 429,
    Busy: 503,
    CannotPrint: 503,
}


def status_of(error: LendingError) -> int:
    """Return the status of the error's class, or of the nearest class above it."""
    for kind in type(error).__mro__:
        if kind in STATUSES:
            return STATUSES[kind]
    return 500
