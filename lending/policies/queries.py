"""Which rules are in force when, and the versions that an authority has published."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from lending.accounts.models import User
from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.policies.models import LendingPolicy
from lending.policies.rules import DEFAULT, Rules


@dataclass(frozen=True)
class Version:
    """Rules with where they come from; without a number they are those one begins with."""

    rules: Rules
    policy_id: int | None = None
    number: int | None = None
    digest: str = ""
    effective_at: datetime | None = None
    effective_on: date | None = None
    vote_reference: str = ""
    note: str = ""
    content: str = ""
    """The rules as they were published, to compute the digest of."""


@dataclass(frozen=True)
class DraftView:
    """The next version, as far as it is written."""

    policy_id: int
    rules: Rules
    note: str
    vote_reference: str
    changed_at: datetime
    changed_by: str


class Rulebook:
    """The published rules of all authorities, to ask for what was in force at an instant."""

    def __init__(self, versions: Mapping[int, tuple[Version, ...]]) -> None:
        self._versions = versions

    @classmethod
    def of_one(cls, authority_id: int, rules: Rules) -> "Rulebook":
        """Return a rulebook in which an authority always had the same rules."""
        always = Version(rules, effective_at=datetime.min.replace(tzinfo=UTC))
        return cls({authority_id: (always,)})

    def versions(self, authority_id: int) -> tuple[Version, ...]:
        """Return the published versions of an authority, the first one first."""
        return self._versions.get(authority_id, ())

    def at(self, authority_id: int, instant: datetime) -> Version:
        """Return the latest version that was in force at an instant."""
        for version in reversed(self.versions(authority_id)):
            if version.effective_at is not None and version.effective_at <= instant:
                return version
        return BEGINNING


def read_rulebook(session: Session) -> Rulebook:
    """Return all published rules, in one query."""
    rows = session.scalars(
        select(LendingPolicy)
        .where(LendingPolicy.number.is_not(None))
        .order_by(LendingPolicy.authority_id, LendingPolicy.number)
    )
    found: dict[int, tuple[Version, ...]] = {}
    for row in rows:
        found[row.authority_id] = (*found.get(row.authority_id, ()), version_of(row))
    return Rulebook(found)


def rules_in_force(session: Session, authority_id: int, at: datetime) -> Version:
    """Return the rules by which an authority lends at an instant."""
    row = session.scalars(
        select(LendingPolicy)
        .where(LendingPolicy.authority_id == authority_id, LendingPolicy.effective_at <= at)
        .order_by(LendingPolicy.number.desc())
        .limit(1)
    ).first()
    return BEGINNING if row is None else version_of(row)


def list_versions(session: Session, authority_id: int) -> tuple[Version, ...]:
    """Return the published versions of an authority, the first one first."""
    rows = session.scalars(
        select(LendingPolicy)
        .where(LendingPolicy.authority_id == authority_id, LendingPolicy.number.is_not(None))
        .order_by(LendingPolicy.number)
    )
    return tuple(version_of(row) for row in rows)


def find_draft(uow: UnitOfWork, actor: Principal, authority_id: int) -> DraftView | None:
    """Return the version at work, if there is one.

    Raises:
        NotSignedIn, Forbidden: the actor does not set the rules of this authority.
    """
    actor.check(Action.MANAGE_POLICY, authority_id=authority_id)
    found = uow.session.execute(
        select(LendingPolicy, User.name)
        .outerjoin(User, User.id == LendingPolicy.changed_by_id)
        .where(LendingPolicy.authority_id == authority_id, LendingPolicy.number.is_(None))
    ).first()
    if found is None:
        return None
    row, author = found
    return DraftView(
        policy_id=row.id,
        rules=read_rules(row.content),
        note=row.note,
        vote_reference=row.vote_reference,
        changed_at=row.changed_at,
        changed_by=author or "",
    )


def get_draft(uow: UnitOfWork, actor: Principal, authority_id: int) -> DraftView:
    """Return the version at work.

    Raises:
        NotSignedIn, Forbidden: as for `find_draft`.
        NotFound: there is none.
    """
    found = find_draft(uow, actor, authority_id)
    if found is None:
        raise NotFound
    return found


def version_of(row: LendingPolicy) -> Version:
    """Return a row of the table as a value."""
    return Version(
        rules=read_rules(row.content),
        policy_id=row.id,
        number=row.number,
        digest=row.digest,
        effective_at=row.effective_at,
        effective_on=row.effective_on,
        vote_reference=row.vote_reference,
        note=row.note,
        content=row.content,
    )


@lru_cache(maxsize=256)
def read_rules(content: str) -> Rules:
    """Return rules from their JSON."""
    return Rules.model_validate_json(content)


def write_rules(rules: Rules) -> str:
    """Return rules as JSON with its keys in order: equal rules give equal bytes."""
    return json.dumps(
        rules.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


_USUAL = write_rules(DEFAULT)
BEGINNING = Version(DEFAULT, content=_USUAL, digest=sha256(_USUAL.encode()).hexdigest())
"""What holds for an authority that has not published any rules yet."""
