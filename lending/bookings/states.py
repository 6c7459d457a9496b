"""The states of a booking and the one table of moves between them.

docs/booking-states.md is drawn from this table by `python -m tools.states`.
"""

from dataclasses import dataclass
from enum import StrEnum

from lending.accounts.permissions import Action
from lending.availability.models import HoldKind
from lending.i18n import N_


class State(StrEnum):
    """Where a booking stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    INCOMPLETE = "incomplete"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    REFUSED = "refused"
    WAITLISTED = "waitlisted"
    REDIRECTED = "redirected"
    PREPARED = "prepared"
    OUT = "out"
    RETURNED = "returned"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"

    @property
    def label(self) -> str:
        """Return the gettext id of the state's name."""
        return LABELS[self]

    @property
    def holds(self) -> HoldKind | None:
        """How a booking in this state takes stock, if it does.

        After the return the hold lasts for the turnaround only, which check-in sees to.
        """
        return HOLDS.get(self)


LABELS = {
    State.DRAFT: N_("Draft"),
    State.SUBMITTED: N_("Sent"),
    State.INCOMPLETE: N_("To be completed"),
    State.IN_REVIEW: N_("In review"),
    State.APPROVED: N_("Granted"),
    State.PARTLY_APPROVED: N_("Granted in part"),
    State.REFUSED: N_("Refused"),
    State.WAITLISTED: N_("On the waiting list"),
    State.REDIRECTED: N_("Passed on"),
    State.PREPARED: N_("Prepared"),
    State.OUT: N_("Out on loan"),
    State.RETURNED: N_("Returned"),
    State.CLOSED: N_("Closed"),
    State.CANCELLED: N_("Cancelled"),
    State.EXPIRED: N_("Lapsed"),
}

HOLDS = {
    State.SUBMITTED: HoldKind.OPTION,
    State.INCOMPLETE: HoldKind.OPTION,
    State.IN_REVIEW: HoldKind.OPTION,
    State.APPROVED: HoldKind.DECIDED,
    State.PARTLY_APPROVED: HoldKind.DECIDED,
    State.PREPARED: HoldKind.DECIDED,
    State.OUT: HoldKind.DECIDED,
    State.RETURNED: HoldKind.DECIDED,
    State.CLOSED: HoldKind.DECIDED,
}

UNDECIDED = frozenset({State.SUBMITTED, State.INCOMPLETE, State.IN_REVIEW})
GRANTED = frozenset({State.APPROVED, State.PARTLY_APPROVED, State.PREPARED})
AT_WORK = UNDECIDED | GRANTED | {State.WAITLISTED, State.OUT}
"""The states in which somebody still has something to do."""


@dataclass(frozen=True)
class Move:
    """A way from some states to another: who may take it and what it requires."""

    name: str
    label: str
    sources: frozenset[State]
    target: State
    action: Action | None
    """What the table of permissions must allow; none for what only the installation does."""
    needs_reason: bool = False


def _move(
    name: str,
    label: str,
    sources: str,
    target: State,
    action: Action | None,
    needs_reason: bool = False,
) -> Move:
    return Move(
        name, label, frozenset(State(s) for s in sources.split()), target, action, needs_reason
    )


MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        _move("submit", N_("Send the request"), "draft", State.SUBMITTED, Action.EDIT_BOOKING),
        _move(
            "wait",
            N_("Join the waiting list"),
            "draft submitted incomplete",
            State.WAITLISTED,
            Action.EDIT_BOOKING,
        ),
        _move("serve", N_("Served from the waiting list"), "waitlisted", State.SUBMITTED, None),
        _move(
            "ask_for_pieces",
            N_("Ask for missing pieces"),
            "submitted in_review",
            State.INCOMPLETE,
            Action.REVIEW_BOOKING,
            needs_reason=True,
        ),
        _move(
            "complete",
            N_("Tell that the request is complete"),
            "incomplete",
            State.SUBMITTED,
            Action.EDIT_BOOKING,
        ),
        _move("review", N_("Take in review"), "submitted", State.IN_REVIEW, Action.REVIEW_BOOKING),
        _move(
            "approve",
            N_("Grant"),
            "submitted in_review waitlisted",
            State.APPROVED,
            Action.DECIDE_BOOKING,
        ),
        _move(
            "approve_in_part",
            N_("Grant in part"),
            "submitted in_review waitlisted",
            State.PARTLY_APPROVED,
            Action.DECIDE_BOOKING,
        ),
        _move(
            "refuse",
            N_("Refuse"),
            "submitted incomplete in_review waitlisted",
            State.REFUSED,
            Action.DECIDE_BOOKING,
            needs_reason=True,
        ),
        _move(
            "put_on_waiting_list",
            N_("Put on the waiting list"),
            "submitted incomplete in_review",
            State.WAITLISTED,
            Action.DECIDE_BOOKING,
            needs_reason=True,
        ),
        _move(
            "redirect",
            N_("Pass on to another lender"),
            "submitted incomplete in_review waitlisted",
            State.REDIRECTED,
            Action.REVIEW_BOOKING,
            needs_reason=True,
        ),
        _move(
            "take_back",
            N_("Take back a part"),
            "approved partly_approved prepared",
            State.PARTLY_APPROVED,
            Action.REVIEW_BOOKING,
            needs_reason=True,
        ),
        _move(
            "prepare",
            N_("Mark as prepared"),
            "approved partly_approved",
            State.PREPARED,
            Action.HAND_OVER,
        ),
        _move(
            "check_out",
            N_("Hand over"),
            "approved partly_approved prepared",
            State.OUT,
            Action.MAKE_STATEMENT,
        ),
        _move("check_in", N_("Take back"), "out", State.RETURNED, Action.MAKE_STATEMENT),
        _move("close", N_("Close"), "returned", State.CLOSED, Action.HAND_OVER),
        _move(
            "cancel",
            N_("Cancel"),
            "draft submitted incomplete in_review waitlisted approved partly_approved prepared",
            State.CANCELLED,
            Action.CANCEL_BOOKING,
            needs_reason=True,
        ),
        _move(
            "expire",
            N_("Lapsed without a decision"),
            "submitted incomplete in_review waitlisted",
            State.EXPIRED,
            None,
        ),
    )
}

GRANTING = frozenset({"approve", "approve_in_part"})
"""The moves that grant something."""


class RefusalReason(StrEnum):
    """The closed list of reasons for a refusal (DOMAIN: motivated decisions)."""

    STOCK_EXHAUSTED = "STOCK_EXHAUSTED"
    LATE = "LATE"
    FILE_INCOMPLETE = "FILE_INCOMPLETE"
    NOT_ELIGIBLE_TERRITORY = "NOT_ELIGIBLE_TERRITORY"
    NOT_GENERAL_INTEREST = "NOT_GENERAL_INTEREST"
    OUTSIDE_COMPETENCE = "OUTSIDE_COMPETENCE"
    PREEMPTED_OWN_EVENT = "PREEMPTED_OWN_EVENT"
    NO_CREW_CAPACITY = "NO_CREW_CAPACITY"
    NO_VEHICLE_CAPACITY = "NO_VEHICLE_CAPACITY"
    SAFETY_WIND_CTS = "SAFETY_WIND_CTS"
    SAFETY_POWER = "SAFETY_POWER"
    OUTSTANDING_DEBT = "OUTSTANDING_DEBT"
    QUOTA_REACHED = "QUOTA_REACHED"
    PUBLIC_ORDER = "PUBLIC_ORDER"

    @property
    def label(self) -> str:
        """Return the gettext id of the reason in words."""
        return REASONS[self]


REASONS = {
    RefusalReason.STOCK_EXHAUSTED: N_("Not enough equipment is left for these dates"),
    RefusalReason.LATE: N_("The request came too late to be prepared"),
    RefusalReason.FILE_INCOMPLETE: N_("The file stayed incomplete"),
    RefusalReason.NOT_ELIGIBLE_TERRITORY: N_("Neither the seat nor the event is in the territory"),
    RefusalReason.NOT_GENERAL_INTEREST: N_("The event is not of general interest"),
    RefusalReason.OUTSIDE_COMPETENCE: N_("The event is outside the authority's competences"),
    RefusalReason.PREEMPTED_OWN_EVENT: N_("The authority needs the equipment for its own event"),
    RefusalReason.NO_CREW_CAPACITY: N_("No crew is available on these days"),
    RefusalReason.NO_VEHICLE_CAPACITY: N_("No vehicle is available on these days"),
    RefusalReason.SAFETY_WIND_CTS: N_("The safety rules for tents cannot be met"),
    RefusalReason.SAFETY_POWER: N_("The site cannot supply the power needed"),
    RefusalReason.OUTSTANDING_DEBT: N_("Equipment or a payment is still outstanding"),
    RefusalReason.QUOTA_REACHED: N_("The number of loans for this year is reached"),
    RefusalReason.PUBLIC_ORDER: N_("Public order requires it"),
}
