"""Which unit goes with which loan: chosen once, kept while it is out, let go with its booking."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from lending.availability.answers import Wanted
from lending.bookings.changes import reduce_booking
from lending.bookings.decisions import cancel_booking
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_models import Happening
from lending.catalogue.unit_queries import get_unit, history_of_unit
from lending.catalogue.units import UnitDetails, edit_unit, retire_unit
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow
from lending.handover import unit_moves
from lending.handover.assigning import assign_code, assign_proposed, assign_unit, free_unit
from lending.handover.assignment_errors import (
    InspectionDue,
    UnitNotFit,
    UnitStillOut,
    UnitTaken,
)
from lending.handover.assignment_models import Assignment
from lending.handover.assignment_queries import LineUnits, units_of_booking, waiting_for
from lending.handover.kinds import Fate
from lending.handover.naming_units import tell_fate
from lending.handover.service import close_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Counted, UnitTold
from tests.factories import FRIDAY, MONDAY, Cast, approved, submitted
from tests.support.units import inspected, number_pieces

WEEK = timedelta(days=7)


@pytest.fixture
def listening(database: Database) -> Iterator[Database]:
    """Let units follow their bookings, as in the application."""
    unit_moves.listen(database.events)
    return database


def the_line(database: Database, cast: Cast, booking: int) -> LineUnits:
    with database.read() as uow:
        (line,) = units_of_booking(uow, cast.manager, booking)
    return line


def chosen(database: Database, cast: Cast, booking: int) -> list[int]:
    return [each.unit.id for each in the_line(database, cast, booking).chosen]


def test_a_unit_is_chosen_exchanged_and_let_go(database: Database, cast: Cast):
    first, second, _ = number_pieces(database, cast.tables, 3)
    number = approved(database, cast, {cast.tables: 2})
    database.write(lambda uow: assign_unit(uow, cast.manager, number, first))
    line = the_line(database, cast, number)
    assert (line.pieces, line.missing, line.chosen[0].chosen_by) == (2, 1, "Marc")
    database.write(lambda uow: assign_unit(uow, cast.manager, number, second, instead_of=first))
    assert chosen(database, cast, number) == [second]
    database.write(lambda uow: free_unit(uow, cast.manager, number, second))
    assert chosen(database, cast, number) == []


def test_choosing_again_what_is_chosen_changes_nothing(database: Database, cast: Cast):
    (tent,) = number_pieces(database, cast.tent, 1)
    number = approved(database, cast, {cast.tent: 1})
    for _ in range(2):
        database.write(lambda uow: assign_unit(uow, cast.manager, number, tent))
    assert chosen(database, cast, number) == [tent]


def test_a_unit_goes_with_one_loan_at_a_time_and_the_other_is_told_who_has_it(
    database: Database, cast: Cast
):
    first, _ = number_pieces(database, cast.tables, 2)
    one = approved(database, cast, {cast.tables: 1})
    other = approved(database, cast, {cast.tables: 1}, organisation=cast.club)
    database.write(lambda uow: assign_unit(uow, cast.manager, one, first))
    with pytest.raises(UnitTaken) as refused:
        database.write(lambda uow: assign_unit(uow, cast.manager, other, first))
    assert refused.value.data["organisation"] == "Chorale des Planches"


def test_the_turnaround_is_part_of_it_and_after_that_it_may_go_again(
    database: Database, cast: Cast
):
    first, *_ = number_pieces(database, cast.tables, 2)  # an hour before, two after
    one = approved(database, cast, {cast.tables: 1})
    soon = approved(
        database, cast, {cast.tables: 1}, start=MONDAY + timedelta(hours=2), end=MONDAY + WEEK
    )
    later = approved(
        database, cast, {cast.tables: 1}, start=MONDAY + timedelta(hours=3), end=MONDAY + WEEK
    )
    database.write(lambda uow: assign_unit(uow, cast.manager, one, first))
    with pytest.raises(UnitTaken):
        database.write(lambda uow: assign_unit(uow, cast.manager, soon, first))
    database.write(lambda uow: assign_unit(uow, cast.manager, later, first))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_itself_refuses_a_unit_at_two_places(database: Database, cast: Cast):
    first, *_ = number_pieces(database, cast.tables, 2)
    one = approved(database, cast, {cast.tables: 1})
    other = approved(database, cast, {cast.tables: 1}, organisation=cast.club)
    database.write(lambda uow: assign_unit(uow, cast.manager, one, first))
    line = the_line(database, cast, other).line_id

    def past_the_service(uow):
        row = uow.session.query(Assignment).one()
        uow.session.add(
            Assignment(
                unit_id=first,
                line_id=line,
                starts=row.ends - 1,
                ends=row.ends + 1,
                assigned_at=uow.now,
            )
        )
        uow.session.flush()

    with pytest.raises(IntegrityError, match="never_twice"):
        database.write(past_the_service)


def test_a_whole_line_takes_the_best_and_least_used_units(
    listening: Database, cast: Cast, clock: FixedClock
):
    first, second, third, fourth = number_pieces(listening, cast.tables, 4)
    new = UnitDetails(condition=Condition.NEW)
    listening.write(lambda uow: edit_unit(uow, cast.manager, fourth, new))
    unusable = UnitDetails(condition=Condition.UNUSABLE)
    listening.write(lambda uow: edit_unit(uow, cast.manager, third, unusable))
    before = approved(listening, cast, {cast.tables: 1}, start=FRIDAY - WEEK, end=MONDAY - WEEK)
    listening.write(lambda uow: assign_unit(uow, cast.manager, before, first))
    number = approved(listening, cast, {cast.tables: 2})
    line = the_line(listening, cast, number)
    assert [unit.id for unit in line.free] == [fourth, second, first]
    count = listening.write(lambda uow: assign_proposed(uow, cast.manager, number, line.line_id))
    assert count == 2
    assert chosen(listening, cast, number) == [fourth, second]


def test_a_label_that_is_scanned_chooses_its_unit(database: Database, cast: Cast):
    (tent,) = number_pieces(database, cast.tent, 1)
    number = approved(database, cast, {cast.tent: 1})
    with database.read() as uow:
        code = get_unit(uow, cast.manager, tent).code
    address = f"http://pret.example/u/{code}"
    database.write(lambda uow: assign_code(uow, cast.manager, number, address))
    assert chosen(database, cast, number) == [tent]


def test_a_label_of_something_else_is_refused(database: Database, cast: Cast):
    (tent,) = number_pieces(database, cast.tent, 1)
    number = approved(database, cast, {cast.tables: 1})
    with database.read() as uow:
        code = get_unit(uow, cast.manager, tent).code
    with pytest.raises(InvalidInput, match="kind"):
        database.write(lambda uow: assign_code(uow, cast.manager, number, code))


def test_no_more_units_than_pieces_are_chosen(database: Database, cast: Cast):
    first, second = number_pieces(database, cast.tables, 2)
    number = approved(database, cast, {cast.tables: 1})
    database.write(lambda uow: assign_unit(uow, cast.manager, number, first))
    with pytest.raises(InvalidInput):
        database.write(lambda uow: assign_unit(uow, cast.manager, number, second))


def test_what_is_not_granted_takes_no_units(database: Database, cast: Cast):
    (tent,) = number_pieces(database, cast.tent, 1)
    number = submitted(database, cast, {cast.tent: 1})
    with pytest.raises(NotAllowedNow):
        database.write(lambda uow: assign_unit(uow, cast.manager, number, tent))


@pytest.mark.parametrize(("done_on", "goes"), [(date(2024, 6, 8), True), (date(2024, 6, 7), False)])
def test_a_unit_goes_until_the_day_its_inspection_is_due_and_not_longer(
    database: Database, cast: Cast, done_on: date, goes: bool
):
    (tent,) = number_pieces(database, cast.tent, 1)
    inspected(database, cast.tent, [tent], done_on)  # every two years; back on 8 June 2026
    number = approved(database, cast, {cast.tent: 1})
    if goes:
        database.write(lambda uow: assign_unit(uow, cast.manager, number, tent))
        return
    assert the_line(database, cast, number).free == ()
    with pytest.raises(InspectionDue, match="Registre"):
        database.write(lambda uow: assign_unit(uow, cast.manager, number, tent))


def test_what_was_retired_meanwhile_does_not_leave(
    listening: Database, cast: Cast, clock: FixedClock
):
    (tent,) = number_pieces(listening, cast.tent, 1)
    number = approved(listening, cast, {cast.tent: 1})
    listening.write(lambda uow: assign_unit(uow, cast.manager, number, tent))
    listening.write(lambda uow: retire_unit(uow, cast.manager, tent, "Déchirée"))
    assert not the_line(listening, cast, number).chosen[0].is_fit
    clock.instant = FRIDAY
    with pytest.raises(UnitNotFit):
        listening.write(lambda uow: tell_check_out(uow, cast.manager, number))


def test_units_leave_and_come_back_with_their_loan(
    listening: Database, cast: Cast, clock: FixedClock
):
    (tent,) = number_pieces(listening, cast.tent, 1)
    number = approved(listening, cast, {cast.tent: 1})
    listening.write(lambda uow: assign_unit(uow, cast.manager, number, tent))
    clock.instant = FRIDAY
    listening.write(lambda uow: tell_check_out(uow, cast.manager, number))
    assert the_line(listening, cast, number).chosen[0].is_out
    clock.instant = MONDAY
    listening.write(lambda uow: tell_check_in(uow, cast.manager, number))
    assert not the_line(listening, cast, number).chosen[0].is_out
    with listening.read() as uow:
        kinds = [line.kind for line in history_of_unit(uow, cast.manager, tent)]
    assert kinds == [Happening.BACK, Happening.OUT, Happening.MADE]


def test_a_late_loan_keeps_its_units_until_they_are_back(
    listening: Database, cast: Cast, clock: FixedClock
):
    first, _ = number_pieces(listening, cast.tables, 2)
    late = approved(listening, cast, {cast.tables: 1})
    following = approved(listening, cast, {cast.tables: 1}, start=FRIDAY + WEEK, end=MONDAY + WEEK)
    listening.write(lambda uow: assign_unit(uow, cast.manager, late, first))
    listening.write(lambda uow: assign_unit(uow, cast.manager, following, first))
    clock.instant = FRIDAY
    listening.write(lambda uow: tell_check_out(uow, cast.manager, late))
    clock.instant = FRIDAY + WEEK
    still_with = the_line(listening, cast, following).chosen[0].still_with
    assert still_with is not None
    assert still_with.is_late
    with pytest.raises(UnitStillOut, match="Chorale"):
        listening.write(lambda uow: tell_check_out(uow, cast.manager, following))
    with listening.read() as uow:
        told = [UnitTold(get_unit(uow, cast.manager, first).code, Condition.FAIR)]
    listening.write(lambda uow: tell_check_in(uow, cast.manager, late, units=told))
    listening.write(lambda uow: tell_check_out(uow, cast.manager, following))


@pytest.mark.parametrize("fate", [Fate.BACK, Fate.LOST])
def test_a_unit_that_is_out_comes_back_by_a_statement_which_counts_it(
    listening: Database, cast: Cast, clock: FixedClock, fate
):
    first, *_ = number_pieces(listening, cast.tables, 2)
    number = approved(listening, cast, {cast.tables: 2})
    listening.write(lambda uow: assign_unit(uow, cast.manager, number, first))
    clock.instant = FRIDAY
    listening.write(lambda uow: tell_check_out(uow, cast.manager, number))
    assert the_line(listening, cast, number).fates == frozenset()
    with pytest.raises(NotAllowedNow, match="statement"):
        listening.write(lambda uow: tell_fate(uow, cast.manager, number, first, fate))


def test_a_loan_that_is_back_takes_no_more_units(
    listening: Database, cast: Cast, clock: FixedClock
):
    first, second = number_pieces(listening, cast.tables, 2)
    number = approved(listening, cast, {cast.tables: 1, cast.chairs: 4})
    clock.instant = FRIDAY
    listening.write(lambda uow: tell_check_out(uow, cast.manager, number))
    listening.write(lambda uow: assign_unit(uow, cast.manager, number, first))
    clock.instant = MONDAY
    tables = {cast.tables: Counted(returned=1)}
    listening.write(lambda uow: tell_check_in(uow, cast.manager, number, tables))
    assert the_line(listening, cast, number).missing == 0
    with pytest.raises(InvalidInput):  # chairs are out, but no table is
        listening.write(lambda uow: assign_unit(uow, cast.manager, number, second))
    listening.write(lambda uow: tell_check_in(uow, cast.manager, number))
    with pytest.raises(NotAllowedNow):
        listening.write(lambda uow: assign_unit(uow, cast.manager, number, second))
    listening.write(lambda uow: close_booking(uow, cast.manager, number))
    with pytest.raises(NotAllowedNow):
        listening.write(lambda uow: assign_unit(uow, cast.manager, number, second))


def test_when_fewer_leave_than_were_chosen_somebody_says_which_stay(
    listening: Database, cast: Cast, clock: FixedClock
):
    first, second = number_pieces(listening, cast.tables, 2)
    number = approved(listening, cast, {cast.tables: 2})
    for unit in (first, second):
        listening.write(lambda uow, unit=unit: assign_unit(uow, cast.manager, number, unit))
    clock.instant = FRIDAY
    with pytest.raises(InvalidInput, match="free those"):
        listening.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.tables: 1}))
    listening.write(lambda uow: free_unit(uow, cast.manager, number, second))
    listening.write(lambda uow: tell_check_out(uow, cast.manager, number, {cast.tables: 1}))
    assert chosen(listening, cast, number) == [first]


def test_of_what_was_lost_somebody_says_which_it_was(
    listening: Database, cast: Cast, clock: FixedClock
):
    first, second = number_pieces(listening, cast.tables, 2)
    number = approved(listening, cast, {cast.tables: 2})
    line = the_line(listening, cast, number).line_id
    listening.write(lambda uow: assign_proposed(uow, cast.manager, number, line))
    clock.instant = FRIDAY
    listening.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY
    counted = {cast.tables: Counted(returned=1, lost=1)}
    listening.write(lambda uow: tell_check_in(uow, cast.manager, number, counted))
    assert [each.is_out for each in the_line(listening, cast, number).chosen] == [True, True]
    assert the_line(listening, cast, number).fates == {Fate.BACK, Fate.LOST}
    with pytest.raises(InvalidInput, match="which"):
        listening.write(lambda uow: close_booking(uow, cast.manager, number))
    listening.write(lambda uow: tell_fate(uow, cast.manager, number, second, Fate.LOST))
    assert the_line(listening, cast, number).fates == {Fate.BACK}
    listening.write(lambda uow: close_booking(uow, cast.manager, number))
    assert not any(each.is_out for each in the_line(listening, cast, number).chosen)
    with listening.read() as uow:
        assert not get_unit(uow, cast.manager, second).is_active
        assert get_unit(uow, cast.manager, first).is_active


def test_of_what_is_broken_somebody_says_which_it_is_and_it_stays_for_its_repair(
    listening: Database, cast: Cast, clock: FixedClock
):
    first, second = number_pieces(listening, cast.tables, 2)
    number = approved(listening, cast, {cast.tables: 2})
    line = the_line(listening, cast, number).line_id
    listening.write(lambda uow: assign_proposed(uow, cast.manager, number, line))
    clock.instant = FRIDAY
    listening.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY
    counted = {cast.tables: Counted(returned=1, damaged=1)}
    listening.write(lambda uow: tell_check_in(uow, cast.manager, number, counted))
    assert the_line(listening, cast, number).fates == {Fate.BACK, Fate.DAMAGED}
    listening.write(lambda uow: tell_fate(uow, cast.manager, number, first, Fate.BACK))
    with pytest.raises(NotAllowedNow):  # one of the two is broken
        listening.write(lambda uow: tell_fate(uow, cast.manager, number, second, Fate.BACK))
    good = Condition.GOOD  # as it stood on the page
    listening.write(lambda uow: tell_fate(uow, cast.manager, number, second, Fate.DAMAGED, good))
    with listening.read() as uow:
        found = [get_unit(uow, cast.manager, unit) for unit in (first, second)]
    assert [unit.is_in_repair for unit in found] == [False, True]
    assert found[1].condition is Condition.POOR


@pytest.mark.parametrize(
    ("counted", "is_active", "is_in_repair"),
    [(Counted(damaged=1), True, True), (Counted(lost=1), False, False)],
)
def test_what_is_counted_of_a_single_unit_is_told_of_it(
    listening: Database,
    cast: Cast,
    clock: FixedClock,
    counted: Counted,
    is_active: bool,
    is_in_repair: bool,
):
    (tent,) = number_pieces(listening, cast.tent, 1)
    number = approved(listening, cast, {cast.tent: 1})
    listening.write(lambda uow: assign_unit(uow, cast.manager, number, tent))
    clock.instant = FRIDAY
    listening.write(lambda uow: tell_check_out(uow, cast.manager, number))
    clock.instant = MONDAY
    listening.write(lambda uow: tell_check_in(uow, cast.manager, number, {cast.tent: counted}))
    assert not the_line(listening, cast, number).chosen[0].is_out
    with listening.read() as uow:
        unit = get_unit(uow, cast.manager, tent)
    assert (unit.is_active, unit.is_in_repair) == (is_active, is_in_repair)


def test_units_are_let_go_with_what_is_taken_back_or_cancelled(listening: Database, cast: Cast):
    first, *_ = number_pieces(listening, cast.tables, 3)
    number = approved(listening, cast, {cast.tables: 3})
    line = the_line(listening, cast, number).line_id
    listening.write(lambda uow: assign_proposed(uow, cast.manager, number, line))
    fewer = [Wanted(cast.tables, 1)]
    listening.write(lambda uow: reduce_booking(uow, cast.manager, number, fewer, "Crue"))
    assert chosen(listening, cast, number) == [first]
    listening.write(lambda uow: cancel_booking(uow, cast.manager, number, "Pluie"))
    with listening.read() as uow:
        assert uow.session.query(Assignment).count() == 0


def test_who_holds_a_unit_sees_the_loans_that_lack_one(
    database: Database, cast: Cast, clock: FixedClock
):
    first, second = number_pieces(database, cast.tables, 2)
    number = approved(database, cast, {cast.tables: 1})
    with database.read() as uow:
        assert waiting_for(uow, get_unit(uow, cast.manager, first)) == []  # in three months
    clock.instant = FRIDAY - timedelta(days=2)
    with database.read() as uow:
        found = waiting_for(uow, get_unit(uow, cast.manager, first))
    assert [(each.booking_id, each.missing) for each in found] == [(number, 1)]
    database.write(lambda uow: assign_unit(uow, cast.manager, number, second))
    with database.read() as uow:
        assert waiting_for(uow, get_unit(uow, cast.manager, first)) == []


def test_others_choose_nothing(database: Database, cast: Cast):
    (tent,) = number_pieces(database, cast.tent, 1)
    number = approved(database, cast, {cast.tent: 1})
    for somebody in (cast.front_desk, cast.alice):
        with pytest.raises(Forbidden):
            database.write(lambda uow, who=somebody: assign_unit(uow, who, number, tent))
