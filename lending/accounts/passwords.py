"""Passwords: argon2 hashes, slow on purpose; never compute one while a transaction is open."""

from typing import NewType

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lending.errors import FieldError
from lending.i18n import N_

HashedPassword = NewType("HashedPassword", str)
"""What is kept of a password. Services take this and not the password: the slow work is done."""

LEAST_LENGTH = 10
MOST_LENGTH = 200

_HASHER = PasswordHasher()

# What people type when they are asked for ten characters: the head of the published lists of
# leaked passwords, and its French counterparts.
_COMMON_WORDS = """
    0123456789 1234567890 12345678910 123456789a 1111111111 0000000000 9876543210 1122334455
    1q2w3e4r5t 1qaz2wsx3edc qwertyuiop qwerty12345 qwerty123456 azertyuiop azerty12345
    azerty123456 azertyuiop123 password12 password123 password1234 motdepasse motdepasse1
    motdepasse123 monmotdepasse changeme123 iloveyou123 jetaimejetaime bonjourbonjour
    bonjour123 soleil1234 association associations president1 tresorier1 mairie1234
    administrateur administrator abcdefghij abcdefghijkl aaaaaaaaaa football123 marseille13
    loulou1234 doudou1234 chouchou123 welcome123 letmein1234 treteau123 treteau1234
"""
_COMMON = frozenset(_COMMON_WORDS.split())

# The hash of nothing that anybody knows: verifying against it takes as long as against a real one.
_NOBODY = HashedPassword(
    "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$"
    "UmFuZG9tbHlDaG9zZW5EaWdlc3RPZk5vYm9keUtub3c"
)


def hash_password(password: str) -> HashedPassword:
    """Return what is kept of a password."""
    return HashedPassword(_HASHER.hash(password))


def password_errors(password: str, email: str, field: str = "password") -> list[FieldError]:
    """Return what is wrong with a new password: length first, never its kinds of characters."""
    if len(password) < LEAST_LENGTH:
        return [
            FieldError(
                field,
                N_("Use at least %(least)d characters; a short sentence is easy to remember."),
                (("least", LEAST_LENGTH),),
            )
        ]
    if len(password) > MOST_LENGTH:
        text = N_("Use at most %(most)d characters.")
        return [FieldError(field, text, (("most", MOST_LENGTH),))]
    folded = password.casefold().strip()
    address = email.casefold().strip()
    if address and folded in (address, address.partition("@")[0]):
        return [FieldError(field, N_("Choose something other than your e-mail address."))]
    if folded in _COMMON or len(set(folded)) < 3:
        return [FieldError(field, N_("Too many people use this password. Choose another one."))]
    return []


def verify_password(kept: str | None, password: str) -> bool:
    """Return whether this is the password; without a hash, no, after the same time."""
    try:
        return _HASHER.verify(kept or _NOBODY, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def stronger_hash(kept: str, password: str) -> HashedPassword | None:
    """Return a new hash if the old one was made with weaker parameters than today's."""
    return hash_password(password) if _HASHER.check_needs_rehash(kept) else None
