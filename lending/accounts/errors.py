"""What can go wrong with accounts."""

from lending.errors import FieldError, InvalidInput, NotAllowedNow
from lending.i18n import N_


class WrongCredentials(InvalidInput):
    """No active account has this e-mail address and this password; which is not said."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        text = N_("The e-mail address or the password is not right.")
        super().__init__([FieldError("password", text)])


class WrongPassword(InvalidInput):
    """The present password, asked for before a change, is another one."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__([FieldError("current", N_("This is not your present password."))])


class LastAdministrator(NotAllowedNow):
    """Nobody could give this role back."""

    code = "last_administrator"
    default_message = N_("This is the last administrator: name another one first.")
