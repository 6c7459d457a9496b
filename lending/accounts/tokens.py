"""API tokens: a program acts in a role, until the token is revoked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from lending.accounts.models import ApiToken
from lending.accounts.people import role_errors
from lending.accounts.permissions import Action, Grant, Principal, Role
from lending.accounts.secrets import fingerprint, new_secret
from lending.accounts.sessions import SEEN_EVERY
from lending.db.database import Database, UnitOfWork
from lending.errors import Busy, InvalidInput, NotFound
from lending.i18n import N_

PREFIX = "treteau_"
"""Tells people, and the tools that look for leaked secrets, what this is."""


@dataclass(frozen=True)
class Token:
    """An API token as lists show it; the secret itself was shown once."""

    id: int
    label: str
    role: Role
    authority_id: int | None
    organisation_id: int | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def create_token(
    uow: UnitOfWork,
    actor: Principal,
    role: Role,
    *,
    label: str,
    authority_id: int | None = None,
    organisation_id: int | None = None,
) -> str:
    """Return the secret of a new token; it cannot be shown again.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
        InvalidInput: no label, or the role does not go with this owner.
    """
    actor.check(Action.MANAGE_USERS)
    errors = role_errors(role, authority_id, organisation_id)
    if not label.strip():
        raise InvalidInput(errors, label=N_("Say which program will use the token."))
    if errors:
        raise InvalidInput(errors)
    secret = PREFIX + new_secret()
    uow.session.add(
        ApiToken(
            token_hash=fingerprint(secret),
            label=label.strip()[:120],
            role=role,
            authority_id=authority_id,
            organisation_id=organisation_id,
            created_at=uow.now,
        )
    )
    return secret


def principal_of_token(database: Database, secret: str) -> Principal | None:
    """Return in whose role a program acts; None if the token is unknown or revoked."""
    query = select(ApiToken).where(
        ApiToken.token_hash == fingerprint(secret), ApiToken.revoked_at.is_(None)
    )
    with database.read() as uow:
        token = uow.session.scalar(query)
        if token is None:
            return None
        principal = Principal(
            name=token.label,
            grants=(Grant(token.role, token.authority_id, token.organisation_id),),
            api_token_id=token.id,
        )
        unseen = token.last_used_at is None or uow.now - token.last_used_at >= SEEN_EVERY
        token_id = token.id
    if unseen:
        _mark_used(database, token_id)
    return principal


def _mark_used(database: Database, token_id: int) -> None:
    def use_case(uow: UnitOfWork) -> None:
        uow.session.execute(
            update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=uow.now)
        )

    try:
        database.write(use_case)
    except Busy:
        return  # the call matters more than knowing when it came


def revoke_token(uow: UnitOfWork, actor: Principal, token_id: int) -> None:
    """Make a token worthless, from the next call on.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
        NotFound: no such token.
    """
    actor.check(Action.MANAGE_USERS)
    token = uow.session.get(ApiToken, token_id, with_for_update=True)
    if token is None:
        raise NotFound
    token.revoked_at = token.revoked_at or uow.now


def list_tokens(uow: UnitOfWork, actor: Principal) -> tuple[Token, ...]:
    """Return every token, those in use first.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
    """
    actor.check(Action.MANAGE_USERS)
    query = select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
    return tuple(
        Token(
            id=row.id,
            label=row.label,
            role=row.role,
            authority_id=row.authority_id,
            organisation_id=row.organisation_id,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )
        for row in uow.session.scalars(query)
    )
