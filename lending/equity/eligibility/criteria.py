"""Judge a request by the rules: the same facts and rules give the same findings, for everyone.

Pure: no database, no clock. Criteria and their sources are those of French municipal lending
rules; a decision must rest on the administration of property, the running of services or public
order (CGCT L2144-3, applied by analogy), never on opinions or on a list of members.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from lending.bookings.states import RefusalReason
from lending.i18n import N_
from lending.organisations.models import OrganisationKind, Verification
from lending.policies.rules import Late, PriorityClass, Rules, Territory


class Criterion(StrEnum):
    """What a request is judged by."""

    LEGAL_PERSON = "legal_person"
    IDENTIFIERS = "identifiers"
    TERRITORY = "territory"
    SERVED = "served"
    COMPETENCE = "competence"
    GENERAL_INTEREST = "general_interest"
    COMMITMENT = "commitment"
    INSURANCE = "insurance"
    OUTSTANDING = "outstanding"
    LEAD_TIME = "lead_time"
    EARLIEST = "earliest"
    DURATION = "duration"
    FREQUENCY = "frequency"
    SAFETY_FILE = "safety_file"
    POWER_NOTICE = "power_notice"

    @property
    def label(self) -> str:
        """Return the gettext id of the criterion's name."""
        return _LABELS[self]


_LABELS = {
    Criterion.LEGAL_PERSON: N_("Who asks"),
    Criterion.IDENTIFIERS: N_("Official numbers"),
    Criterion.TERRITORY: N_("Territory"),
    Criterion.SERVED: N_("Borrowers served"),
    Criterion.COMPETENCE: N_("Competence"),
    Criterion.GENERAL_INTEREST: N_("General interest"),
    Criterion.COMMITMENT: N_("Republican commitment"),
    Criterion.INSURANCE: N_("Insurance"),
    Criterion.OUTSTANDING: N_("Earlier loans"),
    Criterion.LEAD_TIME: N_("Lead time"),
    Criterion.EARLIEST: N_("Filing date"),
    Criterion.DURATION: N_("Duration"),
    Criterion.FREQUENCY: N_("Frequency"),
    Criterion.SAFETY_FILE: N_("Safety file"),
    Criterion.POWER_NOTICE: N_("Temporary power"),
}


class Verdict(StrEnum):
    """What a criterion answers."""

    MET = "met"
    FAILED = "failed"
    TO_CHECK = "to_check"

    @property
    def label(self) -> str:
        """Return the gettext id of the answer in words."""
        return {"met": N_("Met"), "failed": N_("Not met"), "to_check": N_("To be checked")}[
            self.value
        ]


@dataclass(frozen=True)
class Facts:
    """All that the criteria look at; days are local to the lender."""

    kind: OrganisationKind
    is_lenders_own: bool
    """Whether a department of the lender itself asks."""
    verification: Verification
    has_identifier: bool
    """An RNA number, a SIREN or a SIRET."""
    seat: str
    """The commune's name, as the event's below."""
    seat_in_territory: bool
    event_commune: str
    event_in_territory: bool
    cause_carried: bool
    """Whether a department of the lender carries the event's cause."""
    commitment_on: date | None
    insured_until: date | None
    overdue_loans: int
    filed_on: date
    """The day the request was sent; today while it is a draft."""
    first_day: date
    last_day: date
    """Of the loan."""
    attendance: int | None
    is_heavy: bool
    """Whether a piece of what is asked takes several people to set up."""
    needs_power: bool
    """Whether something asked for has to be connected by an electrician."""
    is_safety: bool = False
    """Whether it serves elections, safety or a crisis, as somebody entitled has said."""
    value_cents: int | None = None
    """What the loan would be worth, if that is known."""
    large_loans: int | None = None
    """Within the twelve months before, if that is known."""
    unpaid_charges: int = 0
    """For damage, decided and not paid."""


@dataclass(frozen=True)
class Finding:
    """What one criterion answers, with the facts used, as sentences for both sides."""

    criterion: Criterion
    verdict: Verdict
    text: str
    """A gettext id; its values are `values`."""
    values: tuple[tuple[str, int | str | date], ...] = ()
    advice: str = ""
    """The gettext id of what the borrower can do, with the same values."""
    reason: RefusalReason | None = None
    """The reason for which a refusal would be given."""
    blocks: bool = False
    """Whether granting it all the same is an override."""


