"""Kits are asked for by the unit, and become lines that are counted like all others."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.intervals import Interval
from lending.availability.answers import Wanted
from lending.availability.kits import kits_from, kits_with_free
from lending.availability.models import HoldKind
from lending.bookings.changes import change_booking
from lending.bookings.decisions import approve_booking
from lending.bookings.drafts import copy_booking, set_line
from lending.bookings.errors import StockConflict
from lending.bookings.kits import set_kit
from lending.bookings.models import Booking
from lending.bookings.submission import submit_booking
from lending.bookings.ties import units_of
from lending.catalogue.kits import KitDetails, edit_kit, list_kits, retire_kit
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotAllowedNow, NotFound
from tests.bookings.steps import held_by, lines_of
from tests.factories import FRIDAY, MONDAY, Cast, approved, draft
from tests.support.kits import make_kit


def ask(database: Database, cast: Cast, number: int, kit: int, units: int) -> None:
    database.write(lambda uow: set_kit(uow, cast.alice, number, kit, units))


def kits_of(database: Database, number: int) -> dict[int, int]:
    with database.read() as uow:
        return units_of(uow.session.get_one(Booking, number))


def requested(database: Database, number: int) -> dict[int, int]:
    return {item: asked for item, (asked, _) in lines_of(database, number).items()}


def test_two_kits_become_lines_of_their_parts_and_zero_takes_them_out(
    database: Database, cast: Cast
) -> None:
    kit = make_kit(database, cast)
    number = draft(database, cast, {cast.chairs: 10, cast.tables: 1})
    ask(database, cast, number, kit, 2)
    assert requested(database, number) == {cast.chairs: 10, cast.tables: 17, cast.barriers: 8}
    assert kits_of(database, number) == {kit: 2}
    ask(database, cast, number, kit, 1)
    assert requested(database, number) == {cast.chairs: 10, cast.tables: 9, cast.barriers: 4}
    ask(database, cast, number, kit, 0)
    assert requested(database, number) == {cast.chairs: 10, cast.tables: 1}
    assert kits_of(database, number) == {}


def test_more_pieces_leave_the_kit_and_fewer_make_it_pieces(database: Database, cast: Cast) -> None:
    kit = make_kit(database, cast)
    number = draft(database, cast, {cast.chairs: 10})
    ask(database, cast, number, kit, 2)
    database.write(lambda uow: set_line(uow, cast.alice, number, cast.tables, 20))
    assert kits_of(database, number) == {kit: 2}
    database.write(lambda uow: set_line(uow, cast.alice, number, cast.tables, 15))
    assert kits_of(database, number) == {}
    assert requested(database, number)[cast.barriers] == 8
    ask(database, cast, number, kit, 1)
    database.write(lambda uow: set_line(uow, cast.alice, number, cast.barriers, 0))
    assert kits_of(database, number) == {}
    assert requested(database, number) == {cast.chairs: 10, cast.tables: 23}


def test_what_was_asked_for_keeps_the_recipe_of_its_time(database: Database, cast: Cast) -> None:
    kit = make_kit(database, cast)
    number = draft(database, cast, {})
    ask(database, cast, number, kit, 1)
    new = KitDetails("SCENE", "Scène", {cast.tables: 2})
    database.write(lambda uow: edit_kit(uow, cast.manager, kit, new))
    assert requested(database, number) == {cast.tables: 8, cast.barriers: 4}
    ask(database, cast, number, kit, 3)
    assert requested(database, number) == {cast.tables: 6}


def test_a_kit_holds_its_parts_and_is_refused_where_one_is_short(
    database: Database, cast: Cast
) -> None:
    kit = make_kit(database, cast)
    number = draft(database, cast, {})
    ask(database, cast, number, kit, 2)
    database.write(lambda uow: submit_booking(uow, cast.alice, number))
    assert held_by(database, number) == {
        cast.tables: (16, HoldKind.OPTION),
        cast.barriers: (8, HoldKind.OPTION),
    }
    other = draft(database, cast, {}, organisation=cast.club)
    database.write(lambda uow: set_kit(uow, cast.bob, other, kit, 1))
    with pytest.raises(StockConflict) as short:
        database.write(lambda uow: submit_booking(uow, cast.bob, other))
    assert [line.item_id for line in short.value.lines] == [cast.tables]
    database.write(lambda uow: approve_booking(uow, cast.manager, number))
    assert kits_of(database, number) == {kit: 2}
    with pytest.raises(NotAllowedNow):
        ask(database, cast, number, kit, 1)


def test_a_change_that_takes_from_a_kit_that_was_sent_makes_it_pieces(
    database: Database, cast: Cast
) -> None:
    kit = make_kit(database, cast)
    number = draft(database, cast, {})
    ask(database, cast, number, kit, 1)
    database.write(lambda uow: submit_booking(uow, cast.alice, number))
    same = [Wanted(cast.tables, 8), Wanted(cast.barriers, 4), Wanted(cast.chairs, 3)]
    database.write(lambda uow: change_booking(uow, cast.alice, number, lines=same))
    assert kits_of(database, number) == {kit: 1}
    database.write(lambda uow: change_booking(uow, cast.alice, number, lines=same[1:]))
    assert kits_of(database, number) == {}


def test_a_copy_asks_for_the_same_kits(database: Database, cast: Cast) -> None:
    kit = make_kit(database, cast)
    number = draft(database, cast, {cast.tables: 1})
    ask(database, cast, number, kit, 2)
    days = timedelta(days=28)
    copied = database.write(
        lambda uow: copy_booking(uow, cast.alice, number, FRIDAY + days, MONDAY + days).id
    )
    assert kits_of(database, copied) == {kit: 2}
    assert requested(database, copied) == {cast.tables: 17, cast.barriers: 8}


def test_kits_that_are_not_lent_or_not_ones_own_to_ask_for_are_refused(
    database: Database, cast: Cast
) -> None:
    kit = make_kit(database, cast)
    number = draft(database, cast, {})
    for units in (-1, 1001):
        with pytest.raises(InvalidInput):
            ask(database, cast, number, kit, units)
    with pytest.raises(NotFound):
        ask(database, cast, number, 999, 1)
    with pytest.raises(NotFound):
        database.write(lambda uow: set_kit(uow, cast.bob, number, kit, 1))
    with pytest.raises(Forbidden):
        database.write(lambda uow: set_kit(uow, cast.auditor, number, kit, 1))
    away = draft(database, cast, {}, authority=cast.agglomeration)
    with pytest.raises(InvalidInput):
        ask(database, cast, away, kit, 1)
    ask(database, cast, number, kit, 1)
    database.write(lambda uow: retire_kit(uow, cast.manager, kit))
    with pytest.raises(InvalidInput):
        ask(database, cast, number, kit, 2)
    ask(database, cast, number, kit, 0)
    assert requested(database, number) == {}


def test_as_many_kits_are_free_as_the_scarcest_part_allows_for_the_dates(
    database: Database, cast: Cast
) -> None:
    make_kit(database, cast)
    approved(database, cast, {cast.tables: 5})
    with database.read() as uow:
        kits = list_kits(uow)
        (then,) = kits_with_free(uow, kits, Interval(FRIDAY, MONDAY))
        days = timedelta(days=60)
        (later,) = kits_with_free(uow, kits, Interval(FRIDAY + days, MONDAY + days))
        (ever,) = kits_with_free(uow, kits, None)
        assert kits_with_free(uow, (), None) == []
    assert (then.free, then.stock) == (1, 2)
    assert later.free == 2
    assert (ever.free, ever.stock) == (None, 2)


@given(
    st.dictionaries(st.integers(1, 5), st.integers(1, 20), min_size=1),
    st.dictionaries(st.integers(1, 5), st.integers(-30, 200)),
)
def test_so_many_kits_can_be_made_and_not_one_more(
    recipe: dict[int, int], pieces: dict[int, int]
) -> None:
    made = kits_from(pieces, recipe)
    assert made >= 0
    assert made == 0 or all(pieces[item] >= made * each for item, each in recipe.items())
    assert any(pieces.get(item, 0) < (made + 1) * each for item, each in recipe.items())
