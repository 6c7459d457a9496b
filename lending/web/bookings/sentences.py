"""What a request says in words: what comes next, what happened, what is missing."""

from dataclasses import dataclass

from flask_babel import gettext, ngettext

from lending.availability.answers import Missing
from lending.bookings.conflicts import ConflictLine
from lending.bookings.detail import HistoryLine
from lending.bookings.models import Logistics
from lending.bookings.queries import BookingRow
from lending.bookings.states import State
from lending.bookings.steps import Step
from lending.i18n import N_
from lending.web.formats import day, moment, number, period
from lending.web.statuses import status_of
from lending.web.templating import language
from lending.web.widgets import HistoryEntry


@dataclass(frozen=True)
class NextWords:
    """What comes next in words: a title, and a sentence with the date."""

    title: str
    text: str
    tone: str = "info"
    is_to_do: bool = False


def next_words(booking: BookingRow) -> NextWords:
    """Say what comes next for a booking, and when."""
    title, text = _next(booking)
    tone = "warn" if booking.next.is_to_do else "info"
    if booking.next.step in (Step.COLLECT, Step.RECEIVE):
        tone = "good"
    return NextWords(title, text, tone, booking.next.is_to_do)


NEXT: dict[Step, tuple[str, str]] = {
    Step.FINISH: (
        N_("Finish and send your request"),
        N_("Nothing is reserved until you send it."),
    ),
    Step.ANSWER: (
        N_("Answer by %(day)s at the latest"),
        N_("%(lender)s examines your request. Until then the equipment is kept for you."),
    ),
    Step.COMPLETE: (
        N_("Send what is missing"),
        N_("You have until %(day)s; after that the request may be refused as incomplete."),
    ),
    Step.WAIT: (
        N_("You are on the waiting list"),
        N_(
            "As soon as everything is free, the request goes to %(lender)s by itself. "
            "Until then nothing is kept for you."
        ),
    ),
    Step.COLLECT: (
        N_("Collect the equipment on %(moment)s"),
        N_("At the depot. Come with enough people to load it."),
    ),
    Step.RECEIVE: (
        N_("The equipment is delivered on %(moment)s"),
        N_("Somebody has to be there to receive it."),
    ),
    Step.BRING_BACK: (
        N_("Return the equipment by %(moment)s"),
        N_("Clean, dry and counted: the next association waits for it."),
    ),
    Step.HAND_BACK: (
        N_("The equipment is collected on %(moment)s"),
        N_("Stack it where it was delivered, clean and dry."),
    ),
    Step.ELSEWHERE: (
        N_("Followed by %(next_lender)s"),
        N_("%(lender)s passed your request on, with everything you wrote. You follow it there."),
    ),
    Step.COUNT: (
        N_("The depot counts what came back"),
        N_("Thank you. The lender tells you if anything is missing or damaged."),
    ),
}
LATE: dict[Step, tuple[str, str]] = {
    Step.ANSWER: (
        N_("The answer was due by %(day)s"),
        N_("%(lender)s is late. The equipment is still kept for you; do call."),
    ),
    Step.COMPLETE: (
        N_("What is missing was due by %(day)s"),
        N_("Send it today, or call %(lender)s: the request may be refused as incomplete."),
    ),
    Step.BRING_BACK: (
        N_("The return was due on %(moment)s"),
        N_("Bring the equipment back as soon as you can: others wait for it."),
    ),
}
FOR_STAFF: dict[Step, str] = {
    Step.FINISH: N_("Draft to finish"),
    Step.ANSWER: N_("Answer promised by %(day)s"),
    Step.COMPLETE: N_("Pieces awaited until %(day)s"),
    Step.WAIT: N_("Waits for equipment to come free"),
    Step.COLLECT: N_("Collection on %(moment)s"),
    Step.RECEIVE: N_("Delivery on %(moment)s"),
    Step.BRING_BACK: N_("Return due on %(moment)s"),
    Step.HAND_BACK: N_("To be collected on %(moment)s"),
    Step.COUNT: N_("Returned, to be closed"),
    Step.ELSEWHERE: N_("Followed by %(next_lender)s"),
    Step.NOTHING: N_("Nothing left to do"),
}
UNDATED: dict[Step, tuple[str, str]] = {
    Step.ANSWER: (N_("%(lender)s examines your request"), ""),
    Step.COMPLETE: (N_("Send what is missing"), ""),
}
OVER: dict[State, tuple[str, str]] = {
    State.REFUSED: (
        N_("The request is refused"),
        N_("You can take it up again with other dates or other equipment."),
    ),
    State.EXPIRED: (
        N_("The request has lapsed"),
        N_("It was not decided in time. You can take it up again."),
    ),
    State.CANCELLED: (
        N_("The request is cancelled"),
        N_("Nothing is kept for you any more."),
    ),
}
DONE = (N_("The loan is over"), N_("Thank you for bringing everything back."))


