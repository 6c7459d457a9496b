"""What pages show of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from lending.accounts.models import User, UserSession
from lending.accounts.permissions import Action, Principal, Role
from lending.accounts.secrets import fingerprint
from lending.db.database import UnitOfWork
from lending.errors import NotFound, NotSignedIn


@dataclass(frozen=True)
class HeldRole:
    """A role somebody holds, and for whom (none: everywhere)."""

    id: int
    role: Role
    authority_id: int | None
    organisation_id: int | None


@dataclass(frozen=True)
class Person:
    """An account as its owner and administrators see it."""

    id: int
    name: str
    email: str
    language: str
    is_active: bool
    created_at: datetime
    last_seen_at: datetime | None
    roles: tuple[HeldRole, ...]


@dataclass(frozen=True)
class People:
    """One page of accounts, and how many there are in all."""

    people: tuple[Person, ...]
    total: int


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    user_agent: str
    is_this: bool
    """Whether it is the one that asks."""


def list_people(
    uow: UnitOfWork,
    actor: Principal,
    *,
    search: str = "",
    page: int = 1,
    per_page: int = 50,
) -> People:
    """Return the accounts whose name or address contains each word searched, by name.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
    """
    actor.check(Action.MANAGE_USERS)
    query = select(User)
    for word in search.lower().split():
        query = query.where(
            or_(
                func.lower(User.name).contains(word, autoescape=True),
                User.email.contains(word, autoescape=True),
            )
        )
    total = uow.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = uow.session.scalars(
        query.order_by(User.is_active.desc(), User.name, User.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    return People(_people(uow, rows), total)


def get_person(uow: UnitOfWork, actor: Principal, user_id: int) -> Person:
    """Return an account: one's own, or anybody's for who manages accounts.

    Raises:
        NotSignedIn, Forbidden: the actor may not.
        NotFound: no such account.
    """
    if actor.user_id != user_id:
        actor.check(Action.MANAGE_USERS)
    user = uow.session.get(User, user_id)
    if user is None:
        raise NotFound
    return _people(uow, [user])[0]


def first_people(uow: UnitOfWork, most: int) -> tuple[Person, ...]:
    """Return active accounts that hold a role, the oldest first, borrowers before staff.

    Only for the demonstration, which offers to be any of them.
    """
    query = select(User).where(User.is_active, User.roles.any()).order_by(User.id).limit(most)
    found = _people(uow, uow.session.scalars(query).all())
    return tuple(sorted(found, key=lambda person: list(Role).index(person.roles[0].role)))


def people_of_organisation(uow: UnitOfWork, organisation_id: int) -> tuple[Person, ...]:
    """Return who speaks for an organisation; the caller has checked that it may be seen."""
    query = (
        select(User)
        .where(User.roles.any(organisation_id=organisation_id))
        .order_by(User.name, User.id)
    )
    return _people(uow, uow.session.scalars(query).all())


def list_sessions(uow: UnitOfWork, actor: Principal, secret: str = "") -> tuple[OpenSession, ...]:
    """Return the actor's sessions, the latest used first; `secret` is the asking one's.

    Raises:
        NotSignedIn: the actor has no account.
    """
    if actor.user_id is None:
        raise NotSignedIn
    rows = uow.session.scalars(
        select(UserSession)
        .where(UserSession.user_id == actor.user_id, UserSession.expires_at > uow.now)
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
    )
    return tuple(
        OpenSession(
            id=row.id,
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            user_agent=row.user_agent,
            is_this=row.token_hash == fingerprint(secret),
        )
        for row in rows
    )


def _people(uow: UnitOfWork, users: Sequence[User]) -> tuple[Person, ...]:
    ids = [user.id for user in users]
    seen = dict(
        uow.session.execute(
            select(UserSession.user_id, func.max(UserSession.last_seen_at))
            .where(UserSession.user_id.in_(ids))
            .group_by(UserSession.user_id)
        ).all()
    )
    return tuple(
        Person(
            id=user.id,
            name=user.name,
            email=user.email,
            language=user.language,
            is_active=user.is_active,
            created_at=user.created_at,
            last_seen_at=seen.get(user.id),
            roles=tuple(
                HeldRole(role.id, role.role, role.authority_id, role.organisation_id)
                for role in sorted(user.roles, key=lambda role: role.id)
            ),
        )
        for user in users
    )
