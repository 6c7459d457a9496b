"""Addresses to come back to: ours only."""

from flask import url_for


def own_address(target: str | None) -> str:
    """Return a path of this site, the first page rather than an address that leads elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return url_for("home.show")
    if any(ord(char) < 32 for char in target):
        return url_for("home.show")
    return target
