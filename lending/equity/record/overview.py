"""The records of the lenders whose chains somebody may see, at a glance."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.equity.record.checks import CheckView, last_checks
from lending.equity.record.models import DecisionChain, DecisionRecord
from lending.errors import NotFound


@dataclass(frozen=True)
class RecordView:
    """A lender's chain and its last check."""

    authority_id: int
    code: str
    name: str
    decisions: int
    hash: str
    """Of the last decision; empty without any."""
    recorded_at: datetime | None
    check: CheckView | None

    @property
    def since(self) -> int:
        """How many decisions were added since the last check."""
        return self.decisions - (self.check.decisions if self.check else 0)


def read_records(uow: UnitOfWork, actor: Principal) -> tuple[RecordView, ...]:
    """Return the records that the actor may see, by name of the lender.

    Raises:
        NotSignedIn, Forbidden: none at all.
    """
    actor.check(Action.SEE_RECORD)
    scope = actor.authority_scope(Action.SEE_RECORD)
    query = (
        select(Authority, DecisionChain, DecisionRecord.recorded_at)
        .outerjoin(DecisionChain, DecisionChain.authority_id == Authority.id)
        .outerjoin(
            DecisionRecord,
            (DecisionRecord.authority_id == Authority.id)
            & (DecisionRecord.sequence == DecisionChain.sequence),
        )
        .order_by(Authority.name)
    )
    if scope is not None:
        query = query.where(Authority.id.in_(scope))
    checks = last_checks(uow)
    return tuple(
        RecordView(
            authority_id=authority.id,
            code=authority.code,
            name=authority.name,
            decisions=chain.sequence if chain else 0,
            hash=chain.hash if chain and chain.sequence else "",
            recorded_at=recorded_at,
            check=checks.get(authority.id),
        )
        for authority, chain, recorded_at in uow.session.execute(query)
    )


def check_may_see(uow: UnitOfWork, actor: Principal, authority_id: int) -> str:
    """Return the code of a lender whose record the actor may see.

    Raises:
        NotFound: there is no such lender.
        NotSignedIn, Forbidden: the actor may not.
    """
    actor.check(Action.SEE_RECORD, authority_id=authority_id)
    authority = uow.session.get(Authority, authority_id)
    if authority is None:
        raise NotFound
    return authority.code
