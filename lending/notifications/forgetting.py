"""Messages are forgotten after a time, and with the people whom they were written to."""

from datetime import timedelta

from sqlalchemy import delete, or_, select

from lending.accounts.models import User
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.notifications.models import DeadAddress, Message
from lending.retention.facts import ContactsForgotten


def forget_contacts(fact: ContactsForgotten, uow: UnitOfWork) -> None:
    """Delete what was written to a contact that is forgotten, and to accounts that are closed.

    What others were told of the loans goes with it: it may name who asked, and why.
    """
    closed = select(User.id).where(~User.is_active)
    theirs = or_(Message.organisation_id == fact.organisation_id, Message.user_id.in_(closed))
    addresses = uow.session.scalars(select(Message.address).where(theirs)).all()
    uow.session.execute(delete(DeadAddress).where(DeadAddress.address.in_(set(addresses))))
    loans = select(Booking.id).where(Booking.organisation_id == fact.organisation_id)
    uow.session.execute(delete(Message).where(theirs | Message.booking_id.in_(loans)))


def forget_old_messages(uow: UnitOfWork, days: int) -> int:
    """Delete the messages that are older than so many days. Returns how many."""
    old = delete(Message).where(Message.created_at < uow.now - timedelta(days=days))
    return int(uow.session.execute(old).rowcount)  # type: ignore[attr-defined]
