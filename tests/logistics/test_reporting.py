"""What work really took says how the next is computed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from lending.accounts.permissions import SYSTEM
from lending.bookings.decisions import cancel_booking
from lending.bookings.models import Logistics
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden, NotAllowedNow
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.models import Task
from lending.logistics.rates import rates_of
from lending.logistics.rating import set_rates
from lending.logistics.reporting import (
    KindTimes,
    TimesReport,
    apply_proposal,
    times_report,
    times_sheet,
)
from lending.sheets import write_sheet
from tests.factories import FRIDAY, Cast, approved

DAY = FRIDAY.date()
MINUTE = timedelta(minutes=1)


def done(database: Database, cast: Cast, number: int, percent: int) -> None:
    """Let so many deliveries be done, each in so many percent of the computed time."""

    def write(uow: UnitOfWork) -> None:
        tasks = uow.session.scalars(
            select(Task).where(Task.kind == TaskKind.DELIVER, Task.state == TaskState.TO_DO)
        ).all()
        for task in tasks:
            task.state, task.started_at = TaskState.DONE, FRIDAY
            task.ended_at = FRIDAY + task.minutes * percent * MINUTE / 100

    for _ in range(number):
        approved(database, cast, {cast.chairs: 10}, logistics=Logistics.DELIVERY)
    database.write(write)


def report(database: Database, cast: Cast, first: date = DAY, last: date = DAY) -> TimesReport:
    with database.read() as uow:
        return times_report(uow, cast.manager, cast.town, first, last)


def test_without_work_there_is_nothing_to_tell(database: Database, cast: Cast) -> None:
    assert report(database, cast).kinds == ()


def test_work_that_took_longer_is_told_by_kind_and_proposes_a_correction(
    database: Database, cast: Cast
) -> None:
    done(database, cast, 5, 150)
    (row,) = report(database, cast).kinds
    assert (row.kind, row.tasks, row.ratio, row.proposal) == (TaskKind.DELIVER, 5, 150, 150)
    assert row.real == row.planned * 3 // 2
    yesterday = DAY - timedelta(days=1)
    assert report(database, cast, yesterday, yesterday).kinds == ()


def test_few_tasks_propose_nothing(database: Database, cast: Cast) -> None:
    done(database, cast, 4, 150)
    assert report(database, cast).kinds[0].proposal is None
    with pytest.raises(NotAllowedNow):
        database.write(
            lambda uow: apply_proposal(uow, cast.manager, cast.town, TaskKind.DELIVER, DAY, DAY)
        )


def test_a_proposal_is_applied_and_what_is_next_is_computed_with_it(
    database: Database, cast: Cast
) -> None:
    done(database, cast, 5, 200)
    before = approved(database, cast, {cast.chairs: 10}, logistics=Logistics.DELIVERY)

    def minutes() -> int | None:
        with database.read() as uow:
            of = Task.booking_id == before
            return uow.session.scalar(select(Task.minutes).where(of, Task.kind == TaskKind.DELIVER))

    was = minutes()
    percent = database.write(
        lambda uow: apply_proposal(uow, cast.manager, cast.town, TaskKind.DELIVER, DAY, DAY)
    )
    assert percent == 200
    assert was is not None
    assert minutes() == 2 * was
    with database.read() as uow:
        assert rates_of(uow, cast.town).pace_deliver == 200
    # Work that was computed before the correction does not ask for it twice.
    assert report(database, cast).kinds[0].proposal == 200


def test_work_that_was_computed_with_a_correction_counts_without_it(
    database: Database, cast: Cast
) -> None:
    database.write(lambda uow: set_rates(uow, cast.manager, cast.town, {"pace_deliver": 200}))
    done(database, cast, 5, 100)
    (row,) = report(database, cast).kinds
    assert (row.ratio, row.proposal) == (100, 200)


def test_what_nobody_told_in_time_is_left_out_and_counted(database: Database, cast: Cast) -> None:
    done(database, cast, 2, 0)
    done(database, cast, 1, 100_000)
    found = report(database, cast, DAY, DAY + timedelta(days=60))
    assert (found.kinds, found.unmeasured) == ((), 3)


def test_what_is_cancelled_or_another_authority_s_is_not_told(
    database: Database, cast: Cast
) -> None:
    booking = approved(database, cast, {cast.chairs: 10}, logistics=Logistics.DELIVERY)
    database.write(lambda uow: cancel_booking(uow, SYSTEM, booking, "Il pleut."))
    assert report(database, cast).tasks == 0
    with pytest.raises(Forbidden), database.read() as uow:
        times_report(uow, cast.other_manager, cast.town, DAY, DAY)


def test_the_report_is_written_as_files(database: Database, cast: Cast) -> None:
    done(database, cast, 5, 120)
    sheet = times_sheet(report(database, cast))
    text = write_sheet(sheet, ".csv").decode("utf-8-sig")
    assert text.splitlines()[1].startswith("2026-06-05")
    assert "deliver" in text
    assert write_sheet(sheet, ".ods").startswith(b"PK")


@given(st.integers(5, 50), st.integers(1, 10_000), st.integers(1, 10_000))
def test_a_proposal_is_always_one_that_may_be_set(tasks: int, base: int, real: int) -> None:
    row = KindTimes(TaskKind.DELIVER, tasks, base, real, base)
    assert row.proposal is not None
    assert 25 <= row.proposal <= 400
