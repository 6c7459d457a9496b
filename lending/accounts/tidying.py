"""Forget what no longer signs anybody in and no longer slows anybody down."""

from datetime import timedelta

from sqlalchemy import delete

from lending.accounts.models import SignInAttempt, UserSession
from lending.db.database import UnitOfWork

ATTEMPTS_KEPT = timedelta(days=1)


def forget_old_sessions(uow: UnitOfWork) -> int:
    """Delete sessions that have ended and old attempts to sign in. Returns how many sessions."""
    ended = uow.session.execute(delete(UserSession).where(UserSession.expires_at <= uow.now))
    uow.session.execute(delete(SignInAttempt).where(SignInAttempt.at <= uow.now - ATTEMPTS_KEPT))
    return int(ended.rowcount)  # type: ignore[attr-defined]
