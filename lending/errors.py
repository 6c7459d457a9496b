"""What can go wrong, as one tree of exceptions with stable codes.

Nothing here knows HTTP: each face maps these classes to its own answers in one table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lending.i18n import N_


class LendingError(Exception):
    """Root of all errors that a user can meet.

    `message` is an English gettext id; `data` fills its placeholders, so that a face can
    translate first and format afterwards.
    """

    code: ClassVar[str] = "error"
    default_message: ClassVar[str] = N_("Something went wrong.")

    def __init__(self, message: str | None = None, **data: Any) -> None:
        self.message = message or self.default_message
        self.data: Mapping[str, Any] = data
        super().__init__(self.message % data if data else self.message)


@dataclass(frozen=True)
class FieldError:
    """One field that holds something unusable, and what to do about it."""

    field: str
    message: str
    data: tuple[tuple[str, Any], ...] = ()


class InvalidInput(LendingError):
    """What was given cannot be used; `errors` names each field and the remedy."""

    code = "invalid_input"
    default_message = N_("Some answers need your attention.")

    def __init__(self, errors: list[FieldError] | None = None, **fields: str) -> None:
        self.errors = [*(errors or []), *(FieldError(name, text) for name, text in fields.items())]
        super().__init__()

    def __str__(self) -> str:
        return "; ".join(
            f"{error.field}: {error.message % dict(error.data) if error.data else error.message}"
            for error in self.errors
        )


class NotFound(LendingError):
    """No such thing, or none that the reader may know of."""

    code = "not_found"
    default_message = N_("We cannot find what you are looking for.")


class NotSignedIn(LendingError):
    """The action needs to know who acts."""

    code = "not_signed_in"
    default_message = N_("Sign in to continue.")


class Forbidden(LendingError):
    """The person is known and may not do this."""

    code = "forbidden"
    default_message = N_("You do not have access to this.")


class NotAllowedNow(LendingError):
    """The action exists but not in the present state of its object."""

    code = "not_allowed_now"
    default_message = N_("This can no longer be done: the situation has changed.")


class TooManyAttempts(LendingError):
    """Too many tries in a short time; wait `minutes`."""

    code = "too_many_attempts"
    default_message = N_("Too many attempts. Try again in %(minutes)d minutes.")


class Busy(LendingError):
    """The database could not serve the request in time; nothing was written."""

    code = "busy"
    default_message = N_("The service is busy. Nothing was changed; try again in a moment.")


class SettingsError(LendingError):
    """The installation's settings are unusable."""

    code = "settings"
