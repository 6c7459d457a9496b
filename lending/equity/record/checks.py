"""Check the records of all lenders now and then, and keep what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lending.authorities.models import Authority
from lending.db.database import Database, UnitOfWork
from lending.equity.record.models import RecordCheck
from lending.equity.record.replaying import Replayed, replay_chain
from lending.equity.record.verifying import Verified, chains, verify_chain


@dataclass(frozen=True)
class CheckView:
    """What the last check of a record found."""

    checked_at: datetime
    decisions: int
    """How many hold, from the first on."""
    erased: int
    """Of how many of these the words were erased."""
    hash: str
    """Of the last that holds."""
    broken_at: int | None
    """The number of the first decision that does not hold."""
    fault: str
    told: str
    rounds: int
    differences: int
    """How many points come out otherwise when everything is decided again."""
    doubts: int

    @property
    def is_whole(self) -> bool:
        """Whether everything holds and comes out the same."""
        return self.broken_at is None and not self.differences


def check_records(database: Database, authority_ids: Iterable[int] | None = None) -> list[int]:
    """Verify and replay the records of these lenders, or all; return those that do not hold.

    Nothing is locked meanwhile: decisions may be added.
    """
    if authority_ids is None:
        with database.read() as uow:
            authority_ids = chains(uow)
    broken = []
    for authority_id in authority_ids:
        with database.read() as uow:
            verified = verify_chain(uow, authority_id)
            replayed = replay_chain(uow, authority_id)
        database.write(lambda uow, v=verified, r=replayed: _keep(uow, v, r))  # type: ignore[misc]
        if verified.first_break or replayed.differences:
            broken.append(authority_id)
    return broken


def _keep(uow: UnitOfWork, verified: Verified, replayed: Replayed) -> None:
    # Of two checks at once the second waits here for the first, and its row is the one kept.
    uow.session.get(Authority, verified.authority_id, with_for_update={"of": Authority})
    row = uow.session.get(RecordCheck, verified.authority_id)
    if row is None:
        row = RecordCheck(authority_id=verified.authority_id)
        uow.session.add(row)
    found = verified.first_break
    row.checked_at = uow.now
    row.decisions, row.erased, row.hash = verified.decisions, verified.erased, verified.hash
    row.broken_at = found.sequence if found else None
    row.fault, row.told = (found.fault.value, found.told) if found else ("", "")
    row.rounds = replayed.rounds
    row.differences, row.doubts = len(replayed.differences), len(replayed.doubts)


def last_checks(uow: UnitOfWork) -> dict[int, CheckView]:
    """Return what the last checks found, by authority."""
    return {
        row.authority_id: CheckView(
            checked_at=row.checked_at,
            decisions=row.decisions,
            erased=row.erased,
            hash=row.hash,
            broken_at=row.broken_at,
            fault=row.fault,
            told=row.told,
            rounds=row.rounds,
            differences=row.differences,
            doubts=row.doubts,
        )
        for row in uow.session.scalars(select(RecordCheck))
    }
