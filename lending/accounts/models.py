"""Tables of people, roles, sessions and API tokens."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.accounts.permissions import Role
from lending.db.base import Base, Id, choice


class User(Base):
    """A person who can sign in."""

    __tablename__ = "app_user"

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In lower case: addresses differ in case only by mistake."""
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5), default="fr")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    roles: Mapped[list["UserRole"]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="selectin"
    )


class UserRole(Base):
    """A role that a person holds, for an authority, for an organisation, or everywhere."""

    __tablename__ = "user_role"
    __table_args__ = (UniqueConstraint("user_id", "role", "authority_id", "organisation_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(choice(Role))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)

    user: Mapped[User] = relationship(back_populates="roles")


class UserSession(Base):
    """A browser that is signed in; ending the row signs it out."""

    __tablename__ = "user_session"

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    user_agent: Mapped[str] = mapped_column(String(200), default="")


class SignInAttempt(Base):
    """A failed sign-in, kept for as long as it slows down the next ones."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_key_at", "key", "at"),)

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(300))
    """What is being slowed down: `email:...` or `address:...`."""
    at: Mapped[datetime]


class ApiToken(Base):
    """A secret with which a program acts in a role."""

    __tablename__ = "api_token"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role] = mapped_column(choice(Role))
    authority_id: Mapped[int | None] = mapped_column(ForeignKey("authority.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
