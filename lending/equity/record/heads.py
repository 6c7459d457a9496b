"""Heads of chains, written down to be kept elsewhere, and compared with the chains later.

Who alters a decision and computes every later hash again, that of the head included, leaves a
chain that holds. It does not lead to the heads that others have kept.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.equity.record.canonical import instant
from lending.equity.record.models import DecisionChain, DecisionRecord
from lending.errors import FieldError, InvalidInput
from lending.i18n import N_

_LINE = re.compile(r"(\S+)\s+(\d{1,9})\s+([0-9a-f]{64})(?:\s+(\S+))?")


@dataclass(frozen=True)
class Head:
    """The last decision of a chain at some time."""

    authority: str
    """The code of the lender."""
    sequence: int
    hash: str
    recorded_at: str = ""
    """ISO 8601, UTC."""

    def __str__(self) -> str:
        return "\t".join((self.authority, str(self.sequence), self.hash, self.recorded_at))


def heads_of(uow: UnitOfWork, authority_id: int | None = None) -> list[Head]:
    """Return the heads of all chains, or of one authority's."""
    query = (
        select(Authority.code, DecisionChain.sequence, DecisionChain.hash, DecisionRecord)
        .join(Authority, Authority.id == DecisionChain.authority_id)
        .join(
            DecisionRecord,
            (DecisionRecord.authority_id == DecisionChain.authority_id)
            & (DecisionRecord.sequence == DecisionChain.sequence),
        )
        .order_by(Authority.code)
    )
    if authority_id is not None:
        query = query.where(DecisionChain.authority_id == authority_id)
    return [
        Head(code, sequence, hash_, instant(record.recorded_at))
        for code, sequence, hash_, record in uow.session.execute(query)
    ]


def read_heads(lines: Iterable[str]) -> list[Head]:
    """Return heads as `str(head)` wrote them; empty lines and those that begin with # are none.

    Raises:
        InvalidInput: a line is no head; its number is told.
    """
    heads = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        found = _LINE.fullmatch(text)
        if found is None:
            message = N_("Line %(number)d is no head of a chain.")
            raise InvalidInput([FieldError("file", message, (("number", number),))])
        code, sequence, hash_, at = found.groups()
        heads.append(Head(code, int(sequence), hash_, at or ""))
    return heads


def stands(uow: UnitOfWork, head: Head) -> bool:
    """Return whether a head that was kept is still in the chain, under its number."""
    found = uow.session.scalar(
        select(DecisionRecord.hash)
        .join(Authority, Authority.id == DecisionRecord.authority_id)
        .where(Authority.code == head.authority, DecisionRecord.sequence == head.sequence)
    )
    return found == head.hash
