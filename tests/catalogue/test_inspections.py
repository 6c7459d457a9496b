"""Inspections: when each is due, what is found, what is listed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from lending.catalogue.conditions import Condition
from lending.catalogue.inspection_queries import inspections_due, register_of
from lending.catalogue.inspections import (
    Done,
    ask_for_inspection,
    end_inspection_kind,
    record_inspection,
)
from lending.catalogue.unit_models import Result
from lending.catalogue.unit_queries import get_unit
from lending.catalogue.units import UnitDetails, retire_unit
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput
from tests.factories import NOW, Cast
from tests.support.units import inspected, number_pieces

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = NOW.date()


def test_the_next_one_is_due_after_the_period_or_earlier_if_the_body_says_so(
    database: Database, cast: Cast
):
    first, second = number_pieces(database, cast.stage, 2)
    kind = inspected(database, cast.stage, [first], date(2025, 3, 10), months=12)
    sooner = Done(date(2025, 3, 10), "Contrôle", next_due=date(2025, 9, 1))
    database.write(lambda uow: record_inspection(uow, cast.other_manager, kind, [second], sooner))
    with database.read() as uow:
        due = {each.unit_id: each.due.due_on for each in inspections_due(uow, date(2026, 3, 10))}
    assert due == {first: date(2026, 3, 10), second: date(2025, 9, 1)}


def test_what_was_never_inspected_is_due_at_once_unless_it_is_new(database: Database, cast: Cast):
    (old,) = number_pieces(database, cast.tent, 1)
    number_pieces(database, cast.stage, 1, UnitDetails(acquired_on=date(2025, 6, 1)))
    inspected(database, cast.tent, [], TODAY)
    inspected(database, cast.stage, [], TODAY)
    with database.read() as uow:
        assert [each.unit_id for each in inspections_due(uow, TODAY)] == [old]
        assert len(inspections_due(uow, date(2027, 6, 1))) == 2
        assert inspections_due(uow, TODAY, [cast.agglomeration]) == []


def test_a_failed_inspection_puts_the_unit_out_of_use(database: Database, cast: Cast):
    (unit,) = number_pieces(database, cast.tent, 1)
    kind = inspected(database, cast.tent, [unit], date(2026, 1, 5))
    failed = Done(TODAY, "Bureau de contrôle", Result.FAILED, "Toile déchirée")
    database.write(lambda uow: record_inspection(uow, cast.manager, kind, [unit], failed))
    with database.read() as uow:
        view = get_unit(uow, cast.manager, unit)
        lines = register_of(uow, cast.manager, unit)
        assert [each.due.has_failed for each in inspections_due(uow, TODAY)] == [True]
    assert view.condition is Condition.UNUSABLE
    assert not view.is_fit_until(TODAY)
    assert [(line.result, line.written_by) for line in lines] == [
        (Result.FAILED, "Marc"),
        (Result.PASSED, "Tréteau"),
    ]


def test_what_is_retired_or_asked_for_no_more_is_not_due(database: Database, cast: Cast):
    (tent,) = number_pieces(database, cast.tent, 1)
    number_pieces(database, cast.stage, 1)
    inspected(database, cast.tent, [], TODAY)
    kind = inspected(database, cast.stage, [], TODAY)
    database.write(lambda uow: retire_unit(uow, cast.manager, tent, "Vendue"))
    database.write(lambda uow: end_inspection_kind(uow, cast.other_manager, kind))
    with database.read() as uow:
        assert inspections_due(uow, TODAY) == []


@pytest.mark.parametrize(
    ("done", "field"),
    [
        (Done(date(2026, 3, 3), "X"), "done_on"),
        (Done(TODAY, " "), "body"),
        (Done(TODAY, "X", Result.FAILED), "remarks"),
        (Done(TODAY, "X", next_due=date(2029, 1, 1)), "next_due"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    database: Database, cast: Cast, done: Done, field: str
):
    (unit,) = number_pieces(database, cast.tent, 1)
    kind = inspected(database, cast.tent, [], TODAY)
    with pytest.raises(InvalidInput) as refused:
        database.write(lambda uow: record_inspection(uow, cast.manager, kind, [unit], done))
    assert [error.field for error in refused.value.errors] == [field]


def test_what_is_done_today_is_done_by_the_calendar_of_the_lender(
    database: Database, cast: Cast, clock: FixedClock
):
    (unit,) = number_pieces(database, cast.tent, 1)
    kind = inspected(database, cast.tent, [], TODAY)
    clock.instant = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)  # in Paris it is the 1st of July
    done = Done(date(2026, 7, 1), "Apave")
    database.write(lambda uow: record_inspection(uow, cast.manager, kind, [unit], done))
    tomorrow = replace(done, done_on=date(2026, 7, 2))
    with pytest.raises(InvalidInput):
        database.write(lambda uow: record_inspection(uow, cast.manager, kind, [unit], tomorrow))


def test_another_lender_cannot_write_into_the_register(database: Database, cast: Cast):
    with pytest.raises(Forbidden):
        database.write(
            lambda uow: ask_for_inspection(uow, cast.other_manager, cast.tent, "CTS 34", 24)
        )
