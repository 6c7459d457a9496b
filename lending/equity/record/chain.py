"""Add to the record of an authority, one after the other; erase words from it."""

import secrets
from collections.abc import Collection

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from lending.db.database import UnitOfWork
from lending.equity.record.canonical import FIRST, canonical, digest_of_words, link
from lending.equity.record.decision import Decision
from lending.equity.record.models import DecisionChain, DecisionRecord, DecisionWords

VERSION = 1
"""Of the payload: readers tell by it what to expect."""


_BEGIN = text(
    "INSERT INTO decision_chain (authority_id, sequence, hash) VALUES (:authority, 0, :first)"
    " ON CONFLICT DO NOTHING"
)


def append(uow: UnitOfWork, authority_id: int, decision: Decision) -> DecisionRecord:
    """Record a decision at the end of the authority's chain, in the transaction that makes it.

    Locks the chain until the transaction ends: items, bookings and the authority come before.

    Raises:
        NotCanonical: its inputs or its result hold what has no single way of being written.
    """
    sequence, previous_hash = _lock_head(uow.session, authority_id)
    salt = secrets.token_hex(16) if decision.reason else None
    payload = canonical(
        {
            "version": VERSION,
            "authority_id": authority_id,
            "sequence": sequence + 1,
            "recorded_at": uow.now,
            "kind": decision.kind,
            "rule": decision.rule,
            "booking_id": decision.booking_id,
            "round_id": decision.round_id,
            "policy_id": decision.policy_id,
            "author": {
                "role": decision.author.role,
                "user_id": decision.author.user_id,
                "token_id": decision.author.token_id,
            },
            "inputs": decision.inputs,
            "stock": {
                str(item_id): {"stock": each.stock, "free": each.free}
                for item_id, each in decision.stock.items()
            },
            "rank": decision.rank,
            "result": decision.result,
            "reason_code": decision.reason_code,
            "reason_digest": digest_of_words(salt, decision.reason) if salt else None,
        }
    )
    record = DecisionRecord(
        authority_id=authority_id,
        sequence=sequence + 1,
        kind=decision.kind,
        booking_id=decision.booking_id,
        round_id=decision.round_id,
        recorded_at=uow.now,
        payload=payload,
        previous_hash=previous_hash,
        hash=link(previous_hash, payload),
    )
    uow.session.add(record)
    uow.session.flush()  # the words refer to it by number
    if salt:
        uow.session.execute(
            insert(DecisionWords).values(
                decision_id=record.id, salt=salt, words=decision.reason, erased_at=None
            )
        )
    uow.session.execute(
        update(DecisionChain)
        .where(DecisionChain.authority_id == authority_id)
        .values(sequence=record.sequence, hash=record.hash)
        .execution_options(synchronize_session=False)
    )
    return record


def erase_words(uow: UnitOfWork, decision_ids: Collection[int]) -> int:
    """Erase the words of decisions, for ever; the chain still proves itself. Returns how many."""
    erased = uow.session.execute(
        update(DecisionWords)
        .where(DecisionWords.decision_id.in_(decision_ids), DecisionWords.words.is_not(None))
        .values(salt=None, words=None, erased_at=uow.now)
        .execution_options(synchronize_session=False)
        .returning(DecisionWords.decision_id)
    )
    return len(erased.all())


def _lock_head(session: Session, authority_id: int) -> tuple[int, str]:
    """Return number and hash of the last decision; nobody else adds one until we have ended.

    On SQLite the transaction itself is the lock.
    """
    head = (
        select(DecisionChain.sequence, DecisionChain.hash)
        .where(DecisionChain.authority_id == authority_id)
        .with_for_update()
    )
    found = session.execute(head).one_or_none()
    if found is None:
        # Of two that begin a chain at once, the second waits here for the first.
        session.execute(_BEGIN, {"authority": authority_id, "first": FIRST})
        found = session.execute(head).one()
    return found.sequence, found.hash
