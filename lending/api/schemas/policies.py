"""The rules by which authorities lend, as programs read them."""

from datetime import date

from pydantic import Field

from lending.api.schemas.common import Instant, Output, Page
from lending.policies.queries import Version
from lending.policies.rules import Rules


class PolicyOut(Output):
    """A version of an authority's rules; `sha256` is over the bytes of `content` in UTF-8."""

    id: int | None = Field(description="None where nothing is published and usual rules hold.")
    authority_id: int
    number: int | None = Field(description="From 1, without a gap, within the authority.")
    effective_on: date | None
    effective_at: Instant | None = Field(description="The beginning of that day, local time.")
    vote_reference: str
    note: str
    rules: Rules
    content: str = Field(description="The rules as they were published: what is hashed.")
    sha256: str


class PolicyPage(Page):
    """Versions, the first one first."""

    items: list[PolicyOut]


def policy_out(authority_id: int, version: Version) -> PolicyOut:
    """Write a version for programs."""
    return PolicyOut(
        id=version.policy_id,
        authority_id=authority_id,
        number=version.number,
        effective_on=version.effective_on,
        effective_at=version.effective_at,
        vote_reference=version.vote_reference,
        note=version.note,
        rules=version.rules,
        content=version.content,
        sha256=version.digest,
    )
