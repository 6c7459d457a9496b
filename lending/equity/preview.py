"""What other rules would have changed: the requests of a year, judged by both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking, Event
from lending.db.database import UnitOfWork
from lending.equity.eligibility.criteria import Criterion, Facts, Finding, Verdict, judge
from lending.equity.eligibility.facts import facts_of
from lending.organisations.models import Organisation
from lending.policies.parameters import Parameter, differences
from lending.policies.queries import Rulebook
from lending.policies.rules import Rules

YEAR = timedelta(days=365)
VALUING = frozenset(
    {
        *("tariffs", "fallback_percent_a_day", "fallback_percent_at_most"),
        *("labour_cents_an_hour", "transport_cents_a_km", "large_loan_cents"),
    }
)
"""The parameters that the facts themselves depend on: what a loan is worth, whether it is large."""
JUDGING = VALUING | {
    *("lead_time_days", "heavy_lead_time_days", "earliest_days", "late", "longest_loan_days"),
    *("territory", "insurance", "republican_commitment", "identifier", "nothing_outstanding"),
    *("safety_file_attendance", "power_notice_days", "priorities", "large_loans_a_year"),
}
"""The parameters by which requests are judged; the others set times and what is kept."""

FactsUnder = Callable[[Rules], Mapping[int, Facts]]
"""Gives the facts about requests, their worth counted by these rules."""


@dataclass(frozen=True)
class Shift:
    """A request that one criterion judges otherwise."""

    booking_id: int
    criterion: Criterion
    before: Verdict
    after: Verdict
    blocked_before: bool
    blocks_after: bool


@dataclass(frozen=True)
class Effect:
    """What one parameter alone would have changed."""

    parameter: Parameter
    shifts: tuple[Shift, ...]


@dataclass(frozen=True)
class Named:
    """A request by what people call it."""

    reference: str
    organisation: str
    event: str


@dataclass(frozen=True)
class Preview:
    """What a draft would have changed for the requests of twelve months."""

    requests: int
    otherwise: int
    """How many of them all changes together judge otherwise."""
    effects: tuple[Effect, ...]
    names: Mapping[int, Named]


def shifts(old: Rules, new: Rules, facts_under: FactsUnder) -> tuple[Shift, ...]:
    """Return what is judged otherwise, request by request; a rule that is silent is met."""
    found = []
    facts_after = facts_under(new)
    for booking_id, known in facts_under(old).items():
        before = {finding.criterion: finding for finding in judge(old, known)}
        after = {finding.criterion: finding for finding in judge(new, facts_after[booking_id])}
        found += [
            Shift(booking_id, criterion, was[0], will[0], was[1], will[1])
            for criterion in Criterion
            if (was := _said(before.get(criterion))) != (will := _said(after.get(criterion)))
        ]
    return tuple(found)


def effects(old: Rules, new: Rules, facts_under: FactsUnder) -> tuple[Effect, ...]:
    """Return what each changed parameter would have changed alone."""
    return tuple(
        Effect(
            each.parameter,
            shifts(old, old.model_copy(update={each.parameter.name: each.new}), facts_under),
        )
        for each in differences(old, new)
        if each.parameter.name in JUDGING
    )


def preview(
    uow: UnitOfWork, actor: Principal, authority_id: int, old: Rules, new: Rules
) -> Preview:
    """Judge the requests sent to an authority over twelve months by old rules and by new ones.

    Raises:
        NotSignedIn, Forbidden: the actor does not set the rules of this authority.
    """
    actor.check(Action.MANAGE_POLICY, authority_id=authority_id)
    rows = uow.session.execute(
        select(Booking, Organisation.name, Event.name)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .where(
            Booking.authority_id == authority_id,
            Booking.submitted_at.is_not(None),
            Booking.submitted_at >= uow.now - YEAR,
        )
        .order_by(Booking.submitted_at.desc(), Booking.id.desc())
    ).all()
    bookings = [booking for booking, _, _ in rows]

    known: dict[tuple[object, ...], Mapping[int, Facts]] = {}

    def facts_under(rules: Rules) -> Mapping[int, Facts]:
        key = tuple(getattr(rules, name) for name in sorted(VALUING))
        if key not in known:
            known[key] = facts_of(uow, bookings, Rulebook.of_one(authority_id, rules))
        return known[key]

    together = {shift.booking_id for shift in shifts(old, new, facts_under)}
    return Preview(
        requests=len(rows),
        otherwise=len(together),
        effects=effects(old, new, facts_under),
        names={
            booking.id: Named(booking.reference, organisation, event)
            for booking, organisation, event in rows
        },
    )


def _said(finding: Finding | None) -> tuple[Verdict, bool]:
    return (Verdict.MET, False) if finding is None else (finding.verdict, finding.blocks)
