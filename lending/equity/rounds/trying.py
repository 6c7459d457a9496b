"""What a round would come to now: looked at as often as one likes, nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork
from lending.equity.allocation.deciding import decide
from lending.equity.allocation.values import Grant, Outcome, Place, Request, Stock
from lending.equity.rounds.bundles import AskedLine, bundles_of, grants_of_lines
from lending.equity.rounds.gathering import Candidate, candidates_of, inputs_of
from lending.equity.routing.opinions import Standing, standing_opinions
from lending.errors import NotFound
from lending.policies.models import AllocationRound
from lending.policies.rounds import Stage, stage_of

REHEARSAL = "rehearsal"
"""The seed of a try before the cut-off, when nobody may know the true lots."""


@dataclass(frozen=True)
class LineResult:
    """What a round would give for a line."""

    line: AskedLine
    grant: Grant


@dataclass(frozen=True)
class Result:
    """What a round would give for a request."""

    candidate: Candidate
    place: Place
    lines: tuple[LineResult, ...]

    @property
    def granted(self) -> dict[int, int]:
        """By item."""
        return {each.line.item_id: each.grant.units for each in self.lines}

    @property
    def is_whole(self) -> bool:
        """Whether everything asked for is granted."""
        return all(each.grant.units == each.line.quantity for each in self.lines)


@dataclass(frozen=True)
class Against:
    """A request that would be granted something although departments have not agreed."""

    result: Result
    opinions: tuple[Standing, ...]


@dataclass(frozen=True)
class Trial:
    """What a round would come to now."""

    stage: Stage
    is_rehearsal: bool
    """Whether other lots were drawn than those that will count."""
    results: tuple[Result, ...]
    left_out: tuple[Candidate, ...]
    """Requests of the period about which it does not decide."""
    stocks: tuple[Stock, ...]
    requests: tuple[Request, ...]
    outcome: Outcome
    against: tuple[Against, ...]
    """Requests that would be granted something while opinions are awaited or unfavourable."""

    @property
    def pending(self) -> int:
        """How many opinions are awaited about what would be granted."""
        return sum(each.is_pending for one in self.against for each in one.opinions)

    @property
    def unfavourable(self) -> int:
        """How many opinions are against what would be granted."""
        return sum(not each.is_pending for one in self.against for each in one.opinions)

    @property
    def fingerprint(self) -> str:
        """What changes when anything about the result does."""
        lines = sorted(
            f"{each.line.id}:{each.line.quantity}:{each.grant.units}"
            for result in self.results
            for each in result.lines
        ) + sorted(
            f"{one.result.candidate.reference}:{each.department_id}:{each.is_pending}"
            for one in self.against
            for each in one.opinions
        )
        return sha256("\n".join(lines).encode()).hexdigest()


def try_round(uow: UnitOfWork, found: AllocationRound) -> Trial:
    """Return what a round would come to if it were decided now; nothing is written."""
    stage = stage_of(found, uow.now)
    rehearsal = stage in (Stage.ANNOUNCED, Stage.OPEN)
    candidates = candidates_of(uow, found)
    inputs = inputs_of(uow, candidates)
    outcome = decide(inputs.stocks, inputs.requests, REHEARSAL if rehearsal else found.seed)
    places = {place.organisation: place for place in outcome.places}
    results = tuple(
        Result(
            candidate=each,
            place=places[str(each.organisation_id)],
            lines=tuple(
                LineResult(line, grant)
                for line, grant in zip(
                    each.lines,
                    grants_of_lines(
                        each.lines, bundles_of(each.lines), outcome.grants[each.reference]
                    ),
                    strict=True,
                )
            ),
        )
        for each in candidates
        if each.reference in outcome.grants
    )
    left_out = tuple(each for each in candidates if each.reference not in outcome.grants)
    return Trial(
        stage,
        rehearsal,
        results,
        left_out,
        inputs.stocks,
        inputs.requests,
        outcome,
        _against(uow, results),
    )


def look_at_round(uow: UnitOfWork, actor: Principal, round_id: int) -> Trial:
    """Return what a round would come to now, to who may decide it.

    Raises:
        NotFound: no such round.
        NotSignedIn, Forbidden: the actor does not set the rules of its authority.
    """
    found = uow.session.get(AllocationRound, round_id)
    if found is None:
        raise NotFound
    actor.check(Action.MANAGE_POLICY, authority_id=found.authority_id)
    return try_round(uow, found)


def _against(uow: UnitOfWork, results: Sequence[Result]) -> tuple[Against, ...]:
    granting = [each for each in results if any(each.granted.values())]
    standing = standing_opinions(uow, [each.candidate.booking_id for each in granting])
    return tuple(
        Against(each, standing[each.candidate.booking_id])
        for each in granting
        if each.candidate.booking_id in standing
    )
