"""What the rules say of a request, criterion by criterion, in words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext

from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.equity.eligibility.criteria import Criterion, Finding, Verdict
from lending.equity.eligibility.facts import judge_booking
from lending.policies.queries import Version
from lending.web.formats import day

LOOKS = {
    Verdict.MET: ("check-lg", "is-good"),
    Verdict.FAILED: ("x-lg", "is-bad"),
    Verdict.TO_CHECK: ("question-lg", "is-wait"),
}
ELSEWHERE = frozenset({Criterion.TERRITORY, Criterion.SERVED, Criterion.COMPETENCE})
"""What says that another lender is the right one."""


@dataclass(frozen=True)
class CriterionView:
    """What a rule says about a request, in words."""

    criterion: Criterion
    label: str
    """A gettext id, as the verdict."""
    verdict: str
    text: str
    advice: str
    """What the borrower can do; empty if there is nothing."""
    icon: str
    tone: str
    is_met: bool
    blocks: bool
    """Whether the rules say no for it."""


@dataclass(frozen=True)
class Judged:
    """A request, judged by the rules that hold for it."""

    version: Version
    rules_url: str
    criteria: tuple[CriterionView, ...]

    @property
    def met(self) -> tuple[CriterionView, ...]:
        """What is as the rules want it."""
        return tuple(each for each in self.criteria if each.is_met)

    @property
    def open(self) -> tuple[CriterionView, ...]:
        """What is not, or has to be looked at; what the rules say no for first."""
        return tuple(
            sorted((each for each in self.criteria if not each.is_met), key=lambda e: not e.blocks)
        )

    def advised(self, without: Collection[Criterion] = frozenset()) -> tuple[CriterionView, ...]:
        """Return what the borrower can do something about."""
        return tuple(each for each in self.open if each.advice and each.criterion not in without)

    @property
    def against(self) -> tuple[CriterionView, ...]:
        """What the rules say no for."""
        return tuple(each for each in self.criteria if each.blocks)


def judged(uow: UnitOfWork, booking_id: int) -> Judged:
    """Return what the rules say of a booking that the reader may see."""
    booking = uow.session.get_one(Booking, booking_id)
    version, _, findings = judge_booking(uow, booking)
    return Judged(version, rules_url(booking.authority_id, version), criteria_views(findings))


def rules_url(authority_id: int, version: Version) -> str:
    """Return the public page of a version of the rules."""
    if version.number:
        return url_for("policies.version", authority_id=authority_id, number=version.number)
    return url_for("policies.show", authority_id=authority_id)


def criteria_views(findings: Iterable[Finding]) -> tuple[CriterionView, ...]:
    """Return findings in words, in their order."""
    return tuple(_view(finding) for finding in findings)


def _view(finding: Finding) -> CriterionView:
    icon, tone = LOOKS[finding.verdict]
    values = {
        name: day(value) if isinstance(value, date) else value for name, value in finding.values
    }
    return CriterionView(
        criterion=finding.criterion,
        label=finding.criterion.label,
        verdict=finding.verdict.label,
        text=str(gettext(finding.text, **values)),
        advice=str(gettext(finding.advice, **values)) if finding.advice else "",
        icon=icon,
        tone=tone,
        is_met=finding.verdict is Verdict.MET,
        blocks=finding.blocks,
    )
