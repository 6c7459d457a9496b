"""The short code on a unit's label: eight letters and figures that are hard to misread.

Seven are drawn by lot, the eighth checks them: one letter that is mistyped, or two neighbours that
are exchanged, never make another unit's code.
"""

import re
import secrets

from lending.errors import InvalidInput
from lending.i18n import N_

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, O, 1 and I, which hands and eyes confuse."""
LENGTH = 8
_POLYNOMIAL = 0b100101
"""x^5 + x^2 + 1: the letters are the elements of the field of 32, and x generates it."""

_ADDRESS = re.compile(r".*/u/")


def new_code() -> str:
    """Return a code drawn by lot; whether it is taken, the caller looks up."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return drawn + check_letter(drawn)


def check_letter(letters: str) -> str:
    """Return the letter that checks the others."""
    total = 0
    for letter in letters:
        total = _times_x(total ^ ALPHABET.index(letter))
    return ALPHABET[total]


def _times_x(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled >= len(ALPHABET) else doubled


def read_code(text: str) -> str:
    """Return the code that was typed or scanned: with blanks, in small letters, as an address.

    Raises:
        InvalidInput: no label has this code.
    """
    code = re.sub(r"[\s-]", "", _ADDRESS.sub("", text.strip())).upper()
    if len(code) != LENGTH or set(code) - set(ALPHABET):
        raise InvalidInput(
            code=N_("Type the eight letters and figures of the label: there is no 0, O, 1 or I.")
        )
    if check_letter(code[:-1]) != code[-1]:
        raise InvalidInput(code=N_("A letter is mistyped: compare with the label."))
    return code


def spaced(code: str) -> str:
    """Return the code in two groups, as labels and pages show it."""
    return f"{code[:4]} {code[4:]}"
