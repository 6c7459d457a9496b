"""What both sides promise: the loan agreement, and who does what when."""

from collections.abc import Sequence
from datetime import date, timedelta

from calendars.zones import to_local
from lending.accounts.permissions import SYSTEM
from lending.db.database import UnitOfWork
from lending.documents.contents.answers import policy_of, value_of
from lending.documents.contents.common import Content, Loan
from lending.documents.contents.handed import published
from lending.documents.contents.minding import insurance_of, notices_of, wind_limits
from lending.documents.french import french
from lending.documents.letterhead import read_letterhead
from lending.equity.record.answers import read_answer
from lending.i18n import N_
from lending.logistics.queries import TaskRow, tasks_of

SIGN_BEFORE = timedelta(days=15)
"""How long before the loan an agreement should be signed."""
EVALUATE_AFTER = timedelta(days=30)


def agreement(uow: UnitOfWork, loan: Loan) -> Content:
    """Return what a loan agreement says (a loan for use: articles 1875 to 1891 of the code)."""
    version = read_answer(uow, SYSTEM, loan.booking.id).rules
    rules = version.rules
    return {
        "policy": policy_of(version),
        "legal_basis": read_letterhead(uow, loan.booking.authority_id).legal_basis.splitlines(),
        "lines": lent_lines(loan),
        "total_cents": sum(
            (line.granted or 0) * line.item.replacement_value_cents for line in loan.lines
        ),
        "value": value_of(uow, loan.booking.id),
        "notices": notices_of(uow, loan),
        "wind_limits": wind_limits(loan),
        "insurance": insurance_of(uow, loan),
        "rules": {
            "insurance": rules.insurance,
            "cleaning_percent": rules.cleaning_percent,
            "damage_percent": rules.damage_percent,
            "loss_percent": rules.loss_percent,
            "preemption_days": rules.preemption_days,
            "change_notice_days": rules.change_notice_days,
            "court": rules.court,
        },
    }


def lent_lines(loan: Loan) -> Sequence[Content]:
    """Return what is lent, with what it would cost to replace."""
    return [
        {
            "code": line.item.code,
            "name": line.item.name,
            "hours": line.item.is_service,
            "quantity": line.granted,
            "unit_cents": line.item.replacement_value_cents,
            "cents": (line.granted or 0) * line.item.replacement_value_cents,
        }
        for line in loan.lines
        if line.granted
    ]


def plan(uow: UnitOfWork, loan: Loan) -> Content:
    """Return a commitment plan: who does what when, on both sides."""
    return {
        "steps": _steps(uow, loan),
        "tasks": _tasks(uow, loan),
        "lines": lent_lines(loan),
        "notices": notices_of(uow, loan),
        "wind_limits": wind_limits(loan),
        "value": value_of(uow, loan.booking.id),
    }


US, THEM, BOTH = N_("Authority"), N_("Association"), N_("Both")


def _steps(uow: UnitOfWork, loan: Loan) -> Sequence[Content]:
    """Return the way back from the event, a step a line, in the order of their days."""
    booking, zone = loan.booking, loan.zone
    rules = read_answer(uow, SYSTEM, booking.id).rules.rules
    first, last = (to_local(at, zone).date() for at in (booking.starts_at, booking.ends_at))
    begins = to_local(booking.event.starts_at, zone).date()
    decided = booking.decided_at and to_local(booking.decided_at, zone).date()
    sent = booking.submitted_at and to_local(booking.submitted_at, zone).date()
    carried = booking.logistics.value == "pickup"
    steps: list[tuple[date | None, str, str]] = [
        (sent, THEM, N_("The request is sent")),
        (decided, US, N_("The equipment is granted")),
        (first - SIGN_BEFORE, THEM, N_("The agreement is signed, the insurance certificate filed")),
        (
            first - timedelta(days=rules.change_notice_days),
            THEM,
            N_("Last day to change quantities or to cancel without consequence"),
        ),
        (
            first,
            BOTH if carried else US,
            N_("The equipment is collected at the depot, counted and signed for")
            if carried
            else N_("The equipment is delivered, counted and signed for"),
        ),
        (begins, THEM, N_("The event opens; the person in charge on the site can be reached")),
        (
            last,
            BOTH if carried else US,
            N_("The equipment comes back to the depot, clean and counted")
            if carried
            else N_("The equipment is collected, clean and stacked"),
        ),
        (last + EVALUATE_AFTER, BOTH, N_("What went well, what to change: the review is closed")),
    ]
    return [
        {"day": day, "distance": (day - begins).days, "who": french(who), "what": french(what)}
        for day, who, what in sorted(
            (step for step in steps if step[0] is not None), key=lambda step: step[0] or first
        )
        if day is not None
    ]


def _tasks(uow: UnitOfWork, loan: Loan) -> Sequence[Content]:
    tasks = tasks_of(uow, loan.booking.id)
    planned = published(uow, [task.id for task in tasks])
    return [_task(task, planned.get(task.id)) for task in tasks]


def _task(task: TaskRow, planned: Content | None) -> Content:
    return {
        "what": french(task.kind.label),
        "part": task.part,
        "parts": task.parts,
        "place": task.place,
        "earliest": task.window.start,
        "latest": task.window.end,
        "people": task.crew,
        "planned": planned,
    }
