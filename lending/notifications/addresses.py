"""Addresses that a mail server refuses for good: marked, shown, and tried again on request."""

from collections.abc import Collection

from sqlalchemy import delete, select

from lending.db.database import UnitOfWork
from lending.notifications.models import DeadAddress


def find_dead(uow: UnitOfWork, address: str) -> str:
    """Return why nothing is mailed to an address; empty where nothing is known against it."""
    known = uow.session.get(DeadAddress, address.strip().lower())
    return known.reason if known else ""


def dead_among(uow: UnitOfWork, addresses: Collection[str]) -> dict[str, str]:
    """Return which of these addresses cannot be reached, and why, in lower case."""
    wanted = {address.strip().lower() for address in addresses}
    rows = uow.session.execute(
        select(DeadAddress.address, DeadAddress.reason).where(DeadAddress.address.in_(wanted))
    )
    return dict(rows.all())


def mark_dead(uow: UnitOfWork, address: str, reason: str) -> None:
    """Note that nobody can be reached at an address."""
    address = address.strip().lower()
    if address and uow.session.get(DeadAddress, address) is None:
        uow.session.add(DeadAddress(address=address, since=uow.now, reason=reason))
        uow.session.flush()  # the next mail to it, in this transaction, is not sent


def revive(uow: UnitOfWork, address: str) -> None:
    """Try an address again."""
    uow.session.execute(delete(DeadAddress).where(DeadAddress.address == address.strip().lower()))
