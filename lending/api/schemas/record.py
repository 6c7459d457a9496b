"""The decision record, as programs read it."""

from typing import Any

from pydantic import Field

from lending.api.schemas.common import Instant, Output, Page, Paged, QueryNumber
from lending.bookings.states import RefusalReason
from lending.equity.record.decision import Kind
from lending.equity.record.queries import DecisionView


class RecordQuery(Paged):
    """Of which booking."""

    booking_id: QueryNumber


class AuthorOut(Output):
    """Who decided, by number."""

    role: str = Field(description="A role, or `installation` for what nobody decided by hand.")
    user_id: int | None
    token_id: int | None


class StockOut(Output):
    """What there was of an item at that moment, for the dates of the booking."""

    item_id: int
    stock: int
    free: int = Field(description="Over the whole loan, what the booking itself holds left out.")


class DecisionOut(Output):
    """A decision, with what is needed to compute its hash again.

    `hash` is SHA-256 over `previous_hash`, a line feed and `payload`; the `reason_digest` in
    `payload` is SHA-256 over `salt`, a line feed and `reason`.
    """

    id: int
    authority_id: int
    sequence: int = Field(description="From 1, without a gap, within the authority.")
    recorded_at: Instant
    kind: Kind
    rule: str = Field(examples=["staff"], description="By what it was decided.")
    booking_id: int | None
    round_id: int | None
    policy_id: int | None = Field(description="The version of the rules, if any is published.")
    author: AuthorOut
    inputs: dict[str, Any] = Field(description="The facts it was made on.")
    stock: list[StockOut]
    rank: int | None
    result: dict[str, Any]
    reason_code: RefusalReason | None
    reason: str | None = Field(description="None when the words were erased.")
    salt: str | None
    payload: str = Field(description="What is hashed: canonical JSON (RFC 8785).")
    previous_hash: str
    hash: str


class DecisionPage(Page):
    """Decisions."""

    items: list[DecisionOut]


def decision_out(view: DecisionView) -> DecisionOut:
    """Write a decision for programs."""
    return DecisionOut(
        id=view.id,
        authority_id=view.authority_id,
        sequence=view.sequence,
        recorded_at=view.recorded_at,
        kind=view.kind,
        rule=view.rule,
        booking_id=view.booking_id,
        round_id=view.round_id,
        policy_id=view.policy_id,
        author=AuthorOut(
            role=view.author.role, user_id=view.author.user_id, token_id=view.author.token_id
        ),
        inputs=dict(view.inputs),
        stock=[
            StockOut(item_id=item_id, stock=each.stock, free=each.free)
            for item_id, each in view.stock.items()
        ],
        rank=view.rank,
        result=dict(view.result),
        reason_code=view.reason_code,
        reason=view.reason,
        salt=view.salt,
        payload=view.payload,
        previous_hash=view.previous_hash,
        hash=view.hash,
    )
