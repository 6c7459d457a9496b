"""Follow one's requests: the list, one request, and what ends or repeats it."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.attachments.expiring import uncovered_loans
from lending.attachments.handing_in import NewPaper, answer_with_paper
from lending.attachments.keeping import keep_file, paper_files
from lending.attachments.kinds import PaperKind, PaperState
from lending.attachments.queries import papers_of_booking
from lending.bookings.decisions import cancel_booking
from lending.bookings.defaults import next_time
from lending.bookings.detail import BookingDetail
from lending.bookings.drafts import copy_booking
from lending.bookings.pieces import complete_booking
from lending.bookings.queries import BookingFilter, BookingRow, Order, list_bookings
from lending.bookings.states import AT_WORK, UNDECIDED, State
from lending.documents.queries import agreement_of
from lending.equity.valuation.service import loan_cents
from lending.errors import InvalidInput, NotAllowedNow
from lending.handover.charge_views import charges_of
from lending.handover.queries import statements_of
from lending.i18n import N_
from lending.safety.reading import notices_of, questions_of
from lending.web.attachments.forms import words_of
from lending.web.bookings import blueprint
from lending.web.bookings.common import read_booking, read_trail, to_booking
from lending.web.bookings.current import keep_current
from lending.web.bookings.forms import AnswerForm, PeriodForm, ReasonForm
from lending.web.bookings.sentences import (
    NextWords,
    history_entries,
    logistics_words,
    next_words,
    staff_words,
)
from lending.web.bookings.todo import tasks_of
from lending.web.bookings.why import why_of
from lending.web.context import allowed, database, principal, settings
from lending.web.criteria import judged
from lending.web.fields import ACCEPTED
from lending.web.form_errors import tell_errors
from lending.web.minding import notice_views
from lending.web.navigation import booking_url
from lending.web.numbers import whole_number
from lending.web.widgets import Pager

PER_PAGE = 20
MINDED = AT_WORK | {State.DRAFT}
"""While something can still be done for safety."""
LONGEST_SEARCH = 100

GROUPS: dict[str, tuple[str, frozenset[State]]] = {
    "todo": (N_("For you to do"), frozenset({State.DRAFT, State.INCOMPLETE})),
    "waiting": (
        N_("Waiting for an answer"),
        frozenset({State.SUBMITTED, State.IN_REVIEW, State.WAITLISTED}),
    ),
    "granted": (
        N_("Granted requests"),
        frozenset(
            {State.APPROVED, State.PARTLY_APPROVED, State.PREPARED, State.OUT, State.RETURNED}
        ),
    ),
    "over": (
        N_("Over"),
        frozenset({State.CLOSED, State.REFUSED, State.REDIRECTED, State.CANCELLED, State.EXPIRED}),
    ),
}


@dataclass(frozen=True)
class RequestCard:
    """A request as the lists show it."""

    booking: BookingRow
    next: NextWords
    url: str


def card_of(booking: BookingRow) -> RequestCard:
    """Return a request as the lists show it."""
    says = staff_words if principal().is_staff else next_words
    return RequestCard(booking, says(booking), booking_url(booking.id, principal()))


@blueprint.get("/demandes")
@allowed(Action.SEE_BOOKING)
def index() -> ResponseReturnValue:
    """List the requests the reader may see, what is to be done first."""
    group = request.args.get("etat", "")
    words = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    page = max(request.args.get("page", 1, type=whole_number), 1)
    staff = principal().is_staff
    wanted = BookingFilter(
        states=GROUPS[group][1] if group in GROUPS else None,
        words=words,
        drafts_of_others=not staff,
    )
    with database().read() as uow:
        found = list_bookings(
            uow, principal(), wanted, order=Order.LATEST, page=page, per_page=PER_PAGE
        )
    counts = {
        key: sum(found.counts.get(state, 0) for state in states)
        for key, (_, states) in GROUPS.items()
    }
    tabs = [(gettext("All"), url_for("bookings.index", q=words or None), not group, 0)]
    tabs += [
        (
            gettext(label),
            url_for("bookings.index", etat=key, q=words or None),
            key == group,
            counts[key],
        )
        for key, (label, _) in GROUPS.items()
    ]
    return render_template(
        "bookings/index.html",
        cards=[card_of(row) for row in found.rows],
        tabs=tabs,
        group=group,
        words=words,
        pager=Pager(page, PER_PAGE, found.total),
        nothing_at_all=not found.counts and not words,
        can_create=principal().can(Action.CREATE_BOOKING),
    )


@blueprint.get("/demandes/<int:booking_id>")
@allowed(Action.SEE_BOOKING)
def show(booking_id: int) -> ResponseReturnValue:
    """Show a request: what is still to be done for a draft, what comes next for the others."""
    booking = read_booking(booking_id)
    if booking.can_edit:
        with database().read() as uow:
            uncovered = next(iter(uncovered_loans(uow, booking_id=booking_id)), None)
            asked = questions_of(uow, booking_id)
            notices = notices_of(uow, [booking_id])[booking_id]
        return render_template(
            "bookings/tasks.html",
            booking=booking,
            tasks=tasks_of(booking, uncovered, asked),
            trail=read_trail(booking_id),
            safety=notice_views(notices),
        )
    return _sent_page(booking)


def overtaken(booking_id: int, *typed: str) -> ResponseReturnValue:
    """Show a request that somebody moved on meanwhile, with what the reader had typed."""
    texts = tuple(text.strip() for text in typed if text.strip())
    return _sent_page(read_booking(booking_id), texts), 409


def _sent_page(booking: BookingDetail, overtaken: tuple[str, ...] | None = None) -> str:
    with database().read() as uow:
        worth = loan_cents(uow, booking.id)
        agreement = agreement_of(uow, booking.id)
        undecided = booking.state in UNDECIDED | {State.WAITLISTED}
        advised = judged(uow, booking.id).advised() if undecided else ()
        papers = papers_of_booking(uow, principal(), booking.id)
        asked = questions_of(uow, booking.id)
        notices = notices_of(uow, [booking.id])[booking.id]
        uncovered = uncovered_loans(uow, booking_id=booking.id)
        statements = statements_of(uow, principal(), booking.id)
        charges = charges_of(uow, principal(), booking.id)
    mine = principal().can(Action.SIGN_AGREEMENT, organisation_id=booking.organisation_id)
    return render_template(
        "bookings/show.html",
        booking=booking,
        to_sign=mine and agreement.is_due,
        declined=[each for each in papers if each.state is PaperState.NOT_ACCEPTED and mine],
        to_answer=[each for each in charges if "contest" in each.ways and mine],
        next=next_words(booking),
        history=history_entries(booking.history),
        logistics=logistics_words(booking),
        asked_for=_asked_for(booking),
        overtaken=overtaken,
        worth=worth,
        advised=advised,
        papers=[paper for paper in papers if paper.is_current],
        uncovered=next(iter(uncovered), None),
        safety=notice_views(notices) if booking.state in MINDED else (),
        asks_of_place=bool(asked) and booking.state in AT_WORK,
        why=why_of(booking),
        trail=read_trail(booking.id),
        statements=statements,
        charges=charges,
        agreement=agreement,
    )


def _asked_for(booking: BookingDetail) -> str:
    """Return what the authority has asked for last, while it waits for it."""
    if booking.state is not State.INCOMPLETE:
        return ""
    return next((line.reason for line in booking.history if line.move == "ask_for_pieces"), "")


@blueprint.route("/demandes/<int:booking_id>/annuler", methods=["GET", "POST"])
@allowed(Action.CANCEL_BOOKING)
def cancel(booking_id: int) -> ResponseReturnValue:
    """Ask why a request is cancelled, and do it."""
    booking = read_booking(booking_id)
    form = ReasonForm()
    if not booking.allows("cancel") or booking.state is State.DRAFT:
        if form.is_submitted() and booking.state is not State.DRAFT:
            return overtaken(booking_id, form.reason.data or "")
        return to_booking(booking_id)
    if form.is_submitted() and form.validate():
        reason = form.reason.data or ""
        try:
            database().write(lambda uow: cancel_booking(uow, principal(), booking_id, reason))
        except InvalidInput as error:
            tell_errors(form, error)
        except NotAllowedNow:
            return overtaken(booking_id, reason)
        else:
            flash(gettext("The request is cancelled. Nothing is kept for you any more."), "success")
            return to_booking(booking_id)
    status = 422 if form.is_submitted() else 200
    return render_template("bookings/cancel.html", form=form, booking=booking), status


@blueprint.route("/demandes/<int:booking_id>/completer", methods=["GET", "POST"])
@allowed(Action.EDIT_BOOKING)
def complete(booking_id: int) -> ResponseReturnValue:
    """Answer what the authority has asked for."""
    booking = read_booking(booking_id)
    form = AnswerForm()
    if not booking.allows("complete"):
        if form.is_submitted():
            return overtaken(booking_id, form.answer.data or "")
        return to_booking(booking_id)
    if form.is_submitted() and form.validate():
        try:
            _hand_in_answer(booking_id, form)
        except InvalidInput as error:
            tell_errors(form, error, {"valid_until": "dated", "valid_from": "dated"})
        except NotAllowedNow:
            return overtaken(booking_id, form.answer.data or "")
        else:
            return redirect(url_for("bookings.sent", booking_id=booking_id), 303)
    status = 422 if form.is_submitted() else 200
    return render_template(
        "bookings/complete.html",
        form=form,
        booking=booking,
        asked_for=_asked_for(booking),
        accepted=ACCEPTED,
    ), status


def _hand_in_answer(booking_id: int, form: AnswerForm) -> None:
    answer, sent = form.answer.data or "", form.file.data
    if not sent:
        database().write(lambda uow: complete_booking(uow, principal(), booking_id, answer))
        return
    kind, dated = PaperKind(form.kind.data), form.dated.data
    words = words_of(kind)
    paper = NewPaper(
        kind=kind,
        # Outside the transaction: the name is that of the content, so twice does no harm.
        file=keep_file(paper_files(settings().instance), sent.read()),
        label=sent.filename or "",
        valid_from=dated if words.valid_from and not words.valid_until else None,
        valid_until=dated if words.valid_until else None,
        booking_id=None if kind.serves_all else booking_id,
    )
    database().write(lambda uow: answer_with_paper(uow, principal(), booking_id, answer, paper))


@blueprint.route("/demandes/<int:booking_id>/reprendre", methods=["GET", "POST"])
@allowed(Action.CREATE_BOOKING)
def copy(booking_id: int) -> ResponseReturnValue:
    """Take up an earlier request again with new dates."""
    booking = read_booking(booking_id)
    if not booking.can_copy:
        return to_booking(booking_id)
    form = PeriodForm()
    if not form.is_submitted():
        with database().read() as uow:
            form.show(next_time(booking.period, uow.now, booking.zone), booking.zone)
    elif form.validate():
        wanted = form.period(booking.zone)
        if wanted is not None:
            new = database().write(
                lambda uow: copy_booking(uow, principal(), booking_id, wanted.start, wanted.end).id
            )
            keep_current(read_booking(new))
            flash(gettext("Everything is copied. Check what is free for the new dates."), "success")
            return to_booking(new)
    status = 422 if form.is_submitted() else 200
    return render_template("bookings/copy.html", form=form, booking=booking), status
