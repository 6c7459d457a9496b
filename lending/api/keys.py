"""Idempotency keys: a request that comes again gets its first answer, and is not run again.

The key is claimed in the transaction of the use case itself: what fails or dies leaves nothing,
and of two that come at the same time the second waits for the first, then reads its answer.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, bindparam, delete, select, text, update

from lending.api.errors import KeyReused
from lending.api.models import IdempotencyKey
from lending.db.base import UtcDateTime
from lending.db.database import UnitOfWork

KEPT = timedelta(hours=48)


@dataclass(frozen=True)
class Request:
    """A request that its sender named."""

    token_id: int
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Answer:
    """What is sent back: status, JSON, and the address of what was made."""

    status: int
    body: str
    location: str = ""
    is_repeated: bool = False


_CLAIM = text(
    "INSERT INTO idempotency_key"
    " (api_token_id, key, fingerprint, status, body, location, created_at)"
    " VALUES (:token, :key, :fingerprint, 0, '', '', :now)"
    " ON CONFLICT (api_token_id, key) DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime()))


def claim(uow: UnitOfWork, request: Request) -> Answer | None:
    """Claim the key for this request; return the first answer if it was answered already.

    Raises:
        KeyReused: the key belongs to another request.
    """
    values = {
        "token": request.token_id,
        "key": request.key,
        "fingerprint": request.fingerprint,
        "now": uow.now,
    }
    if uow.session.execute(_CLAIM, values).rowcount == 1:  # type: ignore[attr-defined]
        return None
    row = uow.session.scalars(select(IdempotencyKey).where(_is_of(request))).one()
    if row.fingerprint != request.fingerprint:
        raise KeyReused
    return Answer(row.status, row.body, row.location, is_repeated=True)


def keep(uow: UnitOfWork, request: Request, answer: Answer) -> None:
    """Keep the answer to a request whose key was claimed in this transaction."""
    uow.session.execute(
        update(IdempotencyKey)
        .where(_is_of(request))
        .values(status=answer.status, body=answer.body, location=answer.location)
    )


def keep_refusal(uow: UnitOfWork, request: Request, answer: Answer) -> Answer:
    """Keep a refusal, whose own transaction left nothing; return the answer that came first."""
    first = claim(uow, request)
    if first is not None:
        return first
    keep(uow, request, answer)
    return answer


def forget_old_keys(uow: UnitOfWork) -> int:
    """Delete the answers that nobody will ask for again. Returns how many."""
    old = delete(IdempotencyKey).where(IdempotencyKey.created_at <= uow.now - KEPT)
    return int(uow.session.execute(old).rowcount)  # type: ignore[attr-defined]


def _is_of(request: Request) -> ColumnElement[bool]:
    return (IdempotencyKey.api_token_id == request.token_id) & (IdempotencyKey.key == request.key)
