"""Why a request was answered as it was: what its borrower and the staff read alike."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.accounts.permissions import Principal, Role
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.bookings.states import UNDECIDED, State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.equity.eligibility.criteria import (
    Finding,
    facts_from_json,
    judge,
    priority_class,
)
from lending.equity.record.decision import Kind, Rule
from lending.equity.record.queries import DecisionView, decisions_of
from lending.errors import NotFound
from lending.policies.models import LendingPolicy
from lending.policies.queries import BEGINNING, Version, read_rulebook, version_of
from lending.policies.rules import PriorityClass

ANSWERS = frozenset(Kind) - {Kind.SERVE}
"""The kinds of decisions that answer a request; being served from the waiting list is none."""


@dataclass(frozen=True)
class AnswerLine:
    """An item of the request in figures, as they were when it was decided."""

    item_id: int
    name: str
    name_en: str
    asked: int
    granted: int
    stock: int
    free: int


@dataclass(frozen=True)
class Silence:
    """What the law makes of no answer (CRPA L231-4)."""

    refused_on: date
    """The local day from which silence is a refusal."""
    appeal_until: date
    is_past: bool


@dataclass(frozen=True)
class Answer:
    """A request's answer with its reasons; without a decision, what becomes of silence."""

    booking_id: int
    reference: str
    authority_id: int
    authority: str
    decision: DecisionView | None
    lines: tuple[AnswerLine, ...]
    rules: Version
    findings: tuple[Finding, ...]
    """As the rules judge the facts recorded, with their sentences."""
    priority: PriorityClass | None
    place: int | None
    """Of its class in the order of service, from 1 on."""
    arrival: int | None
    complete_at: datetime | None
    answer_by: date | None
    """What the lender promises by its own rules, while nothing is decided."""
    appeal_until: date | None
    """Until when the decision can be contested; none if everything was granted."""
    silence: Silence | None

    @property
    def rule(self) -> Rule | None:
        """By what it was decided; none for a rule that this release does not know."""
        known = self.decision is not None and self.decision.rule in list(Rule)
        return Rule(self.decision.rule) if known and self.decision else None

    @property
    def decided_as(self) -> Role | None:
        """The role of who decided; none for the installation."""
        role = self.decision.author.role if self.decision else ""
        return Role(role) if role in list(Role) else None


def read_answer(uow: UnitOfWork, actor: Principal, booking_id: int) -> Answer:
    """Return the answer to a request, or what there is to say while there is none.

    Raises:
        NotSignedIn: somebody would have to be.
        NotFound: there is no request that the actor may know of, or it was not sent.
    """
    decisions = decisions_of(uow, actor, booking_id)
    booking = uow.session.get_one(Booking, booking_id)
    if booking.state is State.DRAFT:
        raise NotFound
    authority = uow.session.get_one(Authority, booking.authority_id)
    zone = ZoneInfo(authority.timezone)
    decision = None if booking.state in UNDECIDED else _last_answer(decisions)
    version = _rules_of(uow, booking, decision)
    inputs: Mapping[str, Any] = decision.inputs if decision else {}
    findings: tuple[Finding, ...] = ()
    priority = place = None
    if "facts" in inputs:
        facts = facts_from_json(inputs["facts"])
        findings, priority = judge(version.rules, facts), priority_class(facts)
        place = version.rules.rank_of(priority)
    return Answer(
        booking_id=booking.id,
        reference=booking.reference,
        authority_id=authority.id,
        authority=authority.name,
        decision=decision,
        lines=_lines(uow, decision) if decision else (),
        rules=version,
        findings=findings,
        priority=priority,
        place=place,
        arrival=booking.arrival,
        complete_at=booking.complete_at,
        answer_by=None
        if decision
        else _after(booking.complete_at, zone, version.rules.answer_days),
        appeal_until=_appeal_until(decision, zone, version),
        silence=None if decision else _silence(uow, booking, zone, version),
    )


def _last_answer(decisions: Iterable[DecisionView]) -> DecisionView | None:
    """Return the decision that stands; what the borrower does itself is no answer."""
    answers = [d for d in decisions if d.kind in ANSWERS and d.rule != Rule.BORROWER]
    return answers[-1] if answers else None


def _rules_of(uow: UnitOfWork, booking: Booking, decision: DecisionView | None) -> Version:
    if decision is None:
        at = booking.complete_at or uow.now
        return read_rulebook(uow.session).at(booking.authority_id, at)
    if decision.policy_id is None:
        return BEGINNING
    return version_of(uow.session.get_one(LendingPolicy, decision.policy_id))


def _lines(uow: UnitOfWork, decision: DecisionView) -> tuple[AnswerLine, ...]:
    asked = {line["item_id"]: line["requested"] for line in decision.inputs.get("lines", ())}
    granted = decision.result.get("granted", {})
    items = uow.session.scalars(select(Item).where(Item.id.in_(asked)).order_by(Item.name))
    return tuple(
        AnswerLine(
            item_id=item.id,
            name=item.name,
            name_en=item.name_en,
            asked=asked[item.id],
            granted=granted.get(str(item.id), 0),
            stock=decision.stock[item.id].stock,
            free=decision.stock[item.id].free,
        )
        for item in items
        if item.id in decision.stock
    )


def _appeal_until(decision: DecisionView | None, zone: ZoneInfo, version: Version) -> date | None:
    if decision is None or decision.kind in (Kind.GRANT, Kind.ALLOCATE):
        return None
    if decision.result.get("move") == "approve":  # everything, by an override
        return None
    return _after(decision.recorded_at, zone, version.rules.appeal_days)


def _silence(uow: UnitOfWork, booking: Booking, zone: ZoneInfo, version: Version) -> Silence | None:
    waits = booking.state in UNDECIDED | {State.WAITLISTED, State.EXPIRED}
    refused_on = _after(booking.complete_at, zone, version.rules.silence_days)
    if not waits or refused_on is None:
        return None
    return Silence(
        refused_on=refused_on,
        appeal_until=refused_on + timedelta(days=version.rules.appeal_days),
        is_past=refused_on <= to_local(uow.now, zone).date(),
    )


def _after(instant: datetime | None, zone: ZoneInfo, days: int) -> date | None:
    return None if instant is None else to_local(instant, zone).date() + timedelta(days=days)
