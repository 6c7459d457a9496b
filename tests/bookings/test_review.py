"""What the staff reads to decide: who asks, who else does, what came before."""

from datetime import timedelta

import pytest

from lending.accounts.permissions import Principal
from lending.bookings.decisions import refuse_booking
from lending.bookings.review import Case, read_case
from lending.bookings.states import RefusalReason, State
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, NotFound
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted, waiting

DAY = timedelta(days=1)


def case(database: Database, actor: Principal, number: int) -> Case:
    with database.read() as uow:
        return read_case(uow, actor, number)


def test_competing_requests_say_who_how_many_and_how_firmly(database: Database, cast: Cast) -> None:
    granted = approved(database, cast, {cast.chairs: 30}, organisation=cast.club, name="Tournoi")
    other = submitted(database, cast, {cast.chairs: 50}, organisation=cast.club)
    queued = waiting(database, cast, {cast.chairs: 90}, organisation=cast.club)
    number = submitted(database, cast, {cast.chairs: 20})
    line = case(database, cast.manager, number).lines[cast.chairs]
    assert [(c.booking_id, c.quantity, c.state) for c in line.competitors] == [
        (granted, 30, State.APPROVED),
        (other, 50, State.SUBMITTED),
        (queued, 90, State.WAITLISTED),
    ]
    assert line.competitors[0].organisation == "Club de pétanque du Gué"
    assert [c.is_undecided for c in line.competitors] == [False, True, False]
    assert line.free_if_undecided_yield == 70


def test_another_booking_stands_once_with_all_that_it_takes(database: Database, cast: Cast) -> None:
    queued = waiting(database, cast, {cast.chairs: 90, cast.tables: 1}, organisation=cast.club)
    other = submitted(database, cast, {cast.chairs: 50, cast.tables: 3}, organisation=cast.club)
    number = submitted(database, cast, {cast.tables: 2, cast.chairs: 20})
    found = case(database, cast.manager, number)
    assert [(r.booking.booking_id, dict(r.quantities)) for r in found.rivals] == [
        (other, {cast.chairs: 50, cast.tables: 3}),
        (queued, {cast.chairs: 90, cast.tables: 1}),
    ]
    chairs = found.lines[cast.chairs]
    assert (chairs.decided, chairs.undecided, chairs.waiting) == (0, 50, 90)


def test_who_comes_before_or_after_competes_only_within_the_turnaround(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.tables: 1})  # an hour before, two after
    near = submitted(
        database,
        cast,
        {cast.tables: 1},
        start=MONDAY + timedelta(hours=2, minutes=59),
        end=MONDAY + DAY,
    )
    submitted(database, cast, {cast.tables: 1}, start=MONDAY + timedelta(hours=3), end=MONDAY + DAY)
    found = case(database, cast.manager, number).lines[cast.tables].competitors
    assert [competitor.booking_id for competitor in found] == [near]


def test_a_late_loan_competes_with_what_it_still_has(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    late = approved(database, cast, {cast.chairs: 30}, organisation=cast.club)
    number = submitted(
        database, cast, {cast.chairs: 5}, start=FRIDAY + 20 * DAY, end=MONDAY + 20 * DAY
    )
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, late))
    clock.instant = MONDAY + DAY
    database.write(
        lambda uow: tell_check_in(uow, cast.manager, late, {cast.chairs: Counted(returned=22)})
    )
    [competitor] = case(database, cast.manager, number).lines[cast.chairs].competitors
    assert (competitor.booking_id, competitor.quantity, competitor.is_late) == (late, 8, True)


def test_the_record_counts_what_was_asked_and_granted_before(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    approved(database, cast, {cast.chairs: 40}, granted={cast.chairs: 30})
    refused = submitted(database, cast, {cast.tables: 10})
    database.write(
        lambda uow: refuse_booking(uow, cast.manager, refused, RefusalReason.LATE, "Trop tard")
    )
    submitted(database, cast, {cast.barriers: 5})
    submitted(database, cast, {cast.barriers: 5}, organisation=cast.club)
    number = submitted(database, cast, {cast.chairs: 1})
    record = case(database, cast.manager, number).record
    assert (record.asked, record.granted, record.refused) == (3, 1, 1)
    assert (record.pieces_asked, record.pieces_granted) == (50, 30)


def test_the_record_shows_what_is_overdue_and_what_was_lost(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    late = approved(database, cast, {cast.chairs: 10})
    number = submitted(
        database, cast, {cast.tables: 1}, start=FRIDAY + 40 * DAY, end=MONDAY + 40 * DAY
    )
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, late))
    clock.instant = MONDAY + DAY
    database.write(
        lambda uow: tell_check_in(
            uow, cast.manager, late, {cast.chairs: Counted(lost=2, damaged=1)}
        )
    )
    record = case(database, cast.manager, number).record
    assert (record.overdue, record.lost, record.damaged) == (1, 2, 1)


def test_only_the_staff_of_the_authority_reads_the_case(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 1})
    with pytest.raises(Forbidden):
        case(database, cast.alice, number)
    for actor in (cast.bob, cast.other_manager):
        with pytest.raises(NotFound):
            case(database, actor, number)
