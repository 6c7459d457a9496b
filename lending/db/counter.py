"""Counters without gaps. Contains no business logic."""

from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from lending.db.base import Base


class Counter(Base):
    """The last number taken under a name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    last: Mapped[int]


_NEXT = text(
    "INSERT INTO counter (name, last) VALUES (:name, 1)"
    " ON CONFLICT (name) DO UPDATE SET last = counter.last + 1 RETURNING last"
)


def next_number(session: Session, name: str) -> int:
    """Take the next number of a counter; it is given back if the transaction fails.

    Locks the counter until the transaction ends: take it last.
    """
    return int(session.execute(_NEXT, {"name": name}).scalar_one())
