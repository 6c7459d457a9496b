"""Whether a feed is as it was at the last fetch: one query, however long the feed is.

All that a validator depends on is compared with what it was made from: what the reader may do,
read anew; the mark of the feed, which changes with anything in it; the time.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, select

from lending import __version__
from lending.accounts.models import ApiToken, User, UserRole
from lending.accounts.permissions import PERMISSIONS, PUBLIC_ACTIONS, Grant
from lending.db.database import Database
from lending.subscriptions.models import CalendarFeed, CalendarSubscription

USE_NOTED = timedelta(minutes=15)
"""A fetch is written down once in this time: most fetches write nothing."""

_RULES = hashlib.sha256(repr((__version__, PERMISSIONS, sorted(PUBLIC_ACTIONS))).encode()).digest()
"""What the rights mean: another version may let the same role read something else."""


@dataclass(frozen=True)
class Opened:
    """A feed, and what tells a client whether it changed."""

    token_hash: str
    etag: str
    changed_at: datetime


def basis_of(mark: str, grants: Iterable[Grant]) -> str:
    """Return a SHA-256 of what decides which entries are shown, apart from the time."""
    rights = sorted(
        repr((grant.role.value, grant.authority_id, grant.organisation_id)) for grant in grants
    )
    return hashlib.sha256(repr((_RULES, mark, rights)).encode()).hexdigest()


_QUERY = (
    select(
        CalendarSubscription.etag,
        CalendarSubscription.basis,
        CalendarSubscription.etag_until,
        CalendarSubscription.changed_at,
        CalendarSubscription.last_used_at,
        CalendarFeed.mark,
        User.is_active,
        UserRole.role,
        UserRole.authority_id,
        UserRole.organisation_id,
        ApiToken.id.label("token_id"),
        ApiToken.revoked_at.label("token_revoked_at"),
        ApiToken.role.label("token_role"),
        ApiToken.authority_id.label("token_authority_id"),
        ApiToken.organisation_id.label("token_organisation_id"),
    )
    .join(
        CalendarFeed,
        and_(
            CalendarFeed.view == CalendarSubscription.view,
            CalendarFeed.scope_id == CalendarSubscription.scope_id,
            CalendarFeed.language == CalendarSubscription.language,
            CalendarFeed.audience == CalendarSubscription.audience,
            CalendarFeed.alarms == CalendarSubscription.with_alarms,
        ),
    )
    .outerjoin(User, User.id == CalendarSubscription.user_id)
    .outerjoin(UserRole, UserRole.user_id == User.id)
    .outerjoin(ApiToken, ApiToken.id == CalendarSubscription.api_token_id)
    .where(
        CalendarSubscription.token_hash == bindparam("token_hash"),
        CalendarSubscription.revoked_at.is_(None),
    )
)


def glance(database: Database, token_hash: str) -> Opened | None:
    """Return the feed as it was last opened, if nothing can have changed since; else None."""
    # By the bare connection: a session costs as much again, and no objects are read.
    with database.engine.connect() as connection:
        rows = connection.execute(_QUERY, {"token_hash": token_hash}).all()
    if not rows:
        return None
    first, now = rows[0], database.clock.now()
    if first.changed_at is None or first.is_active is False or first.token_revoked_at is not None:
        return None
    if first.last_used_at is None or now - first.last_used_at >= USE_NOTED:
        return None
    if first.etag_until is not None and now >= first.etag_until:
        return None
    grants = [
        Grant(row.role, row.authority_id, row.organisation_id)
        for row in rows
        if row.role is not None
    ]
    if first.token_id is not None:
        token = (first.token_role, first.token_authority_id, first.token_organisation_id)
        grants.append(Grant(*token))
    if first.basis != basis_of(first.mark, grants):
        return None
    return Opened(token_hash, first.etag, first.changed_at)