_ADAPTER = TypeAdapter(Facts)
PAPERS = frozenset(
    {Criterion.IDENTIFIERS, Criterion.COMMITMENT, Criterion.INSURANCE, Criterion.SAFETY_FILE}
)
"""The criteria that a paper settles, which can be asked for."""


def facts_json(facts: Facts) -> dict[str, Any]:
    """Return facts as plain JSON values, for the record."""
    found: dict[str, Any] = _ADAPTER.dump_python(facts, mode="json")
    return found


def facts_from_json(values: dict[str, Any]) -> Facts:
    """Return the facts that `facts_json` wrote."""
    return _ADAPTER.validate_python(values)


def judge(rules: Rules, facts: Facts) -> tuple[Finding, ...]:
    """Return what each criterion that concerns the request answers, in a fixed order."""
    found = (criterion(rules, facts) for criterion in _CRITERIA)
    return tuple(finding for finding in found if finding is not None)


def priority_class(facts: Facts) -> PriorityClass:
    """Return the class in which a request is served."""
    if facts.is_safety:
        return PriorityClass.SAFETY
    if facts.is_lenders_own:
        return PriorityClass.OWN
    if not (facts.seat_in_territory or facts.event_in_territory):
        return PriorityClass.OUTSIDERS
    if facts.kind is OrganisationKind.SCHOOL:
        return PriorityClass.SCHOOLS
    if facts.kind is OrganisationKind.ASSOCIATION:
        return PriorityClass.ASSOCIATIONS
    return PriorityClass.PUBLIC_BODIES


def _legal_person(rules: Rules, facts: Facts) -> Finding:
    if facts.verification is Verification.VERIFIED:
        return _met(Criterion.LEGAL_PERSON, N_("The front desk has verified who asks."))
    if facts.verification is Verification.PENDING:
        return _open(Criterion.LEGAL_PERSON, N_("The front desk has not verified yet who asks."))
    return _failed(
        Criterion.LEGAL_PERSON,
        N_("The front desk could not accept this borrower."),
        N_("Ask the front desk what is missing, or ask through an association that hosts you."),
        RefusalReason.FILE_INCOMPLETE,
        blocks=True,
    )


def _identifiers(rules: Rules, facts: Facts) -> Finding | None:
    if not rules.identifier or facts.kind is not OrganisationKind.ASSOCIATION:
        return None
    if facts.has_identifier:
        return _met(Criterion.IDENTIFIERS, N_("An official number is on file."))
    return _open(
        Criterion.IDENTIFIERS,
        N_("Neither an RNA number nor a SIREN is on file."),
        N_("Give your RNA number or your SIREN on your association's page."),
    )


def _territory(rules: Rules, facts: Facts) -> Finding:
    seat, event = facts.seat_in_territory, facts.event_in_territory
    values = (("seat", facts.seat), ("place", facts.event_commune))
    enough = {
        Territory.SEAT_OR_EVENT: seat or event,
        Territory.SEAT: seat,
        Territory.EVENT: event,
        Territory.SEAT_AND_EVENT: seat and event,
    }[rules.territory]
    text = {
        (True, True): N_("The seat (%(seat)s) and the event (%(place)s) are in the territory."),
        (True, False): N_("The seat (%(seat)s) is in the territory, the event (%(place)s) is not."),
        (False, True): N_("The event (%(place)s) is in the territory, the seat (%(seat)s) is not."),
        (False, False): N_(
            "Neither the seat (%(seat)s) nor the event (%(place)s) is in the territory."
        ),
    }[seat, event]
    if enough:
        return _met(Criterion.TERRITORY, text, *values)
    return _failed(
        Criterion.TERRITORY,
        text,
        N_("Ask the town or the agglomeration of the event: we can take your request there."),
        RefusalReason.NOT_ELIGIBLE_TERRITORY,
        *values,
        blocks=True,
    )


