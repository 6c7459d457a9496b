"""Things to look at: what the nightly checks found, until it is put right.

What the inbox counts when it is opened (late loans, shortages, options, missing pieces) is not
repeated here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.jobs.finding_kinds import FindingKind
from lending.jobs.models import Finding


@dataclass(frozen=True)
class Found:
    """Something that a check found now."""

    authority_id: int
    subject_id: int
    """The number of what it is about; of what, the kind says."""
    name: str
    day: date | None = None
    """The day on which something ends or is due."""
    reference: str = ""


@dataclass(frozen=True)
class FindingView:
    """Something to look at, and since when it is known."""

    kind: FindingKind
    found: Found
    authority: str
    since: datetime


@dataclass(frozen=True)
class Settled:
    """What became of the findings of a kind."""

    standing: int
    new: int
    gone: int


def settle(uow: UnitOfWork, kind: FindingKind, found: Iterable[Found]) -> Settled:
    """Keep what is found of a kind and forget what is found no more.

    What was known before keeps its date.
    """
    rows = {
        (row.authority_id, row.subject_id): row
        for row in uow.session.scalars(select(Finding).where(Finding.kind == kind))
    }
    known = len(rows)
    standing = {(each.authority_id, each.subject_id): each for each in found}
    for key, each in standing.items():
        row = rows.pop(key, None)
        if row is None:
            row = Finding(
                kind=kind,
                authority_id=each.authority_id,
                subject_id=each.subject_id,
                since=uow.now,
            )
            uow.session.add(row)
        row.name, row.day, row.reference = each.name, each.day, each.reference
    for gone in rows.values():
        uow.session.delete(gone)
    return Settled(len(standing), len(standing) - known + len(rows), len(rows))


def list_findings(
    uow: UnitOfWork, actor: Principal, authority_id: int | None = None
) -> list[FindingView]:
    """Return what the actor can put right, the oldest first.

    Raises:
        NotSignedIn, Forbidden: the actor is nobody of the staff.
    """
    actor.check(Action.SEE_INBOX)
    rows = uow.session.execute(
        select(Finding, Authority.name)
        .join(Authority, Authority.id == Finding.authority_id)
        .order_by(Finding.since, Finding.id)
    )
    scope = actor.authority_scope(Action.SEE_INBOX)
    return [
        _view(row, authority)
        for row, authority in rows
        if authority_id in (None, row.authority_id)
        and _is_within(scope, row.authority_id)
        and actor.can(row.kind.action, authority_id=row.authority_id)
    ]


def _is_within(scope: Collection[int] | None, authority_id: int) -> bool:
    return scope is None or authority_id in scope


def _view(row: Finding, authority: str) -> FindingView:
    found = Found(row.authority_id, row.subject_id, row.name, row.day, row.reference)
    return FindingView(row.kind, found, authority, row.since)
