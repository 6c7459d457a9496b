"""What comes next for a booking, whose turn it is, and until when: pure rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lending.bookings.models import Logistics
from lending.bookings.states import State

ONE_SECOND = timedelta(seconds=1)
DECIDE_BEFORE = timedelta(days=2)
"""A loan is decided this long before it begins at the latest: the depot has to prepare it."""


class Step(StrEnum):
    """The next thing to happen; the faces put it in words."""

    FINISH = "finish"
    """The draft has to be finished and sent."""
    ANSWER = "answer"
    """The authority decides."""
    COMPLETE = "complete"
    """The borrower hands in what is missing."""
    WAIT = "wait"
    """Nothing can be done until equipment comes free."""
    COLLECT = "collect"
    """The borrower collects the equipment at the depot."""
    RECEIVE = "receive"
    """The equipment is delivered; somebody receives it."""
    BRING_BACK = "bring_back"
    """The borrower returns the equipment."""
    HAND_BACK = "hand_back"
    """The equipment is collected where it was delivered."""
    COUNT = "count"
    """The authority counts what came back."""
    ELSEWHERE = "elsewhere"
    """Another authority goes on with it."""
    NOTHING = "nothing"
    """It is over."""


BORROWERS_TURN = frozenset(
    {
        Step.FINISH,
        Step.COMPLETE,
        Step.COLLECT,
        Step.RECEIVE,
        Step.BRING_BACK,
        Step.HAND_BACK,
    }
)
TO_DO = frozenset({Step.FINISH, Step.COMPLETE})
"""What does not wait for a date: the borrower can do it now."""


@dataclass(frozen=True)
class NextStep:
    """What comes next, and when or until when; `at` is None where no date is known."""

    step: Step
    at: datetime | None = None
    is_overdue: bool = False
    """Whether the date has passed."""

    @property
    def is_borrowers(self) -> bool:
        """Whether it is the borrower's turn, now or at the date."""
        return self.step in BORROWERS_TURN

    @property
    def is_to_do(self) -> bool:
        """Whether the borrower has to do it now."""
        return self.step in TO_DO


def next_step(
    state: State,
    logistics: Logistics,
    starts_at: datetime,
    ends_at: datetime,
    *,
    answer_by: datetime | None,
    pieces_until: datetime | None,
) -> NextStep:
    """Return what comes next for a booking in this state."""
    carried = logistics is Logistics.PICKUP
    match state:
        case State.DRAFT:
            return NextStep(Step.FINISH)
        case State.SUBMITTED | State.IN_REVIEW:
            return NextStep(Step.ANSWER, answer_by)
        case State.INCOMPLETE:
            # shown as a day: the last one, not the midnight that ends it
            return NextStep(Step.COMPLETE, pieces_until and pieces_until - ONE_SECOND)
        case State.WAITLISTED:
            return NextStep(Step.WAIT, starts_at)
        case State.APPROVED | State.PARTLY_APPROVED | State.PREPARED:
            return NextStep(Step.COLLECT if carried else Step.RECEIVE, starts_at)
        case State.OUT:
            return NextStep(Step.BRING_BACK if carried else Step.HAND_BACK, ends_at)
        case State.RETURNED:
            return NextStep(Step.COUNT)
        case State.REDIRECTED:
            return NextStep(Step.ELSEWHERE)
        case State.REFUSED | State.CLOSED | State.CANCELLED | State.EXPIRED:
            return NextStep(Step.NOTHING)


def promised_answer(complete_at: datetime, starts_at: datetime, answer_days: int) -> datetime:
    """Return until when the authority answers a file that was complete at an instant.

    In time for the depot to prepare the loan; of a very late request, before the loan begins.
    """
    in_time = starts_at - DECIDE_BEFORE
    if in_time <= complete_at:
        in_time = starts_at
    return min(complete_at + timedelta(days=answer_days), in_time)
