"""Walk a chain of decisions from its first to its head, and name the first link that is broken."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, cast, exists, select, type_coerce

from lending.db.database import UnitOfWork
from lending.equity.record.canonical import (
    FIRST,
    NotCanonical,
    Plain,
    digest_of_words,
    instant,
    link,
    parse,
)
from lending.equity.record.models import DecisionChain, DecisionRecord, DecisionWords

BATCH = 500
"""Decisions read at once: memory does not grow with the chain."""


class Fault(StrEnum):
    """What is wrong with a link."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"
    HEAD = "head"
    WORDS = "words"


@dataclass(frozen=True)
class Break:
    """The first link of a chain that does not hold."""

    sequence: int
    """The number of the decision that is not, or not any more, what it was."""
    fault: Fault
    told: str
    """In English, for whoever runs the check."""


@dataclass(frozen=True)
class Verified:
    """What a walk along one authority's chain found."""

    authority_id: int
    decisions: int
    """How many hold, from the first on."""
    erased: int
    """Of these, how many have lost their words by erasure, which breaks nothing."""
    hash: str
    """Of the last that holds."""
    first_break: Break | None


class _Entry(NamedTuple):
    """A decision as it is stored, with its words."""

    sequence: int
    kind: str
    booking_id: int | None
    round_id: int | None
    recorded_at: str
    payload: str
    previous_hash: str
    hash: str
    words_of: int | None
    salt: str | None
    words: str | None

    @property
    def is_whole(self) -> bool:
        """Whether its hash is that of its content."""
        return link(self.previous_hash, self.payload) == self.hash


class _Stand(NamedTuple):
    """How far the walk has come: the last decision that holds."""

    sequence: int
    hash: str
    previous_hash: str


def chains(uow: UnitOfWork) -> list[int]:
    """Return the authorities that have a chain, or decisions without one."""
    headed = select(DecisionChain.authority_id)
    recorded = select(DecisionRecord.authority_id)
    return sorted(uow.session.scalars(headed.union(recorded)))


def length_of(uow: UnitOfWork, authority_id: int) -> int:
    """Return how many decisions the chain says it has: what a walk has before it."""
    head = _head(uow, authority_id)
    return head[0] if head else 0


def verify_chain(
    uow: UnitOfWork, authority_id: int, report: Callable[[int], None] = lambda walked: None
) -> Verified:
    """Walk along the chain of an authority, until its end or its first break.

    Decisions may be added meanwhile. `report` is told now and then how many were walked.
    """
    before = _head(uow, authority_id)
    stand, erased, broken = _Stand(0, FIRST, ""), 0, None
    for entry in _entries(uow, authority_id):
        broken = _placed(uow, authority_id, stand, entry) or _content(authority_id, entry)
        if broken is None and before is not None and entry.sequence == before[0]:
            broken = _hash_of_head(entry, before[1])
        if broken is not None:
            break
        erased += entry.words_of is not None and entry.words is None
        stand = _Stand(entry.sequence, entry.hash, entry.previous_hash)
        if entry.sequence % BATCH == 0:
            report(entry.sequence)
    broken = broken or _end(stand, before, _head(uow, authority_id))
    return Verified(authority_id, stand.sequence, erased, stand.hash, broken)


def _head(uow: UnitOfWork, authority_id: int) -> tuple[int, str] | None:
    found = uow.session.execute(
        select(DecisionChain.sequence, DecisionChain.hash).where(
            DecisionChain.authority_id == authority_id
        )
    ).one_or_none()
    return None if found is None else (found.sequence, found.hash)


def _entries(uow: UnitOfWork, authority_id: int) -> Iterator[_Entry]:
    query = (
        select(
            DecisionRecord.sequence,
            # As text: what was written behind our back may be no kind, and no instant.
            type_coerce(DecisionRecord.kind, String),
            DecisionRecord.booking_id,
            DecisionRecord.round_id,
            cast(DecisionRecord.recorded_at, String),
            DecisionRecord.payload,
            DecisionRecord.previous_hash,
            DecisionRecord.hash,
            DecisionWords.decision_id,
            DecisionWords.salt,
            DecisionWords.words,
        )
        .outerjoin(DecisionWords, DecisionWords.decision_id == DecisionRecord.id)
        .where(DecisionRecord.authority_id == authority_id)
        .order_by(DecisionRecord.sequence)
        .limit(BATCH)
    )
    # Numbers below 1 are no decisions of ours, and must be seen for that very reason.
    last: int | None = None
    while True:
        further = query if last is None else query.where(DecisionRecord.sequence > last)
        rows = uow.session.execute(further).all()
        if not rows:
            return
        yield from map(_Entry._make, rows)
        last = rows[-1].sequence


