"""Secrets given to people and programs: made here, kept only as a hash."""

import hashlib
import secrets


def new_secret() -> str:
    """Return 192 bits of chance, fit for an address or a header."""
    return secrets.token_urlsafe(24)


def fingerprint(secret: str) -> str:
    """Return what is stored: the secret has enough chance in it to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_password() -> str:
    """Return a first password, to be read out on the telephone: 16 letters, none alike."""
    letters = "abcdefghjkmnpqrstuvwxyz"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
