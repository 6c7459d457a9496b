"""The word, the icon and the tone of everything that has a state: one table each.

The words of bookings and organisations are those of their rooms; here is only how they look.
"""

from dataclasses import dataclass

from lending.attachments.kinds import PaperState
from lending.bookings.charges import ChargeState
from lending.bookings.states import LABELS, State
from lending.equity.routing.models import Verdict
from lending.equity.valuation.limits import Level
from lending.handover.kinds import Standing
from lending.i18n import N_
from lending.organisations.models import Verification


@dataclass(frozen=True)
class StatusView:
    """How a state is shown; the label is a gettext id."""

    label: str
    tone: str
    icon: str


TONES = ("plain", "info", "wait", "good", "part", "bad", "done")
"""What a colour means: see docs/look.md."""

_BOOKING_LOOK = {
    State.DRAFT: ("plain", "pencil"),
    State.SUBMITTED: ("info", "send"),
    State.INCOMPLETE: ("wait", "exclamation-circle"),
    State.IN_REVIEW: ("info", "hourglass-split"),
    State.APPROVED: ("good", "check-circle-fill"),
    State.PARTLY_APPROVED: ("part", "circle-half"),
    State.REFUSED: ("bad", "x-circle-fill"),
    State.WAITLISTED: ("wait", "list-ol"),
    State.REDIRECTED: ("done", "signpost-split"),
    State.PREPARED: ("good", "box-seam"),
    State.OUT: ("info", "truck"),
    State.RETURNED: ("done", "box-arrow-in-down"),
    State.CLOSED: ("done", "check2-all"),
    State.CANCELLED: ("plain", "slash-circle"),
    State.EXPIRED: ("plain", "clock-history"),
}

BOOKING = {
    state.value: StatusView(LABELS[state], tone, icon)
    for state, (tone, icon) in _BOOKING_LOOK.items()
}

_VERIFICATION_LOOK = {
    Verification.PENDING: ("wait", "hourglass-split"),
    Verification.VERIFIED: ("good", "patch-check-fill"),
    Verification.REJECTED: ("bad", "x-circle-fill"),
}

ORGANISATION = {
    state.value: StatusView(state.label, tone, icon)
    for state, (tone, icon) in _VERIFICATION_LOOK.items()
}

ITEM = {
    "active": StatusView(N_("Can be lent"), "good", "check-circle-fill"),
    "free": StatusView(N_("Free"), "good", "check-circle-fill"),
    "few": StatusView(N_("Few left"), "wait", "exclamation-circle"),
    "none": StatusView(N_("None left"), "bad", "x-circle-fill"),
    "short": StatusView(N_("Short"), "bad", "exclamation-triangle-fill"),
    "maintenance": StatusView(N_("In maintenance"), "wait", "wrench-adjustable"),
    "retired": StatusView(N_("No longer lent"), "plain", "archive"),
}

TASK = {
    "done": StatusView(N_("Done"), "good", "check-lg"),
    "todo": StatusView(N_("To do"), "wait", "arrow-right"),
    "problem": StatusView(N_("To be put right"), "bad", "exclamation-triangle-fill"),
    "waiting": StatusView(N_("Waiting for an answer"), "info", "hourglass-split"),
    "later": StatusView(N_("Cannot start yet"), "plain", "lock"),
}

OPINION = {
    verdict.value: StatusView(verdict.label, tone, icon)
    for verdict, (tone, icon) in {
        Verdict.PENDING: ("wait", "hourglass-split"),
        Verdict.FAVOURABLE: ("good", "check-circle-fill"),
        Verdict.UNFAVOURABLE: ("bad", "x-circle-fill"),
        Verdict.NOT_CONCERNED: ("plain", "dash-circle"),
    }.items()
}

PAPER = {
    state.value: StatusView(state.label, tone, icon)
    for state, (tone, icon) in {
        PaperState.TO_CHECK: ("wait", "hourglass-split"),
        PaperState.ACCEPTED: ("good", "check-circle-fill"),
        PaperState.NOT_ACCEPTED: ("bad", "x-circle-fill"),
        PaperState.REPLACED: ("plain", "arrow-repeat"),
        PaperState.WITHDRAWN: ("plain", "slash-circle"),
    }.items()
}

URGENCY = {
    "late": StatusView(N_("Late"), "bad", "alarm-fill"),
    "today": StatusView(N_("Today"), "wait", "alarm"),
    "soon": StatusView(N_("Soon"), "wait", "calendar-event"),
}
"""What a duty's date asks for; see `lending.web.wording.urgency_of`."""

_LEVEL_LOOK = {
    Level.BELOW: ("good", "check-circle-fill"),
    Level.NEAR: ("wait", "exclamation-circle"),
    Level.REACHED: ("bad", "exclamation-triangle-fill"),
}

AID = {
    level.value: StatusView(level.label, tone, icon) for level, (tone, icon) in _LEVEL_LOOK.items()
}
"""How near the aid of a year comes to the limit."""

_CHARGE_LOOK = {
    ChargeState.PROPOSED: ("wait", "exclamation-circle"),
    ChargeState.CONTESTED: ("bad", "chat-square-text"),
    ChargeState.ACCEPTED: ("good", "check-circle-fill"),
    ChargeState.REDUCED: ("part", "circle-half"),
    ChargeState.UPHELD: ("info", "hammer"),
    ChargeState.WAIVED: ("plain", "slash-circle"),
    ChargeState.EXPORTED: ("info", "send"),
    ChargeState.CREDITING: ("wait", "arrow-counterclockwise"),
    ChargeState.SETTLED: ("done", "check2-all"),
}

CHARGE = {
    state.value: StatusView(state.label, tone, icon) for state, (tone, icon) in _CHARGE_LOOK.items()
}

_STATEMENT_LOOK = {
    Standing.COUNTED: ("good", "check-circle-fill"),
    Standing.AGREES: ("plain", "check-lg"),
    Standing.KEPT: ("bad", "exclamation-triangle-fill"),
    Standing.DISMISSED: ("plain", "slash-circle"),
}

STATEMENT = {
    standing.value: StatusView(standing.label, tone, icon)
    for standing, (tone, icon) in _STATEMENT_LOOK.items()
}

_KINDS = {
    "aid": AID,
    "charge": CHARGE,
    "statement": STATEMENT,
    "booking": BOOKING,
    "organisation": ORGANISATION,
    "item": ITEM,
    "task": TASK,
    "urgency": URGENCY,
    "opinion": OPINION,
    "paper": PAPER,
}


def status_of(kind: str, key: object) -> StatusView:
    """Return how the state `key` (an enum or its value) of a kind of thing is shown.

    Raises:
        KeyError: there is no such kind or state.
    """
    return _KINDS[kind][str(getattr(key, "value", key))]
