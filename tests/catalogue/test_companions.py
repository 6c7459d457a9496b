"""What goes with what: four weights with each gazebo, two benches with each table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.catalogue.companions import CompanionRule, companions_of, needs_of, set_companions
from lending.catalogue.service import deactivate_item
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound
from tests.factories import Cast


def say(database: Database, cast: Cast, *rules: CompanionRule) -> None:
    database.write(lambda uow: set_companions(uow, cast.manager, cast.tables, rules))


def told(database: Database, *items: int) -> tuple[CompanionRule, ...]:
    with database.read() as uow:
        return companions_of(uow, items)


def test_what_goes_with_an_item_is_said_changed_and_taken_back(
    database: Database, cast: Cast
) -> None:
    chairs = CompanionRule(cast.tables, cast.chairs, 1, 6, is_required=False)
    barriers = CompanionRule(cast.tables, cast.barriers, 4, 1, is_required=True)
    say(database, cast, chairs, barriers)
    assert told(database, cast.tables) == (chairs, barriers)
    more = CompanionRule(cast.tables, cast.chairs, 1, 8, is_required=True)
    say(database, cast, more)
    assert told(database, cast.tables, cast.chairs) == (more,)
    database.write(lambda uow: deactivate_item(uow, cast.manager, cast.chairs))
    assert told(database, cast.tables) == ()


def test_what_makes_no_sense_and_what_is_not_ones_own_is_refused(
    database: Database, cast: Cast
) -> None:
    for other, per, quantity in (
        (cast.tables, 1, 1),
        (cast.stage, 1, 1),
        (999, 1, 1),
        (cast.chairs, 0, 1),
        (cast.chairs, 1, 0),
        (cast.chairs, 1, 10_001),
    ):
        rule = CompanionRule(cast.tables, other, per, quantity, is_required=False)
        with pytest.raises(InvalidInput):
            say(database, cast, rule)
    rule = CompanionRule(cast.tables, cast.chairs, 1, 1, is_required=False)
    with pytest.raises(InvalidInput):
        say(database, cast, rule, rule)
    for actor in (cast.alice, cast.agent, cast.other_manager):
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: set_companions(uow, a, cast.tables, [rule]))
    with pytest.raises(NotFound):
        database.write(lambda uow: set_companions(uow, cast.manager, 999, [rule]))


def test_several_items_that_take_the_same_add_up_and_one_that_requires_it_is_enough() -> None:
    rules = [
        CompanionRule(1, 9, 1, 4, is_required=True),
        CompanionRule(2, 9, 2, 6, is_required=False),
        CompanionRule(3, 9, 1, 50, is_required=False),
    ]
    (need,) = needs_of({1: 3, 2: 3, 9: 10}, rules)
    assert (need.needed, need.there, need.missing) == (12 + 12, 10, 14)
    assert need.is_required
    assert need.with_items == (1, 2)
    assert needs_of({9: 5}, rules) == ()


@given(st.integers(1, 1000), st.integers(1, 50), st.integers(1, 50))
def test_each_group_that_is_begun_takes_its_companions(pieces: int, per: int, each: int) -> None:
    needed = CompanionRule(1, 2, per, each, is_required=False).needed(pieces)
    assert needed % each == 0
    groups = needed // each
    assert (groups - 1) * per < pieces <= groups * per