def _placed(uow: UnitOfWork, authority_id: int, stand: _Stand, entry: _Entry) -> Break | None:
    """Return what is wrong with the place of a decision behind the last that holds."""
    number = stand.sequence + 1
    follows, in_place = entry.previous_hash == stand.hash, entry.sequence == number
    if follows:
        moved = f"it stands under number {entry.sequence}"
        return None if in_place else Break(number, Fault.CHANGED, moved)
    if stand.sequence and entry.previous_hash == stand.previous_hash:
        told = f"number {entry.sequence} follows number {stand.sequence - 1}"
        return Break(stand.sequence, Fault.INSERTED, told)
    others = [
        DecisionRecord.authority_id == authority_id,
        DecisionRecord.sequence != entry.sequence,
    ]
    elsewhere = _any(uow, *others, DecisionRecord.previous_hash == stand.hash)
    is_known = _any(uow, *others, DecisionRecord.hash == entry.previous_hash)
    if elsewhere and is_known and entry.is_whole:
        return Break(number, Fault.REORDERED, "the decision that belongs here stands elsewhere")
    if elsewhere:
        return Break(entry.sequence, Fault.INSERTED, "it belongs nowhere in the chain")
    if not in_place:
        told = f"after number {stand.sequence} comes number {entry.sequence}"
        return Break(number, Fault.REMOVED, told)
    if not entry.is_whole:
        return Break(number, Fault.CHANGED, "its hash is not that of its content")
    if _says(entry).get("sequence") != entry.sequence:
        told = f"the decision in its place says that it is number {_says(entry).get('sequence')}"
        return Break(number, Fault.REMOVED, told)
    if not stand.sequence:
        return Break(number, Fault.CHANGED, "the first decision follows another one")
    told = f"it was hashed again: number {entry.sequence} follows another hash"
    return Break(stand.sequence, Fault.CHANGED, told)


def _any(uow: UnitOfWork, *conditions: ColumnElement[bool]) -> bool:
    return bool(uow.session.scalar(select(exists().where(*conditions))))


def _content(authority_id: int, entry: _Entry) -> Break | None:
    """Return what is wrong with a decision itself."""
    number = entry.sequence
    if not entry.is_whole:
        return Break(number, Fault.CHANGED, "its hash is not that of its content")
    says = _says(entry)
    if not says:
        return Break(number, Fault.CHANGED, "its content is not canonical JSON")
    columns: dict[str, Plain] = {
        "authority_id": authority_id,
        "sequence": number,
        "kind": entry.kind,
        "booking_id": entry.booking_id,
        "round_id": entry.round_id,
        "recorded_at": _instant(entry.recorded_at),
    }
    for name, value in columns.items():
        if says.get(name) != value:
            told = f"its column {name} says {value!r}, its content {says.get(name)!r}"
            return Break(number, Fault.CHANGED, told)
    told = _words(entry, says.get("reason_digest"))
    return Break(number, Fault.WORDS, told) if told else None


def _instant(column: str) -> str:
    """Return an instant as contents write it; what is none, as it stands."""
    try:
        at = datetime.fromisoformat(column)
    except ValueError:
        return column
    return instant(at if at.tzinfo else at.replace(tzinfo=UTC))


def _says(entry: _Entry) -> dict[str, Plain]:
    """Return the content of a decision; nothing if it cannot be read."""
    try:
        says = parse(entry.payload)
    except NotCanonical:
        return {}
    return says if isinstance(says, dict) else {}


def _words(entry: _Entry, digest: Plain) -> str:
    """Return what is wrong with the words of a decision, if anything is."""
    if entry.words_of is None:
        return "its words are gone, and were not erased" if digest else ""
    if digest is None:
        return "it had no words, and has some"
    if entry.words is None:
        return ""
    right = digest_of_words(entry.salt or "", entry.words) == digest
    return "" if right else "its words are not those that were recorded"


def _hash_of_head(entry: _Entry, hash_: str) -> Break | None:
    if entry.hash == hash_:
        return None
    told = "the head of the chain has another hash: it was changed, or this decision was"
    return Break(entry.sequence, Fault.HEAD, told)


def _end(
    stand: _Stand, before: tuple[int, str] | None, after: tuple[int, str] | None
) -> Break | None:
    """Return what is wrong where the walk ended; the heads are those before and after it."""
    if before is not None and stand.sequence < before[0]:
        told = f"the head of the chain is number {before[0]}"
        return Break(stand.sequence + 1, Fault.REMOVED, told)
    if stand.sequence and after is None:
        return Break(stand.sequence, Fault.HEAD, "the chain has no head")
    if after is not None and stand.sequence > after[0]:
        told = f"the head of the chain is number {after[0]}"
        return Break(after[0] + 1, Fault.INSERTED, told)
    return None
