"""What can go wrong with accounts."""

from lending.errors import InvalidInput, NotAllowedNow
from lending.i18n import N_


class WrongCredentials(InvalidInput):
    """No active account has this e-mail address and this password; which is not said."""

    code = "wrong_credentials"

    def __init__(self, field: str = "password") -> None:
        super().__init__(
            **{field: N_("The e-mail address or the password is not right.")}
        )


class LastAdministrator(NotAllowedNow):
    """Nobody could give this role back."""

    code = "last_administrator"
    default_message = N_("This is the last administrator: name another one first.")
