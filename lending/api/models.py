"""The table of answers that are kept for requests that may come twice."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id


class IdempotencyKey(Base):
    """The first answer to a request that its sender named, so that it can safely send it again."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("api_token_id", "key"),)

    id: Mapped[Id]
    api_token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Of the method, the address and the body: the same key with another request is a mistake."""
    status: Mapped[int] = mapped_column(default=0)
    body: Mapped[str] = mapped_column(Text, default="")
    location: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(index=True)