def _served(rules: Rules, facts: Facts) -> Finding | None:
    if rules.rank_of(priority_class(facts)) is not None:
        return None
    return _failed(
        Criterion.SERVED,
        N_("The rules serve no borrower of this kind."),
        N_("Ask your own town, or the association that hosts your event."),
        RefusalReason.NOT_ELIGIBLE_TERRITORY,
        blocks=True,
    )


def _competence(rules: Rules, facts: Facts) -> Finding:
    if facts.cause_carried:
        return _met(Criterion.COMPETENCE, N_("A department carries the cause of the event."))
    return _failed(
        Criterion.COMPETENCE,
        N_("No department carries the cause of the event."),
        N_("Another authority may carry it: we can take your request there."),
        RefusalReason.OUTSIDE_COMPETENCE,
        blocks=True,
    )


def _general_interest(rules: Rules, facts: Facts) -> Finding | None:
    if facts.is_lenders_own or facts.kind is not OrganisationKind.ASSOCIATION:
        return None
    return _open(
        Criterion.GENERAL_INTEREST,
        N_("Somebody has to see that the event serves the general interest."),
        N_("Say in a few words what the event brings to the inhabitants and who may come."),
        RefusalReason.NOT_GENERAL_INTEREST,
    )


def _commitment(rules: Rules, facts: Facts) -> Finding | None:
    """Judge the contrat d'engagement républicain (decree 2021-1947, art. 5)."""
    if not rules.republican_commitment or facts.kind is not OrganisationKind.ASSOCIATION:
        return None
    if facts.commitment_on is not None:
        return _met(
            Criterion.COMMITMENT,
            N_("The republican commitment was signed on %(day)s."),
            ("day", facts.commitment_on),
        )
    return _failed(
        Criterion.COMMITMENT,
        N_("No republican commitment is on file."),
        N_("Sign the republican commitment and give its date on your association's page."),
        RefusalReason.FILE_INCOMPLETE,
        blocks=True,
    )


def _insurance(rules: Rules, facts: Facts) -> Finding | None:
    if not rules.insurance or facts.is_lenders_own:
        return None
    until, back = facts.insured_until, ("back", facts.last_day)
    advice = N_("Send a liability certificate that covers the return, on %(back)s.")
    if until is None:
        return _failed(
            Criterion.INSURANCE,
            N_("No insurance certificate is on file."),
            advice,
            RefusalReason.FILE_INCOMPLETE,
            back,
            blocks=True,
        )
    if until < facts.last_day:
        return _failed(
            Criterion.INSURANCE,
            N_("The insurance ends on %(day)s, before the return on %(back)s."),
            advice,
            RefusalReason.FILE_INCOMPLETE,
            ("day", until),
            back,
            blocks=True,
        )
    return _met(Criterion.INSURANCE, N_("The insurance runs until %(day)s."), ("day", until))


def _outstanding(rules: Rules, facts: Facts) -> Finding | None:
    if not rules.nothing_outstanding:
        return None
    if not facts.overdue_loans and not facts.unpaid_charges:
        return _met(Criterion.OUTSTANDING, N_("Everything lent before came back in time."))
    if facts.unpaid_charges:
        return _unpaid(facts)
    return _failed(
        Criterion.OUTSTANDING,
        N_("Loans that are not back in time: %(num)d."),
        N_("Bring back what is late, or call the depot."),
        RefusalReason.OUTSTANDING_DEBT,
        ("num", facts.overdue_loans),
        blocks=True,
    )


def _unpaid(facts: Facts) -> Finding:
    text = N_("Charges for damage that are not paid: %(num)d.")
    if facts.overdue_loans:
        text = N_(
            "Charges for damage that are not paid: %(num)d. "
            "Loans that are not back in time: %(late)d."
        )
    return _failed(
        Criterion.OUTSTANDING,
        text,
        N_("Pay what is due and bring back what is late, or call the lender."),
        RefusalReason.OUTSTANDING_DEBT,
        ("num", facts.unpaid_charges),
        ("late", facts.overdue_loans),
        blocks=True,
    )


