"""Numbered units: their numbers, their labels, their history."""

from contextlib import nullcontext
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from calendars.intervals import Interval
from lending.availability.answers import free_for_loan
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_models import Happening, Unit
from lending.catalogue.unit_queries import (
    get_unit,
    history_of_unit,
    list_units,
    next_unit_number,
    tally_of,
    unit_of_code,
)
from lending.catalogue.units import (
    UnitDetails,
    add_units,
    edit_unit,
    restore_unit,
    retire_unit,
)
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound
from tests.factories import FRIDAY, MONDAY, Cast
from tests.support.units import number_pieces

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_many_numbers_are_given_at_once_each_with_its_own_code(database: Database, cast: Cast):
    number_pieces(database, cast.tables, 20)
    with database.read() as uow:
        units = list_units(uow, cast.manager, cast.tables)
        assert [unit.number for unit in units] == list(range(1, 21))
        assert len({unit.code for unit in units}) == 20
        assert unit_of_code(uow, units[4].code.lower()).number == 5
        assert next_unit_number(uow, cast.tables) == 21


def test_a_number_is_never_given_twice_not_even_after_retirement(database: Database, cast: Cast):
    first, _ = number_pieces(database, cast.tables, 2)
    database.write(lambda uow: retire_unit(uow, cast.manager, first, "Plateau fendu"))
    with pytest.raises(InvalidInput) as refused:
        database.write(lambda uow: add_units(uow, cast.manager, cast.tables, 1, 1))
    assert refused.value.errors[0].field == "first"


@pytest.mark.parametrize(("first", "count"), [(99_999, 1), (99_800, 200)])
def test_numbers_go_up_to_the_largest_and_it_is_said_which_that_is(
    database: Database, cast: Cast, first: int, count: int
):
    with pytest.raises(InvalidInput, match="99999"):
        database.write(lambda uow: add_units(uow, cast.manager, cast.tables, first + 1, count))
    made = database.write(lambda uow: len(add_units(uow, cast.manager, cast.tables, first, count)))
    assert made == count


def test_what_is_bought_today_is_bought_by_the_calendar_of_the_lender(
    database: Database, cast: Cast, clock: FixedClock
):
    clock.instant = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)  # in Paris it is the 1st of July
    for day, is_known in ((date(2026, 7, 1), True), (date(2026, 7, 2), False)):
        details = UnitDetails(acquired_on=day)
        with nullcontext() if is_known else pytest.raises(InvalidInput):
            database.write(
                lambda uow, d=details: add_units(uow, cast.manager, cast.tables, 1, 1, d)
            )


def test_numbers_change_nothing_of_what_can_be_lent(database: Database, cast: Cast):
    first, *_ = number_pieces(database, cast.tables, 3)
    database.write(lambda uow: retire_unit(uow, cast.manager, first, "Volée"))
    with database.read() as uow:
        period = Interval(FRIDAY, MONDAY)
        assert free_for_loan(uow, period, item_ids=[cast.tables])[cast.tables].free == 20
        tally = tally_of(uow, cast.tables)
    assert (tally.active, tally.stock, tally.unnumbered) == (2, 20, 18)


def test_the_history_tells_who_did_what(database: Database, cast: Cast):
    (unit,) = number_pieces(database, cast.tent, 1)
    worn = UnitDetails(condition=Condition.FAIR, acquired_on=date(2024, 5, 2), serial="T-778")
    database.write(lambda uow: edit_unit(uow, cast.manager, unit, worn))
    database.write(lambda uow: retire_unit(uow, cast.manager, unit, "Armature pliée"))
    database.write(lambda uow: restore_unit(uow, cast.manager, unit))
    with database.read() as uow:
        lines = history_of_unit(uow, cast.manager, unit)
        assert get_unit(uow, cast.manager, unit).serial == "T-778"
    assert [(line.kind, line.condition) for line in lines] == [
        (Happening.RESTORED, None),
        (Happening.RETIRED, None),
        (Happening.CONDITION, Condition.FAIR),
        (Happening.MADE, Condition.GOOD),
    ]
    assert (lines[1].actor, lines[1].detail) == ("Marc", "Armature pliée")


def test_only_those_who_keep_the_stock_number_it(database: Database, cast: Cast):
    for somebody in (cast.alice, cast.front_desk, cast.other_manager):
        with pytest.raises(Forbidden):
            database.write(lambda uow, who=somebody: add_units(uow, who, cast.tables, 1, 1))
    with database.read() as uow, pytest.raises(Forbidden):
        list_units(uow, cast.alice, cast.tables)


def test_a_sound_code_that_no_unit_has_is_not_found(database: Database, cast: Cast):
    (unit,) = number_pieces(database, cast.tent, 1)

    def forget(uow):
        uow.session.delete(uow.session.scalars(select(Unit)).one())

    with database.read() as uow:
        code = get_unit(uow, cast.manager, unit).code
    database.write(forget)
    with database.read() as uow, pytest.raises(NotFound):
        unit_of_code(uow, code)
