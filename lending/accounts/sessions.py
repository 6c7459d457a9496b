"""Sign in and out: sessions that live in the database and can be ended there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from lending.accounts.errors import WrongCredentials, WrongPassword
from lending.accounts.models import SignInAttempt, User, UserRole, UserSession
from lending.accounts.passwords import (
    HashedPassword,
    hash_password,
    password_errors,
    stronger_hash,
    verify_password,
)
from lending.accounts.people import normalised_email
from lending.accounts.permissions import Action, Grant, Principal
from lending.accounts.secrets import fingerprint, new_secret
from lending.db.database import Database, UnitOfWork
from lending.errors import Busy, InvalidInput, NotFound, NotSignedIn, TooManyAttempts

WINDOW = timedelta(minutes=15)
"""How long a failed attempt counts."""
SHARED_ADDRESS = 4
"""How many people's attempts one network address may make: a town hall has one for everybody."""
SEEN_EVERY = timedelta(minutes=10)
"""How exactly we know when a session was last used; each time costs a write."""


@dataclass(frozen=True)
class Limits:
    """How often one may try, and how long a session lasts without being used."""

    attempts: int = 8
    days: int = 30


@dataclass(frozen=True)
class Visitor:
    """From where somebody signs in."""

    address: str = ""
    user_agent: str = ""


def sign_in(
    database: Database,
    email: str,
    password: str,
    visitor: Visitor = Visitor(),
    limits: Limits = Limits(),
) -> str:
    """Return the secret of a new session.

    The attempt is written down before the password is looked at, in a transaction of its own,
    and crossed out when it succeeds; the slow comparison happens outside any transaction.

    Raises:
        TooManyAttempts: too many failures with this e-mail or from this address.
        WrongCredentials: no active account has these; it takes as long when there is none.
    """
    email = normalised_email(email)
    keys = _keys(email, visitor)
    user_id, kept = database.write(lambda uow: _begin_attempt(uow, email, keys, limits))
    if not verify_password(kept, password) or user_id is None or kept is None:
        raise WrongCredentials
    stronger = stronger_hash(kept, password)

    def succeed(uow: UnitOfWork) -> str:
        user = uow.session.get(User, user_id, with_for_update={"of": User})
        if user is None or not user.is_active or user.password_hash != kept:
            raise WrongCredentials
        if stronger:
            user.password_hash = stronger
        _cross_out(uow, keys)
        return open_session(uow, user_id, visitor, limits)

    return database.write(succeed)


def open_session(uow: UnitOfWork, user_id: int, visitor: Visitor, limits: Limits) -> str:
    """Write a session of a person who has proved who they are; return its secret."""
    secret = new_secret()
    uow.session.add(
        UserSession(
            user_id=user_id,
            token_hash=fingerprint(secret),
            created_at=uow.now,
            last_seen_at=uow.now,
            expires_at=uow.now + timedelta(days=limits.days),
            user_agent=visitor.user_agent[:200],
        )
    )
    return secret


def principal_of_session(
    database: Database,
    secret: str,
    limits: Limits = Limits(),
) -> Principal | None:
    """Return who a session belongs to, with the roles they hold now; None if it has ended.

    One query; the session's life is prolonged now and then.
    """
    query = (
        select(
            UserSession.id,
            UserSession.last_seen_at,
            User.id.label("user_id"),
            User.name,
            User.language,
            UserRole.role,
            UserRole.authority_id,
            UserRole.organisation_id,
        )
        .join(User, User.id == UserSession.user_id)
        .outerjoin(UserRole, UserRole.user_id == User.id)
        .where(UserSession.token_hash == fingerprint(secret), User.is_active)
        .order_by(UserRole.id)
    )
    with database.read() as uow:
        rows = uow.session.execute(query.where(UserSession.expires_at > uow.now)).all()
        now = uow.now
    if not rows:
        return None
    first = rows[0]
    if now - first.last_seen_at >= SEEN_EVERY:
        _prolong(database, first.id, limits)
    grants = tuple(
        Grant(row.role, row.authority_id, row.organisation_id) for row in rows if row.role
    )
    return Principal(first.user_id, first.name, grants, first.language)


def _prolong(database: Database, session_id: int, limits: Limits) -> None:
    def use_case(uow: UnitOfWork) -> None:
        uow.session.execute(
            update(UserSession)
            .where(
                UserSession.id == session_id,
                UserSession.last_seen_at <= uow.now - SEEN_EVERY,
            )
            .values(last_seen_at=uow.now, expires_at=uow.now + timedelta(days=limits.days))
        )

    try:
        database.write(use_case)
    except Busy:
        # The page matters more than knowing when it was read; the next one tries again.
        return


