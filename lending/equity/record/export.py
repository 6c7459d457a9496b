"""The record of a lender as lines that anybody can check without this program."""

from collections.abc import Iterator

from sqlalchemy import select

from lending.db.database import UnitOfWork
from lending.equity.record.canonical import canonical
from lending.equity.record.models import DecisionRecord
from lending.equity.record.verifying import BATCH


def record_lines(uow: UnitOfWork, authority_id: int) -> Iterator[str]:
    """Yield a line of JSON for each decision, the first one first.

    `hash` is SHA-256 over `previous_hash`, a line feed and `payload`; who reads line after line
    has verified the chain. The words of reasons are not in it.
    """
    last = 0
    while True:
        rows = uow.session.execute(
            select(
                DecisionRecord.sequence,
                DecisionRecord.previous_hash,
                DecisionRecord.payload,
                DecisionRecord.hash,
            )
            .where(DecisionRecord.authority_id == authority_id, DecisionRecord.sequence > last)
            .order_by(DecisionRecord.sequence)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        for sequence, previous_hash, payload, hash_ in rows:
            yield (
                canonical(
                    {
                        "sequence": sequence,
                        "previous_hash": previous_hash,
                        "payload": payload,
                        "hash": hash_,
                    }
                )
                + "\n"
            )
        last = rows[-1].sequence
