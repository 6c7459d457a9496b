"""Passwords: argon2 hashes, slow on purpose; never compute one while a transaction is open."""

from argon2 import PasswordHasher

_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return _HASHER.hash(password)