def change_password(
    database: Database,
    actor: Principal,
    current: str,
    new: str,
    keep: str = "",
    limits: Limits = Limits(),
) -> None:
    """Change one's own password; every session ends but the one whose secret is `keep`.

    Raises:
        NotSignedIn: the actor has no account.
        TooManyAttempts: the present password was given wrongly too often.
        InvalidInput: the present one is wrong (`current`), or the new one cannot be used (`new`).
    """
    if actor.user_id is None:
        raise NotSignedIn
    user_id = actor.user_id
    email = _email_of(database, user_id)
    if errors := password_errors(new, email, "new"):
        raise InvalidInput(errors)
    keys = _keys(email, Visitor())
    _, kept = database.write(lambda uow: _begin_attempt(uow, email, keys, limits))
    if not verify_password(kept, current):
        raise WrongPassword
    hashed = hash_password(new)

    def use_case(uow: UnitOfWork) -> None:
        user = uow.session.get(User, user_id, with_for_update={"of": User})
        if user is None or user.password_hash != kept:
            raise WrongPassword
        _cross_out(uow, keys)
        set_password(uow, user, hashed, keep)

    database.write(use_case)


def set_password(uow: UnitOfWork, user: User, password: HashedPassword, keep: str = "") -> None:
    """Give an account another password; every session ends but the one whose secret is `keep`."""
    user.password_hash = password
    _end_all(uow, user.id, keep)


def reset_password(
    uow: UnitOfWork, actor: Principal, user_id: int, password: HashedPassword
) -> None:
    """Give somebody who has forgotten theirs another password; all their sessions end.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
        NotFound: no such person.
    """
    actor.check(Action.MANAGE_USERS)
    user = uow.session.get(User, user_id, with_for_update={"of": User})
    if user is None:
        raise NotFound
    set_password(uow, user, password)


def end_session(uow: UnitOfWork, actor: Principal, session_id: int) -> None:
    """End one of the actor's own sessions.

    Raises:
        NotFound: the actor has no such session.
    """
    ended = uow.session.execute(
        delete(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == actor.user_id)
        .returning(UserSession.id)
    )
    if ended.one_or_none() is None:
        raise NotFound


def end_this_session(uow: UnitOfWork, secret: str) -> None:
    """End the session that a secret belongs to, if it lives."""
    uow.session.execute(delete(UserSession).where(UserSession.token_hash == fingerprint(secret)))


def end_other_sessions(uow: UnitOfWork, actor: Principal, keep: str) -> None:
    """End all of the actor's sessions but the one whose secret is `keep`.

    Raises:
        NotSignedIn: the actor has no account.
    """
    if actor.user_id is None:
        raise NotSignedIn
    _end_all(uow, actor.user_id, keep)


def _end_all(uow: UnitOfWork, user_id: int, keep: str) -> None:
    uow.session.execute(
        delete(UserSession).where(
            UserSession.user_id == user_id, UserSession.token_hash != fingerprint(keep)
        )
    )


def _keys(email: str, visitor: Visitor) -> dict[str, int]:
    """Return what slows attempts down, and how many people's attempts each may bear."""
    keys = {f"email:{email}"[:300]: 1}
    if visitor.address:
        keys[f"address:{visitor.address}"[:300]] = SHARED_ADDRESS
    return keys


def _begin_attempt(
    uow: UnitOfWork, email: str, keys: dict[str, int], limits: Limits
) -> tuple[int | None, str | None]:
    """Write an attempt down; return the account's number and hash, if there is an active one."""
    for key, share in keys.items():
        _check_not_too_many(uow, key, limits.attempts * share)
    uow.session.add_all(SignInAttempt(key=key, at=uow.now) for key in keys)
    found = uow.session.execute(
        select(User.id, User.password_hash).where(User.email == email, User.is_active)
    ).one_or_none()
    return (found.id, found.password_hash) if found else (None, None)


def _check_not_too_many(uow: UnitOfWork, key: str, most: int) -> None:
    oldest: datetime | None
    count, oldest = uow.session.execute(
        select(func.count(), func.min(SignInAttempt.at)).where(
            SignInAttempt.key == key, SignInAttempt.at > uow.now - WINDOW
        )
    ).one()
    if count >= most and oldest is not None:
        left = oldest + WINDOW - uow.now
        raise TooManyAttempts(minutes=max(1, -(-int(left.total_seconds()) // 60)))


def _cross_out(uow: UnitOfWork, keys: dict[str, int]) -> None:
    """Forget this person's failures, and of the address's only the attempt that succeeded."""
    email, *addresses = keys
    uow.session.execute(delete(SignInAttempt).where(SignInAttempt.key == email))
    for address in addresses:
        newest = (
            select(func.max(SignInAttempt.id)).where(SignInAttempt.key == address).scalar_subquery()
        )
        uow.session.execute(delete(SignInAttempt).where(SignInAttempt.id == newest))


def _email_of(database: Database, user_id: int) -> str:
    with database.read() as uow:
        email = uow.session.scalar(select(User.email).where(User.id == user_id))
    if email is None:
        raise NotSignedIn
    return email
