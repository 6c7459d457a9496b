"""What the letters about a request say: that it came, and how it was answered."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from calendars.zones import to_local
from lending.accounts.permissions import SYSTEM
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.bookings.steps import promised_answer
from lending.db.database import UnitOfWork
from lending.documents.contents.common import Content, Loan
from lending.documents.french import french, plain_day
from lending.documents.letterhead import read_letterhead
from lending.equity.eligibility.criteria import Finding, Verdict
from lending.equity.record.answers import Answer, read_answer
from lending.equity.valuation.service import current_value, read_breakdown
from lending.i18n import N_
from lending.policies.queries import Version, rules_in_force

TWO_MONTHS, IN_DAYS = N_("two months"), N_("%(days)d days")


def acknowledgement(uow: UnitOfWork, loan: Loan) -> Content:
    """Return what an acknowledgement of receipt says (CRPA L112-3, R112-5)."""
    booking, zone = loan.booking, loan.zone
    complete = booking.complete_at
    # A request is answered by the rules that were in force when it became complete.
    rules = rules_in_force(uow.session, booking.authority_id, complete or uow.now).rules
    silent_from = to_local(complete, zone).date() if complete else None
    return {
        "received_at": booking.submitted_at,
        "missing": _missing(booking).splitlines(),
        "missing_until": booking.pieces_until and booking.pieces_until - timedelta(seconds=1),
        "answer_by": complete and promised_answer(complete, booking.starts_at, rules.answer_days),
        "refused_by_silence_on": silent_from and silent_from + timedelta(days=rules.silence_days),
        "appeal_within": _delay(rules.appeal_days),
        "court": rules.court,
        "departments": _departments(loan),
        "lines": [
            {"name": line.item.name, "quantity": line.requested, "hours": line.item.is_service}
            for line in loan.lines
        ],
    }


def _missing(booking: Booking) -> str:
    if booking.state is not State.INCOMPLETE:
        return ""
    asked = [each for each in booking.transitions if each.move == "ask_for_pieces"]
    return asked[-1].reason if asked else ""


def _departments(loan: Loan) -> Sequence[Content]:
    found = {
        line.item.department_id: line.item.department
        for line in loan.lines
        if line.item.department is not None
    }
    return [
        {"name": each.name, "email": each.email, "phone": each.phone}
        for each in sorted(found.values(), key=lambda department: department.name)
    ]


def decision(uow: UnitOfWork, loan: Loan) -> Content:
    """Return what a decision letter says: from the record of decisions, as it was decided."""
    answer = read_answer(uow, SYSTEM, loan.booking.id)
    decided = answer.decision
    granted = _granted(loan, answer)
    return {
        "decided_on": (decided and to_local(decided.recorded_at, loan.zone).date())
        or to_local(loan.booking.decided_at or uow.now, loan.zone).date(),
        "record": decided
        and {"sequence": decided.sequence, "hash": decided.hash, "rule": _rule(answer)},
        "policy": policy_of(answer.rules),
        "legal_basis": read_letterhead(uow, loan.booking.authority_id).legal_basis.splitlines(),
        "lines": [
            {
                "name": line.item.name,
                "hours": line.item.is_service,
                "requested": line.requested,
                "granted": granted.get(line.item_id, 0),
            }
            for line in loan.lines
        ],
        "outcome": _outcome(loan, granted),
        "reason_words": french(decided.reason_code.label)
        if decided and decided.reason_code
        else french(loan.booking.refusal_reason.label)
        if loan.booking.refusal_reason
        else "",
        "reason": (decided.reason if decided else "") or _last_reason(loan.booking),
        "criteria": _criteria(answer, loan.zone),
        "appeal_within": _delay(answer.rules.rules.appeal_days),
        "court": answer.rules.rules.court,
        "value": value_of(uow, loan.booking.id),
    }


def policy_of(version: Version) -> Content:
    """Return which rules something was judged by."""
    return {
        "number": version.number,
        "effective_on": version.effective_on,
        "vote": version.vote_reference,
        "digest": version.digest,
    }


def value_of(uow: UnitOfWork, booking_id: int) -> Content | None:
    """Return what the loan is worth, with how that was counted; none if it was not granted."""
    row = current_value(uow, booking_id)
    if row is None or not row.cents:
        return None
    found = read_breakdown(row)
    return {
        "cents": found.cents,
        "lines_cents": sum(line.cents for line in found.lines),
        "labour_cents": found.labour.cents,
        "transport_cents": found.transport.cents,
    }


def _delay(days: int) -> str:
    """Return a delay in words; the two months of the law are so many days in the rules."""
    return french(TWO_MONTHS) if days in (60, 61, 62) else french(IN_DAYS, days=days)


def _granted(loan: Loan, answer: Answer) -> Mapping[int, int]:
    """Return what was granted as the decision says, or as it stands where none was recorded."""
    if answer.decision is not None and answer.lines:
        return {line.item_id: line.granted for line in answer.lines}
    if loan.booking.state is State.REFUSED:
        return {}
    return {line.item_id: line.granted or 0 for line in loan.lines}


def _outcome(loan: Loan, granted: Mapping[int, int]) -> str:
    if not any(granted.values()):
        return "refused"
    whole = all(granted.get(line.item_id, 0) == line.requested for line in loan.lines)
    return "granted" if whole else "granted_in_part"


def _rule(answer: Answer) -> str:
    return french(answer.rule.label) if answer.rule else ""


def _criteria(answer: Answer, zone: ZoneInfo) -> Sequence[str]:
    """Return the rules that said no, in words."""
    return [
        french(finding.text, **_written(finding, zone))
        for finding in answer.findings
        if finding.verdict is Verdict.FAILED
    ]


def _written(finding: Finding, zone: ZoneInfo) -> dict[str, object]:
    return {
        name: plain_day(value.isoformat(), zone) if isinstance(value, date) else value
        for name, value in finding.values
    }


def _last_reason(booking: Booking) -> str:
    moves = ("refuse", "approve_in_part", "take_back", "approve")
    told = [each for each in booking.transitions if each.move in moves]
    return told[-1].reason if told else ""
