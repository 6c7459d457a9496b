"""An authority counts with its own rates, and what has not begun follows them."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.bookings.models import Logistics
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput
from lending.logistics.kinds import TaskKind, TaskState
from lending.logistics.models import Task
from lending.logistics.rates import ALL, RatesView, rates_of, see_rates
from lending.logistics.rating import set_rates
from lending.logistics.work import RATES
from tests.factories import Cast, approved, submitted


def view(database: Database, cast: Cast) -> RatesView:
    with database.read() as uow:
        return see_rates(uow, cast.manager, cast.town)


def change(database: Database, actor: Principal, town: int, told: Mapping[str, int | None]) -> int:
    return database.write(lambda uow: set_rates(uow, actor, town, told))


def minutes(database: Database, booking: int) -> dict[TaskKind, int]:
    with database.read() as uow:
        rows = uow.session.execute(
            select(Task.kind, Task.minutes).where(Task.booking_id == booking)
        )
        return {row.kind: row.minutes for row in rows}


def delivered(database: Database, cast: Cast) -> int:
    return approved(database, cast, {cast.chairs: 40}, logistics=Logistics.DELIVERY)


def test_every_rate_has_bounds_around_its_default() -> None:
    for bounds in ALL.values():
        assert bounds.least <= bounds.default <= bounds.most
        assert bounds.default * bounds.scale == getattr(RATES, bounds.name)
    paces = {f"pace_{kind.value}" for kind in TaskKind}
    assert paces <= set(ALL)


def test_until_something_is_set_the_defaults_hold(database: Database, cast: Cast) -> None:
    with database.read() as uow:
        assert rates_of(uow, cast.town) == RATES
    assert view(database, cast).values == {}


def test_what_has_not_begun_is_computed_again_and_keeps_its_number(
    database: Database, cast: Cast
) -> None:
    booking = delivered(database, cast)
    before = minutes(database, booking)
    assert view(database, cast).open_tasks == 4

    def begin(uow) -> list[int]:
        tasks = uow.session.scalars(select(Task).order_by(Task.id)).all()
        tasks[0].state = TaskState.STARTED
        return [task.id for task in tasks]

    numbers = database.write(begin)
    assert change(database, cast.manager, cast.town, {"fixed_minutes": 45}) == 1
    after = minutes(database, booking)
    assert after[TaskKind.PREPARE] == before[TaskKind.PREPARE]
    assert after[TaskKind.DELIVER] == before[TaskKind.DELIVER] + 30
    assert view(database, cast).open_tasks == 3
    with database.read() as uow:
        assert list(uow.session.scalars(select(Task.id).order_by(Task.id))) == numbers


def test_a_pace_concerns_its_kind_only(database: Database, cast: Cast) -> None:
    booking = delivered(database, cast)
    before = minutes(database, booking)
    change(database, cast.manager, cast.town, {"pace_collect": 200})
    after = minutes(database, booking)
    assert after.pop(TaskKind.COLLECT) == 2 * before.pop(TaskKind.COLLECT)
    assert after == before


def test_a_later_booking_follows_the_rates_and_another_authority_does_not(
    database: Database, cast: Cast
) -> None:
    change(database, cast.manager, cast.town, {"crew_on_site": 3})
    booking = delivered(database, cast)
    with database.read() as uow:
        crew = select(Task.crew).where(Task.booking_id == booking)
        assert uow.session.scalar(crew.where(Task.kind == TaskKind.DELIVER)) == 3
        assert rates_of(uow, cast.agglomeration) == RATES


def test_a_request_gets_no_task_from_new_rates(database: Database, cast: Cast) -> None:
    booking = submitted(database, cast, {cast.chairs: 10}, logistics=Logistics.DELIVERY)
    assert change(database, cast.manager, cast.town, {"fixed_minutes": 20}) == 0
    assert minutes(database, booking) == {}


def test_who_changed_what_is_kept_and_the_default_comes_back(
    database: Database, cast: Cast
) -> None:
    change(database, cast.manager, cast.town, {"trip_weight_g": 800, "fixed_minutes": 15})
    with database.read() as uow:
        assert rates_of(uow, cast.town).trip_weight_g == 800_000
    assert view(database, cast).values == {"trip_weight_g": 800}
    change(database, cast.manager, cast.town, {"trip_weight_g": None})
    last, first = view(database, cast).changes
    assert (first.bounds.name, first.old, first.new) == ("trip_weight_g", None, 800)
    assert (last.old, last.new, last.changed_by) == (800, None, cast.manager.name)
    with database.read() as uow:
        assert rates_of(uow, cast.town) == RATES


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"fixed_minutes": -1}, "fixed_minutes"),
        ({"crew_on_site": 0}, "crew_on_site"),
        ({"lifted_alone_g": 50_000}, "lifted_alone_g"),
    ],
)
def test_what_is_out_of_bounds_is_refused_and_nothing_is_set(
    database: Database, cast: Cast, told: dict[str, int], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        change(database, cast.manager, cast.town, {"piece_seconds": 9, **told})
    assert [error.field for error in refused.value.errors] == [field]
    assert view(database, cast).values == {}


def test_only_who_sees_to_the_means_changes_rates(database: Database, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        change(database, cast.other_manager, cast.town, {"fixed_minutes": 20})
