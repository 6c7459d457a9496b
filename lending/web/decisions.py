"""One request with everything needed to decide it, and the decisions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.attachments.expiring import UncoveredLoan, uncovered_loans
from lending.attachments.queries import PaperView, papers_of_booking
from lending.bookings.conflicts import explain_conflict
from lending.bookings.decisions import (
    approve_booking,
    cancel_booking,
    put_on_waiting_list,
    refuse_booking,
    review_booking,
)
from lending.bookings.detail import BookingDetail, EventView, get_booking
from lending.bookings.duties import PREPARE_AHEAD
from lending.bookings.errors import StockConflict
from lending.bookings.facts import Although
from lending.bookings.inbox import next_booking
from lending.bookings.models import Booking
from lending.bookings.pieces import ask_for_pieces, complete_booking, prolong_pieces
from lending.bookings.review import LENT, Case, read_case
from lending.bookings.safety import mark_safety
from lending.bookings.states import AT_WORK, UNDECIDED, RefusalReason, State
from lending.db.database import UnitOfWork
from lending.documents.queries import Agreement, agreement_of
from lending.equity.eligibility.criteria import PAPERS
from lending.equity.overriding.harm import Loss, worse_off
from lending.equity.overriding.preempting import may_preempt
from lending.equity.overriding.queries import ProposalView, overrides_of, proposal_of
from lending.equity.overriding.service import propose_override
from lending.equity.rounds.queries import RoundView, round_of
from lending.equity.routing.opinions import decided_against_of
from lending.equity.valuation.limits import YearWithLoan, year_with_loan
from lending.errors import FieldError, InvalidInput, NotAllowedNow
from lending.handover.assignment_errors import UnitNotFit, UnitTaken
from lending.handover.assignment_queries import has_units
from lending.handover.charge_views import charges_of
from lending.handover.queries import statements_of
from lending.logistics.overruling import CapacityExceeded, overrules_of
from lending.logistics.queries import TaskRow, tasks_of
from lending.safety.reading import questions_of, safety_notices
from lending.safety.rules import Code
from lending.safety.wind import is_time
from lending.web.context import allowed, database, principal
from lending.web.criteria import Judged, judged
from lending.web.errors import words
from lending.web.formats import day
from lending.web.history import history_of
from lending.web.inbox import filter_arguments, filter_of_request, more_duties
from lending.web.minding import NoticeView, notice_views
from lending.web.numbers import whole_number
from lending.web.offers import conflicts_for_staff
from lending.web.outlook import OutlookView, read_outlook, told_again
from lending.web.routing.panels import read_routing
from lending.web.widgets import Conflict, HistoryEntry

blueprint = Blueprint("decisions", __name__)

OVERRIDE = {"override": "override_reason"}
"""Where the form takes the motive of an override."""
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


@blueprint.get("/a-traiter/<int:booking_id>")
@allowed(Action.SEE_INBOX)
def show(booking_id: int) -> ResponseReturnValue:
    """Show a request with everything needed to decide it."""
    return page_of(booking_id)


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
        outlook = read_outlook(uow, case.booking, _granted(case.booking))
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
    ), status


def _worth(uow: UnitOfWork, booking: BookingDetail) -> YearWithLoan | None:
    if booking.state not in UNDECIDED | LENT | {State.WAITLISTED}:
        return None
    requested = {line.item_id: line.requested for line in booking.line_views}
    granted = {
        item_id: min(quantity, requested[item_id])
        for item_id, quantity in _granted(booking).items()
        if item_id in requested
    }
    return year_with_loan(uow, principal(), booking.id, granted)


def _mode(booking: BookingDetail) -> str:
    for move, mode in (("approve", "grant"), ("check_out", "deliver"), ("check_in", "return")):
        if booking.allows(move):
            return mode
    return "read"


def carry_out(
    booking_id: int,
    service: Callable[[UnitOfWork], Any],
    done: str,
    *,
    anchors: dict[str, str] | None = None,
    stay: bool = False,
) -> ResponseReturnValue:
    """Do what was decided, then turn to the next duty; show the page again if it cannot be done.

    `anchors` says which field of the page a field of the service is.
    """
    wanted = filter_of_request()
    with database().read() as uow:
        booking = get_booking(uow, principal(), booking_id)
        following = next_booking(uow, principal(), wanted, booking_id, more=more_duties(uow))
    try:
        database().write(service)
    except CapacityExceeded as error:
        return page_of(booking_id, [("capacity_reason", told_again(error.outlook))], status=422)
    except InvalidInput as error:
        return page_of(booking_id, _errors(booking, error, anchors or {}), status=422)
    except StockConflict as conflict:
        return page_of(booking_id, conflict=conflict, status=409)
    except (UnitTaken, UnitNotFit) as error:
        return page_of(booking_id, [("", words(error))], status=409)
    except NotAllowedNow:
        return page_of(booking_id, status=409, overtaken=True)
    flash(f"{booking.reference} : {done}", "good")
    arguments = filter_arguments()
    if stay:
        following = booking_id
    if following is None:
        return redirect(url_for("inbox.index", **arguments), 303)  # type: ignore[arg-type]
    return redirect(url_for("decisions.show", booking_id=following, **arguments), 303)  # type: ignore[arg-type]


def _errors(
    booking: BookingDetail, error: InvalidInput, anchors: dict[str, str]
) -> list[tuple[str, str]]:
    return [(_anchor(booking, each, anchors), _words(each)) for each in error.errors]


def _anchor(booking: BookingDetail, error: FieldError, anchors: dict[str, str]) -> str:
    parts = error.field.split(".")
    if len(parts) == 3 and parts[0] == "lines":
        # The services count lines in the order in which they were entered.
        entered = sorted(booking.line_views, key=lambda line: line.id)
        return f"{parts[2]}-{entered[int(parts[1])].item_id}"
    return anchors.get(error.field, error.field)


def _words(error: FieldError) -> str:
    return str(gettext(error.message, **dict(error.data)))


def quantities(prefix: str) -> dict[int, int]:
    """Return the whole numbers of the fields `<prefix>-<item>`; empty ones count as zero.

    Raises:
        InvalidInput: a field holds something else.
    """
    found: dict[int, int] = {}
    errors = {}
    for name, text in request.form.items():
        start, _, item_id = name.rpartition("-")
        if start != prefix or not item_id.isdecimal():
            continue
        try:
            found[whole_number(item_id)] = whole_number(text.strip() or "0")
        except ValueError:
            errors[name] = gettext("Give a whole number.")
    if errors:
        raise InvalidInput(**errors)
    return found


@blueprint.post("/a-traiter/<int:booking_id>/instruire")
@allowed(Action.REVIEW_BOOKING)
def review(booking_id: int) -> ResponseReturnValue:
    """Tell that one is working on it; the page stays."""
    return carry_out(
        booking_id,
        lambda uow: review_booking(uow, principal(), booking_id),
        gettext("taken in review"),
        stay=True,
    )


@blueprint.post("/a-traiter/<int:booking_id>/pieces")
@allowed(Action.REVIEW_BOOKING)
def pieces(booking_id: int) -> ResponseReturnValue:
    """Ask the association for something."""
    what = request.form.get("what", "")
    return carry_out(
        booking_id,
        lambda uow: ask_for_pieces(uow, principal(), booking_id, what),
        gettext("sent back with your question"),
        anchors={"reason": "what"},
    )


@blueprint.post("/a-traiter/<int:booking_id>/prolonger")
@allowed(Action.REVIEW_BOOKING)
def prolong(booking_id: int) -> ResponseReturnValue:
    """Leave the association more time to send what is missing; the page stays."""
    try:
        last_day = date.fromisoformat(request.form.get("last_day", ""))
    except ValueError:
        return page_of(booking_id, [("last_day", gettext("Choose a day."))], status=422)
    reason = request.form.get("reason", "")
    return carry_out(
        booking_id,
        lambda uow: prolong_pieces(uow, principal(), booking_id, last_day, reason),
        gettext("more time left until %(day)s", day=day(last_day)),
        anchors={"reason": "prolong-reason"},
        stay=True,
    )


@blueprint.post("/a-traiter/<int:booking_id>/priorite")
@allowed(Action.DECIDE_BOOKING)
def safety(booking_id: int) -> ResponseReturnValue:
    """Put a request into the class of elections, safety and crises, or out of it."""
    reason, wanted = request.form.get("reason", ""), request.form.get("is_safety") == "yes"
    return carry_out(
        booking_id,
        lambda uow: mark_safety(uow, principal(), booking_id, reason, is_safety=wanted),
        gettext("in another class from now on"),
        anchors={"reason": "safety-reason"},
        stay=True,
    )


@blueprint.post("/a-traiter/<int:booking_id>/completer")
@allowed(Action.EDIT_BOOKING)
def complete(booking_id: int) -> ResponseReturnValue:
    """Record pieces that came by another way; the page stays, now to be decided."""
    answer = request.form.get("answer", "")
    return carry_out(
        booking_id,
        lambda uow: complete_booking(uow, principal(), booking_id, answer),
        gettext("complete from now on"),
        stay=True,
    )


@blueprint.post("/a-traiter/<int:booking_id>/accorder")
@allowed(Action.DECIDE_BOOKING)
def grant(booking_id: int) -> ResponseReturnValue:
    """Grant a request, whole or in part."""
    reason = request.form.get("reason", "")
    although = _although()
    against = although.opinions
    motive = request.form.get("override_reason", "")
    if against.strip() and not request.form.get("confirmed"):
        return confirm(
            booking_id,
            gettext("Grant it without the agreement of every department?"),
            gettext("Your reason stays in the history with the opinions, for staff and auditors."),
            gettext("Grant all the same"),
            quote=against,
        )

    def approve(uow: UnitOfWork) -> object:
        granted = _named(get_booking(uow, principal(), booking_id)) | quantities("granted")
        return approve_booking(uow, principal(), booking_id, granted, reason, although)

    def propose(uow: UnitOfWork) -> object:
        granted = _named(get_booking(uow, principal(), booking_id)) | quantities("granted")
        return propose_override(uow, principal(), booking_id, motive, granted, reason, although)

    if motive.strip():
        told = gettext("override proposed: a second person has to confirm it")
        return carry_out(booking_id, propose, told, anchors=OVERRIDE, stay=True)
    return carry_out(booking_id, approve, gettext("granted"), anchors=OVERRIDE)


def _although() -> Although:
    """Return what the form says to whatever stands in the way."""
    return Although(
        capacity=request.form.get("capacity_reason", ""),
        opinions=request.form.get("opinions_reason", ""),
    )


def _named(booking: BookingDetail) -> dict[int, int]:
    """Return nothing for each line, where only those that the form names are granted."""
    if not request.form.get("only_named"):
        return {}
    return {line.item_id: 0 for line in booking.line_views}


def _granted(booking: BookingDetail) -> dict[int, int]:
    """Return the quantities of the form that was sent, as far as they can be read."""
    try:
        return _named(booking) | quantities("granted")
    except InvalidInput:
        return {}


@blueprint.post("/a-traiter/<int:booking_id>/refuser")
@allowed(Action.DECIDE_BOOKING)
def refuse(booking_id: int) -> ResponseReturnValue:
    """Refuse a request, after asking once more: it cannot be undone."""
    code, text = request.form.get("code", ""), request.form.get("text", "")
    errors = []
    if code not in list(RefusalReason):
        errors.append(("code", gettext("Choose a reason from the list.")))
    if not text.strip():
        errors.append(("text", gettext("Say why in a few words: the association reads it.")))
    if errors:
        return page_of(booking_id, errors, status=422)
    if not request.form.get("confirmed"):
        return confirm(
            booking_id,
            gettext("Refuse this request?"),
            gettext(
                "The association reads the reason at once, and what the request held goes to "
                "who waits. This cannot be undone."
            ),
            gettext("Refuse"),
            quote=f"{gettext(RefusalReason(code).label)}. {text}",
        )
    return carry_out(
        booking_id,
        lambda uow: refuse_booking(uow, principal(), booking_id, RefusalReason(code), text),
        gettext("refused"),
        anchors={"reason": "text"},
    )


@blueprint.post("/a-traiter/<int:booking_id>/attendre")
@allowed(Action.DECIDE_BOOKING)
def wait(booking_id: int) -> ResponseReturnValue:
    """Put a request on the waiting list."""
    reason = request.form.get("reason", "")
    return carry_out(
        booking_id,
        lambda uow: put_on_waiting_list(uow, principal(), booking_id, reason),
        gettext("on the waiting list"),
        anchors={"reason": "wait-reason"},
    )


@blueprint.post("/a-traiter/<int:booking_id>/annuler")
@allowed(Action.CANCEL_BOOKING)
def cancel(booking_id: int) -> ResponseReturnValue:
    """Cancel a request or a loan that has not begun, after asking once more."""
    reason = request.form.get("reason", "")
    if not reason.strip():
        words = gettext("Say why in a few words: the association reads it.")
        return page_of(booking_id, [("cancel-reason", words)], status=422)
    if not request.form.get("confirmed"):
        return confirm(
            booking_id,
            gettext("Cancel this booking?"),
            gettext(
                "The association reads the reason at once, and what the booking held goes to "
                "who waits. This cannot be undone."
            ),
            gettext("Cancel the booking"),
            quote=reason,
        )
    return carry_out(
        booking_id,
        lambda uow: cancel_booking(uow, principal(), booking_id, reason),
        gettext("cancelled"),
    )


def confirm(
    booking_id: int, question: str, text: str, button: str, quote: str = ""
) -> ResponseReturnValue:
    """Ask once more, carrying everything that was typed along."""
    with database().read() as uow:
        booking = get_booking(uow, principal(), booking_id)
    g.zone = booking.zone
    fields = {name: value for name, value in request.form.items() if name != "csrf_token"}
    return render_template(
        "decisions/confirm.html",
        booking=booking,
        question=question,
        text=text,
        button=button,
        quote=quote,
        action=request.full_path.rstrip("?"),
        back=url_for("decisions.show", booking_id=booking_id, **filter_arguments()),  # type: ignore[arg-type]
        fields=fields | {"confirmed": "yes"},
    )
