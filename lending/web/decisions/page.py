"""What the page of a request shows to whoever decides it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from lending.accounts.permissions import Action
from lending.attachments.expiring import UncoveredLoan, uncovered_loans
from lending.attachments.queries import PaperView, papers_of_booking
from lending.bookings.conflicts import explain_conflict
from lending.bookings.detail import BookingDetail, EventView
from lending.bookings.duties import PREPARE_AHEAD
from lending.bookings.errors import StockConflict
from lending.bookings.models import Booking
from lending.bookings.review import LENT, Case, read_case
from lending.bookings.states import AT_WORK, UNDECIDED, RefusalReason, State
from lending.db.database import UnitOfWork
from lending.documents.queries import Agreement, agreement_of
from lending.equity.eligibility.criteria import PAPERS
from lending.equity.overriding.harm import Loss, worse_off
from lending.equity.overriding.preempting import may_preempt
from lending.equity.overriding.queries import ProposalView, overrides_of, proposal_of
from lending.equity.rounds.queries import RoundView, round_of
from lending.equity.routing.opinions import decided_against_of
from lending.equity.valuation.limits import YearWithLoan, year_with_loan
from lending.handover.assignment_queries import has_units
from lending.handover.charge_views import charges_of
from lending.handover.queries import statements_of
from lending.logistics.arriving import new_key
from lending.logistics.overruling import overrules_of
from lending.logistics.queries import TaskRow, tasks_of
from lending.safety.reading import questions_of, safety_notices
from lending.safety.rules import Code
from lending.safety.wind import is_time
from lending.web.context import database, principal
from lending.web.criteria import Judged, judged
from lending.web.decisions import blueprint
from lending.web.decisions.quantities import granted_quantities
from lending.web.history import history_of
from lending.web.inbox import filter_arguments
from lending.web.minding import NoticeView, notice_views
from lending.web.offers import conflicts_for_staff
from lending.web.outlook import OutlookView, read_outlook
from lending.web.routing.panels import read_routing
from lending.web.widgets import Conflict, HistoryEntry

TEXTS = ("text", "reason", "what", "answer", "override_reason")
"""The fields of the page that take words."""


@dataclass(frozen=True)
class DecisionPage:
    """What the page shows: the case, what was typed, and what was wrong with it."""

    case: Case
    judged: Judged
    """What the rules say of it."""
    mode: str
    """What the lines take: grant, deliver, return, or nothing (read)."""
    history: tuple[HistoryEntry, ...]
    typed: dict[str, str]
    sent: str
    """Which form of the page was sent, by the name of its view; none when it is only read."""
    errors: tuple[tuple[str, str], ...] = ()
    """Where to go, and what to do there."""
    conflicts: tuple[Conflict, ...] = ()
    overtaken: bool = False
    """Whether somebody else did something meanwhile that leaves no room for what was sent."""
    arguments: dict[str, str] | None = None
    preparation_begins: bool = False
    tasks: tuple[TaskRow, ...] = ()
    """The field work that it makes."""
    outlook: OutlookView | None = None
    """What it would do to the crews' days."""
    collecting: RoundView | None = None
    """The round that will decide about it."""
    proposal: ProposalView | None = None
    """An override that waits for a second person."""
    losses: tuple[Loss, ...] = ()
    """Who would be worse off if it were granted although the rules say no."""
    has_units: bool = False
    """Whether numbered units can be chosen for it."""
    may_decide: bool = False
    may_preempt: bool = False
    """Whether it is an event of the lender itself that waits for what others have."""
    is_safety: bool = False
    """Whether it is in the class of elections, safety and crises."""
    papers: tuple[PaperView, ...] = ()
    """What was handed in, for it or for all requests of its borrower."""
    uncovered: UncoveredLoan | None = None
    """Where the insurance ends before the loan."""
    safety: tuple[NoticeView, ...] = ()
    """What must be minded with it."""
    may_check_wind: bool = False
    asks_of_place: bool = False
    """Whether its equipment makes one ask what the place is like."""
    agreement: Agreement | None = None
    """Where its agreement stands, once something was granted."""
    worth: YearWithLoan | None = None
    """What it is worth, and what the year of its borrower comes to with it."""

    @property
    def may_mark_safety(self) -> bool:
        """Whether the reader may change the class of elections, safety and crises."""
        undecided = self.case.booking.state in UNDECIDED | {State.WAITLISTED}
        return self.may_decide and undecided

    @property
    def missing_pieces(self) -> str:
        """What the papers lack by the rules, a line each: to begin the question with."""
        return "\n".join(each.advice for each in self.judged.open if each.criterion in PAPERS)

    @property
    def texts(self) -> tuple[str, ...]:
        """What was typed in words, to show where its own field may be gone."""
        found = (self.typed.get(name, "").strip() for name in TEXTS)
        return tuple(text for text in found if text)

    def value(self, name: str, otherwise: object) -> str:
        """Return what was typed into a field, or else what it begins with."""
        return self.typed.get(name, str(otherwise))


