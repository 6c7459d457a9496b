"""Nothing is granted past the proof without a reason, and the reason is kept."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from lending.bookings.decisions import approve_booking, put_on_waiting_list
from lending.bookings.detail import get_booking
from lending.bookings.facts import Although
from lending.bookings.models import Logistics
from lending.bookings.states import State
from lending.bookings.waiting import serve_everyone
from lending.db.database import Database
from lending.errors import InvalidInput
from lending.logistics.means.fleet import add_outage
from lending.logistics.overruling import CapacityExceeded, OverruleView, overrules_of
from tests.bookings.steps import held_by, moves_of, state_of
from tests.factories import Cast, approved, submitted
from tests.logistics.crews import FRIDAY, MONDAY, Yard, build_short_friday
from tests.logistics.stages import make_stage

SET_UP = {"logistics": Logistics.DELIVERY_SETUP}
BECAUSE = "Renfort de la commune voisine."


@pytest.fixture
def yard(database: Database, cast: Cast) -> Yard:
    return build_short_friday(database, cast)


@pytest.fixture
def stage(database: Database, cast: Cast) -> int:
    return make_stage(database, cast)


@pytest.fixture
def too_much(database: Database, cast: Cast, yard: Yard, stage: int) -> int:
    """A request for five elements, on a Friday that holds no more than the four granted."""
    approved(database, cast, {stage: 4}, **SET_UP)
    return submitted(database, cast, {stage: 5}, **SET_UP)


def approve(database: Database, cast: Cast, number: int, **more: object) -> None:
    database.write(lambda uow: approve_booking(uow, cast.manager, number, **more))


def overrules(database: Database, cast: Cast, number: int) -> dict[str, OverruleView]:
    with database.read() as uow:
        found = overrules_of(uow, number)
        history = get_booking(uow, cast.manager, number).history
    return {line.move: found[line.id] for line in history if line.id in found}


def test_what_cannot_fit_is_not_granted_without_a_reason(
    database: Database, cast: Cast, stage: int, too_much: int
) -> None:
    for reason in ("", "  "):
        with pytest.raises(CapacityExceeded) as caught:
            approve(database, cast, too_much, although=Although(capacity=reason))
        (error,) = caught.value.errors
        assert error.field == "capacity_reason"
        assert dict(error.data)["available"] == "3.5"
        assert caught.value.outlook.worst is not None
    assert isinstance(caught.value, InvalidInput)
    assert state_of(database, too_much) is State.SUBMITTED
    assert moves_of(database, too_much) == ["create", "submit"]
    assert held_by(database, too_much)[stage][1].value == "option"


def test_with_a_reason_it_is_granted_and_kept_with_the_figures(
    database: Database, cast: Cast, too_much: int
) -> None:
    approve(database, cast, too_much, although=Although(capacity=f" {BECAUSE} "))
    assert state_of(database, too_much) is State.APPROVED
    found = overrules(database, cast, too_much)
    assert list(found) == ["approve"]
    kept = found["approve"]
    assert (kept.reason, kept.first_day, kept.last_day) == (BECAUSE, FRIDAY, FRIDAY)
    assert kept.work_minutes > kept.available_minutes == 210


def test_a_part_that_fits_needs_no_such_reason(
    database: Database, cast: Cast, stage: int, too_much: int
) -> None:
    with pytest.raises(CapacityExceeded):
        approve(database, cast, too_much, granted={stage: 4}, reason="Le reste est prêté.")
    approve(database, cast, too_much, granted={stage: 1}, reason="Le reste est prêté.")
    assert state_of(database, too_much) is State.PARTLY_APPROVED
    assert overrules(database, cast, too_much) == {}


def test_a_reason_that_nothing_asks_for_is_not_kept(
    database: Database, cast: Cast, yard: Yard, stage: int
) -> None:
    number = submitted(database, cast, {stage: 1}, **SET_UP)
    approve(database, cast, number, although=Although(capacity=BECAUSE))
    assert overrules(database, cast, number) == {}


def test_where_no_crew_is_planned_nothing_is_asked(
    database: Database, cast: Cast, stage: int
) -> None:
    number = submitted(database, cast, {stage: 40}, **SET_UP)
    approve(database, cast, number)
    assert state_of(database, number) is State.APPROVED


def test_the_waiting_list_is_served_and_the_grant_that_follows_is_judged(
    database: Database, cast: Cast, too_much: int
) -> None:
    database.write(lambda uow: put_on_waiting_list(uow, cast.manager, too_much, "À voir."))
    assert database.write(serve_everyone) == 1
    assert state_of(database, too_much) is State.SUBMITTED
    with pytest.raises(CapacityExceeded):
        approve(database, cast, too_much)


def test_what_is_collected_at_the_depot_takes_no_hours_of_the_day_that_is_full(
    database: Database, cast: Cast, too_much: int, stage: int
) -> None:
    collected = submitted(database, cast, {stage: 5})
    approve(database, cast, collected)
    assert state_of(database, collected) is State.APPROVED


def test_two_grants_at_the_same_moment_do_not_both_take_the_last_hours(
    database: Database, cast: Cast, yard: Yard, stage: int
) -> None:
    numbers = [submitted(database, cast, {stage: 4}, **SET_UP) for _ in range(2)]
    numbers.append(submitted(database, cast, {cast.chairs: 90}, **SET_UP))

    def grant(number: int) -> bool:
        try:
            approve(database, cast, number)
        except CapacityExceeded:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        granted = list(pool.map(grant, numbers))
    assert granted.count(True) < 3
    with database.read() as uow:
        assert all(not overrules_of(uow, number) for number in numbers)


def test_what_no_crew_can_do_takes_a_reason_too(database: Database, cast: Cast, yard: Yard) -> None:
    stop = (MONDAY, MONDAY + timedelta(days=20), "Freins")
    database.write(lambda uow: add_outage(uow, cast.manager, yard.lorry, *stop).id)
    number = submitted(database, cast, {cast.chairs: 10}, logistics=Logistics.DELIVERY)
    with pytest.raises(CapacityExceeded) as caught:
        approve(database, cast, number)
    assert caught.value.errors[0].data == ()
    approve(database, cast, number, although=Although(capacity=BECAUSE))
    kept = overrules(database, cast, number)["approve"]
    assert (kept.reason, kept.first_day, kept.work_minutes) == (BECAUSE, None, 0)
