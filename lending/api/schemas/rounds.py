"""Allocation rounds, as programs announce, try and read them."""

from pydantic import Field

from lending.api.schemas.common import (
    Input,
    Instant,
    Number,
    Output,
    Page,
    Paged,
    QueryNumber,
    Reason,
    Text,
)
from lending.availability.answers import instant
from lending.equity.allocation.values import Limit
from lending.equity.eligibility.criteria import Criterion, priority_class
from lending.equity.rounds.gathering import Candidate
from lending.equity.rounds.queries import RoundView, ShareRow
from lending.equity.rounds.trying import Against, LineResult, Result, Trial
from lending.policies.rounds import NAME, Stage
from lending.policies.rules import PriorityClass


class RoundsQuery(Paged):
    """Whose rounds."""

    authority_id: QueryNumber | None = None


class AllocationRoundIn(Input):
    """What an authority announces: it decides about loans that begin in `[start, end)`."""

    authority_id: Number
    name: Text = Field("", max_length=NAME, description="Without one, its days.")
    period_start: Instant
    period_end: Instant = Field(description="Not part of it.")
    opens_at: Instant = Field(description="From then on, requests for these days hold nothing.")
    cut_off_at: Instant = Field(description="Until when files must be complete.")
    decides_at: Instant | None = Field(
        None, description="The latest; without it two weeks after the cut-off."
    )


class Adoption(Input):
    """What was looked at, and why opinions that stand in the way are passed over."""

    fingerprint: Text = Field(
        "", max_length=64, description="Of the dry run: if anything changed since, nothing is done."
    )
    opinions_reason: Text = Field(
        "", max_length=2000, description="Needed where `against` of the dry run is not empty."
    )


class GivingUp(Input):
    """Why a round is given up: everybody reads it."""

    reason: Reason


class AllocationRoundOut(Output):
    """A round as anybody may read it."""

    id: int
    authority_id: int
    name: str
    stage: Stage
    period_start: Instant
    period_end: Instant
    opens_at: Instant
    cut_off_at: Instant
    decides_at: Instant
    adopted_at: Instant | None
    cancel_reason: str
    requests: int = Field(description="That wait for it, or that it decided.")
    commitment: str = Field(description="SHA-256 of the seed, published with the announcement.")
    seed: str | None = Field(description="Of the lottery; none until the round is decided.")


class AllocationRoundPage(Page):
    """Rounds, the latest period first."""

    items: list[AllocationRoundOut]


class SharedOut(Output):
    """What a line of a request gets, and the moment that decides it."""

    item_id: int
    item: str
    asked: int
    share: int
    limit: Limit
    reason: str = Field(description="The limit in words.")
    free_then: int = Field(description="Left by the classes before, at the tightest moment.")
    asked_then: int = Field(description="By everybody of the class at that moment.")


class TriedLineOut(SharedOut):
    """What a line would get, and when that moment is."""

    tight_from: Instant
    tight_until: Instant


class TriedOut(Output):
    """What a request would get."""

    booking_id: int
    reference: str
    organisation_id: int
    organisation: str
    event: str
    priority_class: PriorityClass
    rank: int = Field(description="Of the class; 1 is served first.")
    place: int = Field(description="Of the organisation when odd pieces are given, from 1 on.")
    served_cents: int = Field(description="What it was lent over the twelve months before.")
    ticket: str = Field(description="SHA-256 of the seed, a colon and the organisation's number.")
    is_whole: bool
    lines: list[TriedLineOut]


class LeftOutOut(Output):
    """A request of the period about which the round does not decide."""

    booking_id: int
    reference: str
    organisation: str
    event: str
    is_complete: bool = Field(description="Whether its file was complete by the cut-off.")
    blocking: list[Criterion] = Field(description="What stands against it by the rules.")


class OpinionStandingOut(Output):
    """An opinion that is awaited or unfavourable."""

    department_id: int
    department: str
    is_pending: bool
    reason: str


class AgainstOut(Output):
    """A request that would be granted something although departments have not agreed."""

    booking_id: int
    opinions: list[OpinionStandingOut]


class TrialOut(Output):
    """What a round would come to now."""

    stage: Stage
    is_rehearsal: bool = Field(description="Before the cut-off, other lots are drawn.")
    fingerprint: str = Field(description="Send it with `adopt`: it names this result.")
    requests: list[TriedOut]
    left_out: list[LeftOutOut]
    against: list[AgainstOut]


class ShareOut(SharedOut):
    """What a decided round gave for a line."""

    booking_id: int
    reference: str
    organisation: str
    rank: int
    place: int


class SharePage(Page):
    """Shares, by item and then in the order of places."""

    items: list[ShareOut]


def round_out(view: RoundView) -> AllocationRoundOut:
    """Write a round for programs."""
    told = {n: getattr(view, n) for n in AllocationRoundOut.model_fields if n != "seed"}
    return AllocationRoundOut(**told, seed=view.seed or None)


def trial_out(trial: Trial, words: dict[Limit, str]) -> TrialOut:
    """Write a try for programs; `words` says each limit in the reader's language."""
    return TrialOut(
        stage=trial.stage,
        is_rehearsal=trial.is_rehearsal,
        fingerprint=trial.fingerprint,
        requests=[_tried(result, words) for result in trial.results],
        left_out=[_left_out(each) for each in trial.left_out],
        against=[_against(each) for each in trial.against],
    )


def share_out(row: ShareRow, words: dict[Limit, str]) -> ShareOut:
    """Write a share for programs."""
    names = ("booking_id", "reference", "organisation", "rank", "place", "item_id", "item", "asked")
    return ShareOut(
        **{name: getattr(row, name) for name in (*names, "limit", "free_then", "asked_then")},
        share=row.granted,
        reason=words[row.limit],
    )


def _tried(result: Result, words: dict[Limit, str]) -> TriedOut:
    candidate, place = result.candidate, result.place
    return TriedOut(
        booking_id=candidate.booking_id,
        reference=candidate.reference,
        organisation_id=candidate.organisation_id,
        organisation=candidate.organisation,
        event=candidate.event,
        priority_class=priority_class(candidate.facts),
        rank=candidate.rank or 1,
        place=place.position,
        served_cents=place.served,
        ticket=place.ticket,
        is_whole=result.is_whole,
        lines=[_tried_line(each, words) for each in result.lines],
    )


def _tried_line(each: LineResult, words: dict[Limit, str]) -> TriedLineOut:
    tight = each.grant.squeeze
    return TriedLineOut(
        item_id=each.line.item_id,
        item=each.line.item,
        asked=each.line.quantity,
        share=each.grant.units,
        limit=each.grant.limit,
        reason=words[each.grant.limit],
        free_then=tight.free,
        asked_then=tight.asked,
        tight_from=instant(tight.starts),
        tight_until=instant(tight.ends),
    )


def _left_out(each: Candidate) -> LeftOutOut:
    return LeftOutOut(
        booking_id=each.booking_id,
        reference=each.reference,
        organisation=each.organisation,
        event=each.event,
        is_complete=each.is_complete,
        blocking=[finding.criterion for finding in each.blocking],
    )


def _against(each: Against) -> AgainstOut:
    return AgainstOut(
        booking_id=each.result.candidate.booking_id,
        opinions=[
            OpinionStandingOut(**{n: getattr(one, n) for n in OpinionStandingOut.model_fields})
            for one in each.opinions
        ],
    )
