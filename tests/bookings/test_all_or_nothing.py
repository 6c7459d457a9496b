"""A line of which a part is of no use: all of it, or none, whoever decides."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.availability.alternatives import parts_of
from lending.availability.answers import LineConflict, Wanted
from lending.bookings.changes import change_booking, reduce_booking
from lending.bookings.choices import take_equivalent, take_part
from lending.bookings.conflicts import conflict_of
from lending.bookings.decisions import approve_booking, cancel_booking
from lending.bookings.detail import get_booking
from lending.bookings.drafts import copy_booking, edit_draft, mark_whole, set_line
from lending.bookings.states import State
from lending.catalogue.models import Item
from lending.db.database import Database
from lending.errors import InvalidInput, NotAllowedNow
from tests.bookings.steps import lines_of, state_of
from tests.factories import FRIDAY, MONDAY, Cast, approved, draft, submitted, waiting


def mark(database: Database, cast: Cast, number: int, *items: int) -> None:
    database.write(lambda uow: mark_whole(uow, cast.alice, number, items))


def sent(database: Database, cast: Cast, lines: dict[int, int], *whole: int) -> int:
    """Send a request, some lines of which are of use only whole."""
    wanted = [Wanted(item, quantity, item in whole) for item, quantity in lines.items()]
    number = submitted(database, cast, lines)
    database.write(lambda uow: change_booking(uow, cast.alice, number, lines=wanted))
    return number


def whole_of(database: Database, cast: Cast, number: int) -> set[int]:
    """Return the items of a booking that are of use only whole, as who asked reads it."""
    with database.read() as uow:
        lines = get_booking(uow, cast.alice, number).line_views
        return {line.item_id for line in lines if line.all_or_nothing}


def test_a_draft_says_of_which_items_a_part_is_of_no_use_until_it_is_sent(
    database: Database, cast: Cast
) -> None:
    number = draft(database, cast, {cast.chairs: 30, cast.tables: 5})
    mark(database, cast, number, cast.chairs)
    assert whole_of(database, cast, number) == {cast.chairs}
    mark(database, cast, number, cast.tables)
    assert whole_of(database, cast, number) == {cast.tables}
    with pytest.raises(NotAllowedNow):
        mark(database, cast, submitted(database, cast, {cast.chairs: 3}), cast.chairs)


def test_other_changes_of_the_list_leave_it_as_it_was_said(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 30, cast.tables: 5})
    mark(database, cast, number, cast.chairs)
    database.write(lambda uow: set_line(uow, cast.alice, number, cast.chairs, 20))
    database.write(lambda uow: set_line(uow, cast.alice, number, cast.barriers, 2))
    assert whole_of(database, cast, number) == {cast.chairs}
    twice = [Wanted(cast.chairs, 3, whole=False), Wanted(cast.chairs, 4, whole=True)]
    database.write(lambda uow: edit_draft(uow, cast.alice, number, lines=twice))
    assert whole_of(database, cast, number) == {cast.chairs}
    never = [Wanted(cast.chairs, 3, whole=False)]
    database.write(lambda uow: edit_draft(uow, cast.alice, number, lines=never))
    assert whole_of(database, cast, number) == set()


def test_a_copy_for_other_dates_says_the_same(database: Database, cast: Cast) -> None:
    number = sent(database, cast, {cast.chairs: 30, cast.tables: 5}, cast.chairs)
    days = timedelta(days=28)
    copied = database.write(
        lambda uow: copy_booking(uow, cast.alice, number, FRIDAY + days, MONDAY + days).id
    )
    assert whole_of(database, cast, copied) == {cast.chairs}


def test_granting_a_part_of_it_is_refused_and_names_the_line(
    database: Database, cast: Cast
) -> None:
    number = sent(database, cast, {cast.chairs: 30, cast.tables: 5}, cast.chairs)
    for part in (1, 29):
        with pytest.raises(InvalidInput) as refused:
            database.write(
                lambda uow, n=part: approve_booking(
                    uow, cast.manager, number, {cast.chairs: n}, "Le reste est prêté."
                )
            )
        (error,) = refused.value.errors
        assert error.field == "lines.0.granted"
        assert "Chaise" in error.message % dict(error.data)
    assert state_of(database, number) is State.SUBMITTED


@pytest.mark.parametrize(("chairs", "tables"), [(0, 5), (30, 2), (30, 5)])
def test_all_or_none_of_it_is_granted_and_a_part_of_the_rest(
    database: Database, cast: Cast, chairs: int, tables: int
) -> None:
    number = sent(database, cast, {cast.chairs: 30, cast.tables: 5}, cast.chairs)
    granted = {cast.chairs: chairs, cast.tables: tables}
    database.write(
        lambda uow: approve_booking(uow, cast.manager, number, granted, "Pour une raison.")
    )
    assert lines_of(database, number) == {cast.chairs: (30, chairs), cast.tables: (5, tables)}


def test_the_part_that_is_offered_leaves_it_out_where_it_is_short(
    database: Database, cast: Cast
) -> None:
    approved(database, cast, {cast.chairs: 80, cast.tables: 17})
    number = draft(database, cast, {cast.chairs: 30, cast.tables: 5, cast.barriers: 4})
    mark(database, cast, number, cast.chairs, cast.barriers)
    with database.read() as uow:
        part = {each.item_id: each.quantity for each in conflict_of(uow, cast.alice, number).part}
    assert part == {cast.tables: 3, cast.barriers: 4}
    database.write(lambda uow: take_part(uow, cast.alice, number))
    assert lines_of(database, number) == {cast.tables: (3, None), cast.barriers: (4, None)}


def test_nothing_is_offered_where_all_there_is_is_a_part_of_no_use(
    database: Database, cast: Cast
) -> None:
    approved(database, cast, {cast.chairs: 80})
    number = draft(database, cast, {cast.chairs: 30})
    mark(database, cast, number, cast.chairs)
    with database.read() as uow:
        assert conflict_of(uow, cast.alice, number).part == ()
    with pytest.raises(InvalidInput):
        database.write(lambda uow: take_part(uow, cast.alice, number))


def test_what_stands_in_for_it_makes_it_whole_or_is_not_taken(
    database: Database, cast: Cast
) -> None:
    def alike(uow):
        for number in (cast.chairs, cast.tables):
            uow.session.get_one(Item, number).equivalence_group = "seats"

    database.write(alike)
    approved(database, cast, {cast.chairs: 80})
    number = draft(database, cast, {cast.chairs: 30})
    mark(database, cast, number, cast.chairs)
    database.write(lambda uow: take_equivalent(uow, cast.alice, number, cast.chairs, cast.tables))
    assert lines_of(database, number) == {cast.chairs: (20, None), cast.tables: (10, None)}
    assert whole_of(database, cast, number) == {cast.chairs, cast.tables}

    approved(database, cast, {cast.tables: 15})
    other = draft(database, cast, {cast.chairs: 30})
    mark(database, cast, other, cast.chairs)
    with pytest.raises(InvalidInput):
        database.write(
            lambda uow: take_equivalent(uow, cast.alice, other, cast.chairs, cast.tables)
        )


def test_the_waiting_list_serves_all_of_it_at_once(database: Database, cast: Cast) -> None:
    first = approved(database, cast, {cast.chairs: 60})
    second = approved(database, cast, {cast.chairs: 30})
    number = waiting(database, cast, {cast.chairs: 50})
    wanted = [Wanted(cast.chairs, 50, whole=True)]
    database.write(lambda uow: change_booking(uow, cast.alice, number, lines=wanted))
    database.write(lambda uow: cancel_booking(uow, cast.alice, second, "Il pleut."))
    assert state_of(database, number) is State.WAITLISTED
    database.write(lambda uow: cancel_booking(uow, cast.alice, first, "Il pleut."))
    assert state_of(database, number) is State.SUBMITTED
    assert whole_of(database, cast, number) == {cast.chairs}


def test_the_staff_take_back_all_of_it_or_none_and_who_asked_may_need_less(
    database: Database, cast: Cast
) -> None:
    number = sent(database, cast, {cast.chairs: 30, cast.tables: 5}, cast.chairs)
    database.write(lambda uow: approve_booking(uow, cast.manager, number))

    def reduce(actor, chairs: int) -> None:
        kept = [Wanted(cast.chairs, chairs)]
        database.write(lambda uow: reduce_booking(uow, actor, number, kept, "Elles sont cassées."))

    with pytest.raises(InvalidInput) as refused:
        reduce(cast.manager, 20)
    assert [error.field for error in refused.value.errors] == ["lines.0.quantity"]
    reduce(cast.alice, 25)
    reduce(cast.manager, 0)
    assert lines_of(database, number) == {cast.chairs: (30, 0), cast.tables: (5, 5)}


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(-20, 60), st.booleans()), max_size=8))
def test_of_anything_the_part_is_what_is_free_and_of_what_is_wanted_whole_never_a_part(
    lines: list[tuple[int, int, bool]],
) -> None:
    wanted = [Wanted(item, asked, whole=w) for item, (asked, _, w) in enumerate(lines)]
    conflicts = [
        LineConflict(item, asked, 60, free, (), free)
        for item, (asked, free, _) in enumerate(lines)
        if free < asked
    ]
    for (asked, free, whole), part in zip(lines, parts_of(wanted, conflicts), strict=True):
        most = max(0, min(asked, free))
        assert part.quantity == (most if most == asked or not whole else 0)
