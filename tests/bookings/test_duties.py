"""What a booking asks of the staff, and until when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from lending.bookings.duties import (
    DutyKind,
    Remark,
    Standing,
    decide_by,
    duty_of,
    remarks_on,
)
from lending.bookings.states import State

NOW = datetime(2026, 6, 3, 8, tzinfo=UTC)
DAY = timedelta(days=1)

SENT = Standing(
    state=State.SUBMITTED,
    starts_at=NOW + 60 * DAY,
    ends_at=NOW + 63 * DAY,
    filed_at=NOW - 3 * DAY,
    option_until=NOW + 57 * DAY,
    pieces_until=None,
    answered_pieces=False,
    zone=ZoneInfo("Europe/Paris"),
    is_late=False,
    answer_days=30,
)


def test_a_request_is_decided_within_the_promised_days() -> None:
    assert duty_of(SENT, NOW) == (DutyKind.DECIDE, NOW + 27 * DAY)


def test_a_request_for_soon_is_decided_before_the_depot_prepares_it() -> None:
    assert decide_by(replace(SENT, starts_at=NOW + 10 * DAY)) == NOW + 8 * DAY


def test_a_request_for_tomorrow_is_decided_before_the_loan_begins() -> None:
    tomorrow = replace(SENT, starts_at=SENT.filed_at + DAY)
    assert decide_by(tomorrow) == tomorrow.starts_at


def test_a_request_is_decided_before_its_option_lapses() -> None:
    assert decide_by(replace(SENT, option_until=NOW + 2 * DAY)) == NOW + 2 * DAY


@pytest.mark.parametrize(
    ("changes", "remark"),
    [
        ({"is_late": True}, Remark.LATE_REQUEST),
        ({"option_until": NOW + 6 * DAY}, Remark.LAPSES_SOON),
        ({"answered_pieces": True}, Remark.PIECES_ANSWERED),
        ({"state": State.IN_REVIEW}, Remark.IN_REVIEW),
    ],
)
def test_what_is_out_of_the_ordinary_is_said(changes: dict[str, object], remark: Remark) -> None:
    assert remarks_on(SENT, NOW) == ()
    assert remarks_on(replace(SENT, **changes), NOW) == (remark,)  # type: ignore[arg-type]


def test_missing_pieces_are_a_duty_only_when_the_option_is_about_to_end() -> None:
    asked = replace(SENT, state=State.INCOMPLETE)
    assert duty_of(asked, NOW) is None
    assert duty_of(replace(asked, option_until=NOW + DAY), NOW) == (DutyKind.PIECES, NOW + DAY)


def test_a_granted_loan_is_prepared_from_three_days_before() -> None:
    granted = replace(SENT, state=State.APPROVED, starts_at=NOW + 3 * DAY)
    assert duty_of(granted, NOW - timedelta(minutes=1)) is None
    assert duty_of(granted, NOW) == (DutyKind.PREPARE, NOW + 2 * DAY)
    assert duty_of(replace(granted, state=State.PREPARED), NOW) is None


def test_a_loan_is_handed_over_on_its_local_day() -> None:
    # 22:30 UTC is 00:30 of the next day in Paris.
    tonight = replace(
        SENT, state=State.PREPARED, starts_at=datetime(2026, 6, 3, 21, 30, tzinfo=UTC)
    )
    tomorrow = replace(tonight, starts_at=datetime(2026, 6, 3, 22, 30, tzinfo=UTC))
    assert duty_of(tonight, NOW) == (DutyKind.HAND_OVER, tonight.starts_at)
    assert duty_of(tomorrow, NOW) is None


def test_a_loan_that_nobody_came_for_stays_a_duty() -> None:
    missed = replace(SENT, state=State.APPROVED, starts_at=NOW - 2 * DAY)
    assert duty_of(missed, NOW) == (DutyKind.HAND_OVER, NOW - 2 * DAY)


def test_a_loan_comes_back_on_its_day_and_is_late_after_its_hour() -> None:
    out = replace(SENT, state=State.OUT, ends_at=NOW + timedelta(hours=2))
    assert duty_of(out, NOW - DAY) is None
    assert duty_of(out, NOW) == (DutyKind.TAKE_BACK, out.ends_at)
    assert duty_of(out, out.ends_at) == (DutyKind.LATE_RETURN, out.ends_at)


def test_a_returned_loan_is_closed_within_a_week() -> None:
    back = replace(SENT, state=State.RETURNED, ends_at=NOW - DAY)
    assert duty_of(back, NOW) == (DutyKind.CLOSE, NOW + 6 * DAY)


@pytest.mark.parametrize(
    "state",
    [State.DRAFT, State.WAITLISTED, State.REFUSED, State.CANCELLED, State.EXPIRED, State.CLOSED],
)
def test_what_asks_nothing_of_the_staff_is_no_duty(state: State) -> None:
    assert duty_of(replace(SENT, state=state, starts_at=NOW), NOW) is None
