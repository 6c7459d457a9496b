"""Why a request was answered as it was: the numbers, the rules, what one can do about it."""

from dataclasses import dataclass

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from lending.accounts.permissions import Action
from lending.bookings.detail import BookingDetail, get_booking
from lending.equity.record.answers import Answer, read_answer
from lending.equity.record.comparing import compared_cases
from lending.equity.record.decision import Kind, Rule
from lending.equity.rounds.answering import RoundAnswer, round_answer
from lending.equity.rounds.words import LIMITS
from lending.i18n import N_
from lending.web.bookings import blueprint
from lending.web.context import allowed, database, principal
from lending.web.criteria import CriterionView, criteria_views, rules_url

TITLES = {
    Kind.GRANT: N_("Everything you asked for is granted."),
    Kind.GRANT_IN_PART: N_("A part of what you asked for is granted."),
    Kind.REFUSE: N_("The request is refused."),
    Kind.WAIT: N_("The request is on the waiting list."),
    Kind.REDIRECT: N_("The request was sent on to another lender."),
    Kind.OVERRIDE: N_("The request was decided against the rule, for the reason below."),
    Kind.CANCEL: N_("The loan was cancelled by the lender."),
    Kind.EXPIRE: N_("The request lapsed: nobody decided in time."),
    Kind.ALLOCATE: N_("The request was decided in an allocation round."),
}
RULES = {
    Rule.ARRIVAL: N_("Complete files are served in the order in which they came."),
    Rule.ROUND: N_("All complete requests of the period were decided together, by fair shares."),
    Rule.OVERRIDE: N_("Somebody entitled decided otherwise than the rule says, and said why."),
    Rule.STAFF: N_(
        "Each request is decided by a person, on the rules below and on what is free at that "
        "moment: files that are complete first hold the equipment first."
    ),
    Rule.WAITING_LIST: N_("Who waits longest is served first."),
    Rule.DEADLINE: N_("A request that nobody decides lapses at the end of its time."),
}


@dataclass(frozen=True)
class WhyView:
    """An answer in words."""

    answer: Answer
    title: str
    rule: str
    numbers: tuple[str, ...]
    """What was scarce, a sentence an item."""
    criteria: tuple[CriterionView, ...]
    round: RoundAnswer | None
    """What an allocation round has to do with it."""
    rules_url: str


@blueprint.get("/demandes/<int:booking_id>/reponse")
@allowed(Action.SEE_BOOKING)
def why(booking_id: int) -> ResponseReturnValue:
    """Show why a request was answered as it was, to be printed and kept."""
    with database().read() as uow:
        answer = read_answer(uow, principal(), booking_id)
        booking = get_booking(uow, principal(), booking_id)
        cases = compared_cases(uow, booking_id)
        found = round_answer(uow, booking)
    g.zone = booking.zone
    return render_template(
        "bookings/why.html",
        booking=booking,
        why=why_view(answer, found),
        cases=cases,
        limits=LIMITS,
    )


def why_of(booking: BookingDetail) -> WhyView | None:
    """Return why a request that was sent was answered as it was."""
    if booking.submitted_at is None:
        return None
    with database().read() as uow:
        answer = read_answer(uow, principal(), booking.id)
        return why_view(answer, round_answer(uow, booking))


def why_view(answer: Answer, found: RoundAnswer | None = None) -> WhyView:
    """Return an answer in words."""
    decision = answer.decision
    return WhyView(
        answer=answer,
        title=gettext(TITLES[decision.kind]) if decision else gettext("Nothing is decided yet."),
        rule=gettext(RULES[answer.rule]) if answer.rule in RULES else "",
        numbers=_numbers(answer),
        criteria=criteria_views(answer.findings),
        rules_url=rules_url(answer.authority_id, answer.rules),
        round=found,
    )


def _numbers(answer: Answer) -> tuple[str, ...]:
    """Say of each item that was short how much there was."""
    return tuple(
        ngettext(
            "%(name)s: %(asked)d asked for, %(free)d of %(stock)d was free for your dates.",
            "%(name)s: %(asked)d asked for, %(free)d of %(stock)d were free for your dates.",
            max(line.free, 0),
            name=line.name,
            asked=line.asked,
            free=max(line.free, 0),
            stock=line.stock,
        )
        for line in answer.lines
        if line.free < line.asked
    )
