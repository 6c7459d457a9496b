"""Numbered units on statements: which left, which came back and how, always as was counted."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lending.bookings.models import Booking
from lending.bookings.supply import end_maintenance, move_stock
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_models import Happening, Unit
from lending.catalogue.unit_queries import get_unit, history_of_unit, next_unit_number
from lending.catalogue.units import add_units
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.errors import InvalidInput
from lending.handover import unit_moves
from lending.handover.assigning import assign_unit
from lending.handover.assignment_errors import UnitInRepair, UnitTaken
from lending.handover.assignment_queries import assignments_of, units_of_booking
from lending.handover.clearing_up import adopt_statement
from lending.handover.kinds import Fate, Standing, StatementKind
from lending.handover.models import Statement
from lending.handover.moving import away
from lending.handover.queries import form_of, statements_of
from lending.handover.statements import tell_check_in, tell_check_out
from lending.handover.values import Circumstances, Counted, UnitTold
from tests.factories import FRIDAY, MONDAY, Cast, approved
from tests.support.units import number_pieces

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


@pytest.fixture
def listening(database: Database) -> Iterator[Database]:
    """Let units follow their bookings, as in the application."""
    unit_moves.listen(database.events)
    return database


@pytest.fixture
def tables(listening: Database, cast: Cast, clock: FixedClock) -> list[int]:
    """Number four tables; the loans of the tests begin now."""
    clock.instant = FRIDAY
    return number_pieces(listening, cast.tables, 4)


def code_of(database: Database, unit_id: int) -> str:
    with database.read() as uow:
        return uow.session.get_one(Unit, unit_id).code


def named(database: Database, unit_ids: Sequence[int], fate: Fate = Fate.BACK) -> list[UnitTold]:
    return [UnitTold(code_of(database, unit), fate=fate) for unit in unit_ids]


def out(database: Database, cast: Cast, units: Sequence[int], pieces: int) -> int:
    """Return a loan of so many tables that left with these units, as the driver told."""
    number = approved(database, cast, {cast.tables: pieces})
    told = named(database, units)
    database.write(lambda uow: tell_check_out(uow, cast.agent, number, units=told))
    return number


def told_of(database: Database, cast: Cast, booking: int) -> list[tuple[int, Fate]]:
    """Return what the last statement of a loan says of its units."""
    with database.read() as uow:
        last = statements_of(uow, cast.manager, booking)[-1]
    return [(unit.number, unit.fate) for line in last.lines for unit in line.units]


def still_out(database: Database, cast: Cast, booking: int) -> list[int]:
    with database.read() as uow:
        (line,) = units_of_booking(uow, cast.manager, booking)
    return [each.unit.id for each in line.chosen if each.is_out]


def test_a_driver_adds_the_unit_whose_label_was_scanned(
    listening: Database, cast: Cast, tables: list[int]
) -> None:
    first, second, *_ = tables
    number = approved(listening, cast, {cast.tables: 2})
    listening.write(lambda uow: assign_unit(uow, cast.manager, number, first))
    with listening.read() as uow:
        form = form_of(uow, cast.agent, number, StatementKind.CHECK_OUT)
    assert form.has_units
    assert [unit.number for unit in form.lines[0].units] == [1]
    typed = f"http://pret.example/u/{code_of(listening, second)}"
    told = [*named(listening, [first]), UnitTold(typed)]
    listening.write(lambda uow: tell_check_out(uow, cast.agent, number, units=told))
    assert still_out(listening, cast, number) == [first, second]
    assert told_of(listening, cast, number) == [(1, Fate.LEFT), (2, Fate.LEFT)]


def test_without_a_word_those_that_were_chosen_leave(
    listening: Database, cast: Cast, tables: list[int]
) -> None:
    number = approved(listening, cast, {cast.tables: 2})
    listening.write(lambda uow: assign_unit(uow, cast.manager, number, tables[0]))
    listening.write(lambda uow: tell_check_out(uow, cast.agent, number))
    assert told_of(listening, cast, number) == [(1, Fate.LEFT)]


def test_what_was_chosen_and_is_not_named_stays_here(
    listening: Database, cast: Cast, tables: list[int]
) -> None:
    first, second, *_ = tables
    number = approved(listening, cast, {cast.tables: 1})
    listening.write(lambda uow: assign_unit(uow, cast.manager, number, first))
    told = named(listening, [second])
    listening.write(lambda uow: tell_check_out(uow, cast.agent, number, units=told))
    assert still_out(listening, cast, number) == [second]


def test_a_unit_that_somebody_else_has_does_not_leave_and_it_is_said_who_has_it(
    listening: Database, cast: Cast, tables: list[int]
) -> None:
    out(listening, cast, tables[:1], 1)
    other = approved(listening, cast, {cast.tables: 1}, organisation=cast.club)
    told = named(listening, tables[:1])
    with pytest.raises(UnitTaken, match="Chorale"):
        listening.write(lambda uow: tell_check_out(uow, cast.agent, other, units=told))


@pytest.mark.parametrize("typed", ["2222 2223", "une table"])
def test_a_label_of_nothing_that_the_loan_has_is_refused_by_its_place(
    listening: Database, cast: Cast, tables: list[int], typed: str
) -> None:
    number = approved(listening, cast, {cast.tables: 1})
    told = [*named(listening, tables[:1]), UnitTold(typed)]
    with pytest.raises(InvalidInput) as refused:
        listening.write(lambda uow: tell_check_out(uow, cast.agent, number, units=told))
    assert [error.field for error in refused.value.errors] == ["units.1.code"]


def test_more_units_than_pieces_do_not_leave(
    listening: Database, cast: Cast, tables: list[int]
) -> None:
    number = approved(listening, cast, {cast.tables: 2})
    told, one = named(listening, tables[:2]), {cast.tables: 1}
    with pytest.raises(InvalidInput) as refused:
        listening.write(lambda uow: tell_check_out(uow, cast.agent, number, one, units=told))
    assert [error.field for error in refused.value.errors] == ["lines.0.delivered"]


def test_a_second_delivery_brings_its_own_units(
    listening: Database, cast: Cast, tables: list[int]
) -> None:
    number = approved(listening, cast, {cast.tables: 3})
    first, rest = named(listening, tables[:2]), named(listening, tables[2:3])
    follows, two = Circumstances(rest_follows=True), {cast.tables: 2}
    listening.write(lambda uow: tell_check_out(uow, cast.agent, number, two, follows, units=first))
    listening.write(lambda uow: tell_check_out(uow, cast.agent, number, units=rest))
    assert still_out(listening, cast, number) == tables[:3]
    assert told_of(listening, cast, number) == [(3, Fate.LEFT)]


def test_each_unit_comes_back_in_its_condition_or_not_at_all(
    listening: Database, cast: Cast, tables: list[int], clock: FixedClock
) -> None:
    good, broken, lost, _ = tables
    number = out(listening, cast, [good, broken, lost], 3)
    clock.instant = MONDAY
    told = [
        UnitTold(code_of(listening, good), Condition.FAIR),
        *named(listening, [broken], Fate.DAMAGED),
        *named(listening, [lost], Fate.LOST),
    ]
    counted = {cast.tables: Counted(returned=1, damaged=1, lost=1)}
    listening.write(lambda uow: tell_check_in(uow, cast.agent, number, counted, units=told))
    assert told_of(listening, cast, number) == [
        (1, Fate.BACK),
        (2, Fate.DAMAGED),
        (3, Fate.LOST),
    ]
    with listening.read() as uow:
        views = [get_unit(uow, cast.manager, unit) for unit in (good, broken, lost)]
        last = history_of_unit(uow, cast.manager, good)[0]
    assert [view.condition for view in views[:2]] == [Condition.FAIR, Condition.POOR]
    assert [view.is_active for view in views] == [True, True, False]
    assert (last.kind, last.condition) == (Happening.BACK, Condition.FAIR)
    assert "Chorale des Planches" in last.detail


def test_a_broken_unit_goes_with_nobody_until_its_repair_is_ended(
    listening: Database, cast: Cast, tables: list[int], clock: FixedClock
) -> None:
    number = out(listening, cast, tables[:1], 1)
    clock.instant = MONDAY
    told, counted = named(listening, tables[:1], Fate.DAMAGED), {cast.tables: Counted(damaged=1)}
    listening.write(lambda uow: tell_check_in(uow, cast.agent, number, counted, units=told))
    following = approved(listening, cast, {cast.tables: 1}, start=FRIDAY + WEEK, end=MONDAY + WEEK)
    with pytest.raises(UnitInRepair):
        listening.write(lambda uow: assign_unit(uow, cast.manager, following, tables[0]))
    with listening.read() as uow:
        [line] = statements_of(uow, cast.manager, number)[-1].lines
    clock.instant += HOUR
    listening.write(lambda uow: end_maintenance(uow, cast.manager, line.maintenance_id))
    listening.write(lambda uow: assign_unit(uow, cast.manager, following, tables[0]))


@pytest.mark.parametrize(
    ("counted", "fields"),
    [
        (Counted(returned=2), {"lines.0.returned", "lines.0.lost"}),
        (Counted(returned=1, damaged=1), {"lines.0.damaged", "lines.0.lost"}),
        (Counted(returned=1), {"lines.0.lost"}),
    ],
)
def test_units_and_counts_that_contradict_are_refused_where_they_do(
    listening: Database, cast: Cast, tables: list[int], counted: Counted, fields: set[str]
) -> None:
    first, second, *_ = tables
    number = out(listening, cast, [first, second], 2)
    told = [*named(listening, [first]), *named(listening, [second], Fate.LOST)]
    with pytest.raises(InvalidInput) as refused:
        listening.write(
            lambda uow: tell_check_in(uow, cast.agent, number, {cast.tables: counted}, units=told)
        )
    assert {error.field for error in refused.value.errors} == fields
    assert still_out(listening, cast, number) == [first, second]


def test_pieces_without_a_number_leave_room_between_units_and_counts(
    listening: Database, cast: Cast, tables: list[int]
) -> None:
    number = out(listening, cast, tables[:1], 3)
    told, counted = named(listening, tables[:1]), {cast.tables: Counted(returned=2, lost=1)}
    listening.write(lambda uow: tell_check_in(uow, cast.agent, number, counted, units=told))
    assert told_of(listening, cast, number) == [(1, Fate.BACK)]


def test_what_was_counted_before_may_be_named_later(
    listening: Database, cast: Cast, tables: list[int]
) -> None:
    number = out(listening, cast, tables[:3], 3)
    one = {cast.tables: Counted(returned=1)}
    listening.write(lambda uow: tell_check_in(uow, cast.agent, number, one))
    assert len(still_out(listening, cast, number)) == 3  # nobody knows which one it was
    told = named(listening, tables[:2])
    listening.write(lambda uow: tell_check_in(uow, cast.agent, number, one, units=told))
    assert still_out(listening, cast, number) == tables[2:3]


def test_what_contradicts_another_statement_is_kept_with_its_units_and_may_count_later(
    listening: Database, cast: Cast, tables: list[int], clock: FixedClock
) -> None:
    first, second, *_ = tables
    number = out(listening, cast, [first, second], 2)
    clock.instant = MONDAY
    one, told = {cast.tables: Counted(returned=1)}, named(listening, [first])
    listening.write(lambda uow: tell_check_in(uow, cast.manager, number, one, units=told))
    late, gone = {cast.tables: Counted(lost=1)}, named(listening, [second], Fate.LOST)
    seen = Circumstances(seen_at=FRIDAY + HOUR)
    kept = listening.write(
        lambda uow: tell_check_in(uow, cast.agent, number, late, seen, units=gone)
    )
    assert kept.standing is Standing.KEPT
    assert still_out(listening, cast, number) == [second]
    listening.write(lambda uow: adopt_statement(uow, cast.manager, kept.statement_id))
    with listening.read() as uow:
        assert not get_unit(uow, cast.manager, second).is_active


def test_a_statement_that_is_kept_has_changed_nothing(
    listening: Database, cast: Cast, tables: list[int], clock: FixedClock
) -> None:
    number = out(listening, cast, tables[:2], 2)
    clock.instant = MONDAY
    told = named(listening, tables[:2])
    listening.write(lambda uow: tell_check_in(uow, cast.manager, number, units=told))
    seen = Circumstances(seen_at=FRIDAY + HOUR, happened_at=MONDAY)
    other = {cast.tables: Counted(lost=2)}
    gone = named(listening, tables[:2], Fate.LOST)
    kept = listening.write(
        lambda uow: tell_check_in(uow, cast.agent, number, other, seen, units=gone)
    )
    assert kept.standing is Standing.KEPT
    with listening.read() as uow:
        assert get_unit(uow, cast.manager, tables[0]).is_active
        rows = uow.session.get_one(Statement, kept.statement_id).units
        assert [row.fate for row in rows] == [Fate.LOST, Fate.LOST]


STEPS = st.lists(
    st.lists(st.sampled_from([None, Fate.BACK, Fate.DAMAGED, Fate.LOST]), min_size=3, max_size=3),
    max_size=3,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(numbered=st.integers(0, 3), steps=STEPS)
def test_units_and_pieces_agree_after_every_return(
    listening: Database,
    cast: Cast,
    clock: FixedClock,
    numbered: int,
    steps: list[list[Fate | None]],
) -> None:
    """Each step tells of the three pieces what became of them; some of them have numbers."""
    clock.instant = max(clock.instant, FRIDAY) + WEEK
    units = three_more(listening, cast)[:numbered]
    end = clock.instant + timedelta(days=3)
    number = approved(listening, cast, {cast.tables: 3}, start=clock.instant, end=end)
    told = named(listening, units)
    listening.write(lambda uow: tell_check_out(uow, cast.agent, number, units=told))
    missing = set(range(3))
    for step in [*steps, [Fate.BACK] * 3]:
        fates = {piece: fate for piece in sorted(missing) if (fate := step[piece]) is not None}
        if not fates:
            continue
        missing -= fates.keys()
        tell_back(listening, cast, number, units, fates)
        with listening.read() as uow:
            (line,) = uow.session.get_one(Booking, number).lines
            rows = assignments_of(uow, [line.id])
            assert away(line) == len(missing)
            assert [row.unit_id for row in rows if row.is_out] == [
                unit for piece, unit in enumerate(units) if piece in missing
            ]


def tell_back(
    database: Database, cast: Cast, booking: int, units: list[int], fates: dict[int, Fate]
) -> None:
    numbers = list(fates.values())
    counted = Counted(
        returned=numbers.count(Fate.BACK),
        damaged=numbers.count(Fate.DAMAGED),
        lost=numbers.count(Fate.LOST),
    )
    told = [
        UnitTold(code_of(database, units[piece]), fate=fate)
        for piece, fate in fates.items()
        if piece < len(units)
    ]
    database.write(
        lambda uow: tell_check_in(uow, cast.agent, booking, {cast.tables: counted}, units=told)
    )


def three_more(database: Database, cast: Cast) -> list[int]:
    """Buy three tables and number them: what is lost or broken is missed by no later example."""

    def bought(uow: UnitOfWork) -> list[Unit]:
        move_stock(uow, cast.manager, cast.tables, 3, uow.now, "Achat")
        number = next_unit_number(uow, cast.tables)
        return add_units(uow, cast.manager, cast.tables, number, 3)

    return [unit.id for unit in database.write(bought)]