def _lead_time(rules: Rules, facts: Facts) -> Finding:
    days = rules.lead_time(heavy=facts.is_heavy)
    values = (("filed", facts.filed_on), ("days", days))
    if not rules.is_late(facts.filed_on, facts.first_day, heavy=facts.is_heavy):
        return _met(
            Criterion.LEAD_TIME, N_("Sent on %(filed)s, at least %(days)d days before."), *values
        )
    refused = rules.late is Late.REFUSED
    return _failed(
        Criterion.LEAD_TIME,
        N_("Sent on %(filed)s, less than %(days)d days before the loan."),
        N_("Choose later dates if you can.")
        if refused
        else N_("It is examined with what is left: choose later dates if you can."),
        RefusalReason.LATE,
        *values,
        blocks=refused,
    )


def _earliest(rules: Rules, facts: Facts) -> Finding | None:
    opens = facts.first_day - timedelta(days=rules.earliest_days)
    if facts.filed_on >= opens:
        return None
    return _failed(
        Criterion.EARLIEST,
        N_("Requests for these dates are received from %(day)s on."),
        N_("Send it again from that day on: nobody is served before."),
        None,
        ("day", opens),
    )


def _duration(rules: Rules, facts: Facts) -> Finding | None:
    days = (facts.last_day - facts.first_day).days
    if days <= rules.longest_loan_days:
        return None
    return _failed(
        Criterion.DURATION,
        N_("The equipment would be out for %(days)d days; the rules allow %(most)d."),
        N_("Shorten the loan, or say why it has to last longer."),
        None,
        ("days", days),
        ("most", rules.longest_loan_days),
    )


def _frequency(rules: Rules, facts: Facts) -> Finding | None:
    if facts.value_cents is None or facts.large_loans is None:
        return None
    if facts.value_cents < rules.large_loan_cents or facts.large_loans < rules.large_loans_a_year:
        return None
    return _failed(
        Criterion.FREQUENCY,
        N_("Large loans within twelve months: %(num)d already; the rules allow %(most)d."),
        N_("Those who had less are served first. Ask for less, or come to collect it yourselves."),
        RefusalReason.QUOTA_REACHED,
        ("num", facts.large_loans),
        ("most", rules.large_loans_a_year),
    )


def _safety_file(rules: Rules, facts: Facts) -> Finding | None:
    if facts.attendance is None or facts.attendance <= rules.safety_file_attendance:
        return None
    return _open(
        Criterion.SAFETY_FILE,
        N_("More than %(num)d people are expected: a safety file is due."),
        N_("Send the safety file: exits, first aid, who is in charge."),
        RefusalReason.PUBLIC_ORDER,
        ("num", rules.safety_file_attendance),
    )


def _power_notice(rules: Rules, facts: Facts) -> Finding | None:
    if not facts.needs_power:
        return None
    if facts.filed_on <= facts.first_day - timedelta(days=rules.power_notice_days):
        return None
    return _open(
        Criterion.POWER_NOTICE,
        N_("A temporary power connection takes %(days)d days, and fewer are left."),
        N_("Say whether the site has power already."),
        RefusalReason.SAFETY_POWER,
        ("days", rules.power_notice_days),
    )


_CRITERIA: tuple[Callable[[Rules, Facts], Finding | None], ...] = (
    _legal_person,
    _identifiers,
    _territory,
    _served,
    _competence,
    _general_interest,
    _commitment,
    _insurance,
    _outstanding,
    _lead_time,
    _earliest,
    _duration,
    _frequency,
    _safety_file,
    _power_notice,
)

Value = tuple[str, int | str | date]


def _met(criterion: Criterion, text: str, *values: Value) -> Finding:
    return Finding(criterion, Verdict.MET, text, values)


def _open(
    criterion: Criterion,
    text: str,
    advice: str = "",
    reason: RefusalReason | None = None,
    *values: Value,
) -> Finding:
    return Finding(criterion, Verdict.TO_CHECK, text, values, advice, reason)


def _failed(
    criterion: Criterion,
    text: str,
    advice: str,
    reason: RefusalReason | None,
    *values: Value,
    blocks: bool = False,
) -> Finding:
    return Finding(criterion, Verdict.FAILED, text, values, advice, reason, blocks)
