"""The right lender and the departments' opinions, as programs read and tell them."""

from enum import StrEnum

from pydantic import Field

from lending.api.schemas.common import Input, Instant, Number, Output, Reason, Text
from lending.equity.routing.models import Verdict
from lending.equity.routing.opinions import OpinionView
from lending.equity.routing.redirecting import PassedOn


class Answer(StrEnum):
    """What a department can answer."""

    FAVOURABLE = "favourable"
    UNFAVOURABLE = "unfavourable"
    NOT_CONCERNED = "not_concerned"


class RedirectionIn(Input):
    """To whom a request is passed on, and why."""

    authority_id: Number
    reason: Reason


class LeftOutOut(Output):
    """What the other authority has nothing for; it is told in the note there."""

    item_id: int
    name: str
    quantity: int


class RedirectionOut(Output):
    """What came of a request that was passed on."""

    booking_id: int = Field(description="At the other authority.")
    is_sent: bool = Field(
        description="Otherwise it is a draft there, for its organisation to complete."
    )
    left_out: list[LeftOutOut]


class OpinionIn(Input):
    """What a department thinks of a request."""

    department_id: Number
    verdict: Answer
    reason: Text = Field("", max_length=2000, description="Needed if unfavourable.")


class OpinionOut(Output):
    """What a department was asked and what it answered."""

    department_id: int
    department: str
    verdict: Verdict
    reason: str
    by: str
    on_behalf_of: str = Field(description="Whose delegation the giver held; empty without.")
    asked_at: Instant
    at: Instant | None


class OpinionsOut(Output):
    """The opinions about a request."""

    items: list[OpinionOut]


def redirection_out(passed: PassedOn) -> RedirectionOut:
    """Write what came of a passing on for programs."""
    return RedirectionOut(
        booking_id=passed.booking_id,
        is_sent=passed.is_sent,
        left_out=[
            LeftOutOut(item_id=left.item_id, name=left.name, quantity=left.quantity)
            for left in passed.left_out
        ],
    )


def opinion_out(view: OpinionView) -> OpinionOut:
    """Write an opinion for programs."""
    return OpinionOut(**{name: getattr(view, name) for name in OpinionOut.model_fields})