@blueprint.app_template_filter("place")
def place(event: EventView) -> str:
    """Write where an event takes place, the commune once."""
    if event.commune in event.site_address:
        return event.site_address
    return ", ".join(part for part in (event.site_address, event.commune) if part)


def page_of(
    booking_id: int,
    errors: Sequence[tuple[str, str]] = (),
    conflict: StockConflict | None = None,
    status: int = 200,
    *,
    overtaken: bool = False,
) -> ResponseReturnValue:
    """Return the page, with what was typed, what was wrong with it, or what stands in the way."""
    with database().read() as uow:
        case = read_case(uow, principal(), booking_id)
        g.zone = case.booking.zone
        answer = explain_conflict(uow, conflict, g.zone) if conflict else None
        tasks = tasks_of(uow, booking_id)
        outlook = read_outlook(uow, case.booking, granted_quantities(case.booking))
        overrules = overrules_of(uow, booking_id)
        collecting = round_of(uow, case.booking)
        worth = _worth(uow, case.booking)
        agreement = agreement_of(uow, booking_id) if case.booking.state in LENT else None
        routing = read_routing(uow, case.booking)
        against = decided_against_of(uow, booking_id)
        overrides = overrides_of(uow, booking_id)
        row = uow.session.get_one(Booking, booking_id)
        rules = judged(uow, booking_id)
        preempts, is_safety = may_preempt(row), row.is_safety
        proposal = proposal_of(uow, principal(), row)
        asked = {line.item_id: line.requested for line in case.booking.line_views}
        papers = papers_of_booking(uow, principal(), booking_id)
        uncovered = uncovered_loans(uow, booking_id=booking_id)
        safety, of_place = safety_notices(uow, row), questions_of(uow, booking_id)
        is_windy = any(n.code is Code.WIND_LIMIT for n in safety) and is_time(uow, row)
        losses = worse_off(uow, row, asked) if rules.against and not proposal else ()
        numbered = has_units(uow, booking_id)
        statements = statements_of(uow, principal(), booking_id)
        charges = charges_of(uow, principal(), booking_id)
        read_at = uow.now  # what others tell later, the forms of the page do not know
    page = DecisionPage(
        case=case,
        mode=_mode(case.booking),
        history=history_of(case.booking.history, overrules, against, overrides),
        typed=request.form.to_dict(),
        sent=(request.endpoint or "").rpartition(".")[2] if request.method == "POST" else "",
        errors=tuple(errors),
        conflicts=conflicts_for_staff(answer, case.booking.allows) if answer else (),
        overtaken=overtaken,
        arguments=filter_arguments(),
        tasks=tuple(tasks),
        outlook=outlook,
        collecting=collecting,
        worth=worth,
        safety=notice_views(safety) if case.booking.state in AT_WORK else (),
        may_check_wind=is_windy
        and principal().can(Action.DO_TASKS, authority_id=case.booking.authority_id),
        asks_of_place=bool(of_place),
        papers=tuple(paper for paper in papers if paper.is_current),
        uncovered=next(iter(uncovered), None),
        agreement=agreement,
        judged=rules,
        may_preempt=preempts,
        is_safety=is_safety,
        proposal=proposal,
        losses=losses,
        has_units=numbered,
        may_decide=principal().can(Action.DECIDE_BOOKING, authority_id=case.booking.authority_id),
        preparation_begins=case.booking.starts_at <= case.now + PREPARE_AHEAD,
    )
    return render_template(
        "decisions/show.html",
        page=page,
        reasons=tuple(RefusalReason),
        State=State,
        routing=routing,
        statements=statements,
        charges=charges,
        new_key=new_key,
        read_at=read_at,
    ), status


def _worth(uow: UnitOfWork, booking: BookingDetail) -> YearWithLoan | None:
    if booking.state not in UNDECIDED | LENT | {State.WAITLISTED}:
        return None
    requested = {line.item_id: line.requested for line in booking.line_views}
    granted = {
        item_id: min(quantity, requested[item_id])
        for item_id, quantity in granted_quantities(booking).items()
        if item_id in requested
    }
    return year_with_loan(uow, principal(), booking.id, granted)


def _mode(booking: BookingDetail) -> str:
    for move, mode in (("approve", "grant"), ("check_out", "deliver"), ("check_in", "return")):
        if booking.allows(move):
            return mode
    return "read"
