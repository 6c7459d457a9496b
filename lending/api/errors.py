"""What can go wrong with requests to the API in particular."""

from typing import ClassVar

from lending.errors import FieldError, InvalidInput, LendingError, NotSignedIn
from lending.i18n import N_

KEY_HEADER = "Idempotency-Key"


class TokenNeeded(NotSignedIn):
    """The request carries no bearer token."""

    code: ClassVar[str] = "token_needed"
    default_message = N_("Send an API token in the header “Authorization: Bearer …”.")


class UnknownToken(NotSignedIn):
    """The bearer token is not one of ours, or was revoked."""

    code: ClassVar[str] = "unknown_token"
    default_message = N_("This API token is unknown or revoked.")


class KeyReused(InvalidInput):
    """The same idempotency key came with another request."""

    code: ClassVar[str] = "idempotency_key_reused"
    default_message = N_("This idempotency key was used for another request. Choose a new one.")

    def __init__(self) -> None:
        super().__init__([FieldError(KEY_HEADER, self.default_message)])


class Unreadable(LendingError):
    """The body is not what its type says."""

    code: ClassVar[str] = "malformed"
    default_message = N_("The body of the request is not valid JSON.")


class WrongType(LendingError):
    """The body is of a type that is not read."""

    code: ClassVar[str] = "unsupported_media_type"
    default_message = N_("Send the body as application/json.")