def _next(booking: BookingRow) -> tuple[str, str]:
    step, at = booking.next.step, booking.next.at
    if step is Step.NOTHING:
        said = OVER.get(booking.state, DONE)
    else:
        said = NEXT[step]
        if at is None:
            said = UNDATED.get(step, said)
        elif booking.next.is_overdue:
            said = LATE.get(step, said)
    values = _values(booking)
    title, text = said
    return gettext(title, **values), gettext(text, **values) if text else ""


def staff_words(booking: BookingRow) -> NextWords:
    """Say what comes next for a booking to those who lend."""
    text = gettext(FOR_STAFF[booking.next.step], **_values(booking))
    return NextWords(text, "", is_to_do=booking.next.step is Step.FINISH)


def _values(booking: BookingRow) -> dict[str, str]:
    at = booking.next.at
    return {
        "day": day(at, booking.zone) if at else "",
        "moment": moment(at, booking.zone) if at else "",
        "lender": booking.authority,
        "next_lender": booking.passed_to,
    }


HAPPENED = {
    "create": N_("Request begun"),
    "change": N_("Request changed"),
    "reduce": N_("Quantities reduced"),
    "show_event": N_("Event announced in the public programme"),
    "hide_event": N_("Event taken out of the public programme"),
    "submit": N_("Request sent"),
    "wait": N_("Waiting list joined"),
    "serve": N_("Equipment came free: request handed on"),
    "ask_for_pieces": N_("Something is missing"),
    "prolong": N_("More time to send what is missing"),
    "complete": N_("Answer sent"),
    "review": N_("Request in review"),
    "approve": N_("Request granted"),
    "approve_in_part": N_("Request granted in part"),
    "take_back": N_("A part taken back by the lender"),
    "mark_safety": N_("Put among elections, safety and crises"),
    "unmark_safety": N_("No longer among elections, safety and crises"),
    "refuse": N_("Request refused"),
    "put_on_waiting_list": N_("Put on the waiting list"),
    "redirect": N_("Request passed on to another lender"),
    "prepare": N_("Equipment prepared"),
    "check_out": N_("Equipment handed over"),
    "check_in": N_("Equipment returned"),
    "check_in_part": N_("Part of the equipment returned"),
    "close": N_("Loan closed"),
    "cancel": N_("Request cancelled"),
    "expire": N_("Request lapsed without a decision"),
}


def history_entries(history: tuple[HistoryLine, ...]) -> list[HistoryEntry]:
    """Return a booking's history as the widget shows it."""
    entries = []
    for line in history:
        look = status_of("booking", line.new)
        said = HAPPENED.get(line.move)
        entries.append(
            HistoryEntry(
                at=line.at,
                text=gettext(said) if said else gettext(line.new.label),
                actor=line.actor,
                reason=line.reason,
                tone=look.tone,
                icon=look.icon,
            )
        )
    return entries


def conflict_name(line: ConflictLine) -> str:
    """Return the item's name in the reader's language, as far as it has one."""
    return line.name_en if line.name_en and language() == "en" else line.name


def missing_sentence(line: ConflictLine) -> str:
    """Say how many are missing and when, one stretch after the other."""
    first, *others = [_missing(gap) for gap in line.missing] or [
        ngettext("%(num)d is missing", "%(num)d are missing", line.short)
    ]
    text = "; ".join([first, *others])
    return str(gettext("%(item)s: %(missing)s", item=conflict_name(line), missing=text))


def _missing(gap: Missing) -> str:
    return str(
        ngettext(
            "%(count)s is missing %(period)s",
            "%(count)s are missing %(period)s",
            gap.quantity,
            count=number(gap.quantity),
            period=period(gap.period),
        )
    )


def conflict_explanation(line: ConflictLine) -> str:
    """Say whether what stands in the way is decided, in numbers and without names."""
    if line.only_requested:
        return str(
            gettext(
                "Nothing is decided yet: these pieces are only asked for by others. "
                "If one of these requests is refused or reduced, the waiting list is served."
            )
        )
    if line.free_if_undecided_yield > line.free:
        return str(
            ngettext(
                "Most are already granted. %(count)s would be free if the requests that are not "
                "decided were all refused.",
                "Most are already granted. %(count)s would be free if the requests that are not "
                "decided were all refused.",
                max(line.free_if_undecided_yield, 0),
                count=number(max(line.free_if_undecided_yield, 0)),
            )
        )
    if line.requested > line.stock:
        return str(
            gettext(
                "There are %(stock)s in all, which is less than you ask for.",
                stock=number(line.stock),
            )
        )
    return str(gettext("They are already granted to others or under repair."))


def logistics_words(booking: BookingRow) -> str:
    """Say who carries, as a short phrase."""
    return str(
        gettext(
            {
                Logistics.PICKUP: N_("You collect it at the depot"),
                Logistics.DELIVERY: N_("It is delivered and collected"),
                Logistics.DELIVERY_SETUP: N_("It is delivered and set up"),
            }[booking.logistics]
        )
    )
