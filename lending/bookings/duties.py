"""What a booking asks of the staff, and until when: pure rules, applied by the inbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from calendars.zones import next_midnight
from lending.accounts.permissions import Action
from lending.bookings.states import State
from lending.bookings.steps import promised_answer
from lending.i18n import N_

LAPSES_SOON = timedelta(days=7)
"""An option that ends within this time is pointed out."""
PREPARE_AHEAD = timedelta(days=3)
"""How long before a loan its preparation is due to begin being shown."""
VERIFY_WITHIN = timedelta(days=7)
CLOSE_WITHIN = timedelta(days=7)


class DutyKind(StrEnum):
    """What somebody has to do; the order is that of the filters."""

    DECIDE = "decide"
    OPINION = "opinion"
    """A department is asked what it thinks; see lending.equity.routing."""
    CONFIRM = "confirm"
    """An override waits for a second person; see lending.equity.overriding."""
    PIECES = "pieces"
    """What was asked for has not come in its time, or before the option ends."""
    PAPERS = "papers"
    """Papers were handed in that nobody has looked at; see lending.attachments."""
    VERIFY = "verify"
    SHORTAGE = "shortage"
    LATE_RETURN = "late_return"
    PREPARE = "prepare"
    HAND_OVER = "hand_over"
    TAKE_BACK = "take_back"
    CLEAR_UP = "clear_up"
    """What two people told of a loan differs; see lending.handover."""
    CHARGE = "charge"
    """A charge is contested."""
    CLOSE = "close"

    @property
    def label(self) -> str:
        """Return the gettext id of what is to be done."""
        return LABELS[self]

    @property
    def action(self) -> Action:
        """Return what one must be allowed to do for this to be one's own duty."""
        return ACTIONS[self]


LABELS = {
    DutyKind.DECIDE: N_("To decide"),
    DutyKind.OPINION: N_("Opinion awaited"),
    DutyKind.CONFIRM: N_("Override to confirm"),
    DutyKind.PIECES: N_("Pieces still missing"),
    DutyKind.PAPERS: N_("Papers to check"),
    DutyKind.VERIFY: N_("To verify"),
    DutyKind.SHORTAGE: N_("Shortage"),
    DutyKind.LATE_RETURN: N_("Not back in time"),
    DutyKind.PREPARE: N_("To prepare"),
    DutyKind.HAND_OVER: N_("To hand over"),
    DutyKind.TAKE_BACK: N_("Back today"),
    DutyKind.CLEAR_UP: N_("Statements that differ"),
    DutyKind.CHARGE: N_("Contested charge"),
    DutyKind.CLOSE: N_("To close"),
}

ACTIONS = {
    DutyKind.DECIDE: Action.REVIEW_BOOKING,
    DutyKind.OPINION: Action.GIVE_OPINION,
    DutyKind.CONFIRM: Action.DECIDE_BOOKING,
    DutyKind.PIECES: Action.REVIEW_BOOKING,
    DutyKind.PAPERS: Action.CHECK_PAPERS,
    DutyKind.VERIFY: Action.VERIFY_ORGANISATION,
    DutyKind.SHORTAGE: Action.MANAGE_STOCK,
    DutyKind.LATE_RETURN: Action.HAND_OVER,
    DutyKind.PREPARE: Action.HAND_OVER,
    DutyKind.HAND_OVER: Action.HAND_OVER,
    DutyKind.TAKE_BACK: Action.HAND_OVER,
    DutyKind.CLEAR_UP: Action.HAND_OVER,
    DutyKind.CHARGE: Action.DECIDE_CHARGE,
    DutyKind.CLOSE: Action.HAND_OVER,
}


class Remark(StrEnum):
    """What makes a duty out of the ordinary."""

    LATE_REQUEST = "late_request"
    LAPSES_SOON = "lapses_soon"
    PIECES_ANSWERED = "pieces_answered"
    IN_REVIEW = "in_review"

    @property
    def label(self) -> str:
        """Return the gettext id of the remark."""
        return REMARKS[self]


REMARKS = {
    Remark.LATE_REQUEST: N_("Late request"),
    Remark.LAPSES_SOON: N_("Option ends soon"),
    Remark.PIECES_ANSWERED: N_("Pieces received"),
    Remark.IN_REVIEW: N_("In review"),
}


@dataclass(frozen=True)
class Standing:
    """What the rules need to know of a booking."""

    state: State
    starts_at: datetime
    ends_at: datetime
    filed_at: datetime
    """When the file became complete, or else when it was sent or begun."""
    option_until: datetime | None
    pieces_until: datetime | None
    answered_pieces: bool
    zone: ZoneInfo
    is_late: bool
    """Whether the request came later than the authority asks for."""
    answer_days: int


def duty_of(booking: Standing, now: datetime) -> tuple[DutyKind, datetime] | None:
    """Return what is to be done for the booking and until when, or None: nothing for now."""
    match booking.state:
        case State.SUBMITTED | State.IN_REVIEW:
            return DutyKind.DECIDE, decide_by(booking)
        case State.INCOMPLETE if booking.pieces_until and booking.pieces_until <= now:
            return DutyKind.PIECES, booking.pieces_until
        case State.INCOMPLETE if booking.option_until and _lapses_soon(booking, now):
            return DutyKind.PIECES, booking.option_until
        case State.APPROVED | State.PARTLY_APPROVED | State.PREPARED:
            return _leaving(booking, now)
        case State.OUT if booking.ends_at <= now:
            return DutyKind.LATE_RETURN, booking.ends_at
        case State.OUT if booking.ends_at < next_midnight(now, booking.zone):
            return DutyKind.TAKE_BACK, booking.ends_at
        case State.RETURNED:
            return DutyKind.CLOSE, booking.ends_at + CLOSE_WITHIN
    return None


def _leaving(booking: Standing, now: datetime) -> tuple[DutyKind, datetime] | None:
    if booking.starts_at < next_midnight(now, booking.zone):
        return DutyKind.HAND_OVER, booking.starts_at
    if booking.state is not State.PREPARED and booking.starts_at <= now + PREPARE_AHEAD:
        return DutyKind.PREPARE, booking.starts_at - timedelta(days=1)
    return None


def decide_by(booking: Standing) -> datetime:
    """Return until when the association must have its answer.

    As it was promised, unless the option ends before.
    """
    promised = promised_answer(booking.filed_at, booking.starts_at, booking.answer_days)
    return min(promised, booking.option_until or promised)


def remarks_on(booking: Standing, now: datetime) -> tuple[Remark, ...]:
    """Return what is out of the ordinary with a request that is not decided."""
    if booking.state not in (State.SUBMITTED, State.IN_REVIEW, State.INCOMPLETE):
        return ()
    found = []
    if booking.answered_pieces and booking.state is State.SUBMITTED:
        found.append(Remark.PIECES_ANSWERED)
    if booking.state is State.IN_REVIEW:
        found.append(Remark.IN_REVIEW)
    if booking.is_late:
        found.append(Remark.LATE_REQUEST)
    if _lapses_soon(booking, now):
        found.append(Remark.LAPSES_SOON)
    return tuple(found)


def _lapses_soon(booking: Standing, now: datetime) -> bool:
    return booking.option_until is not None and booking.option_until <= now + LAPSES_SOON
