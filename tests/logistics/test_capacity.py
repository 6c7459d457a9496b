"""What a booking would do to the crews' days is told before it is granted."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from lending.accounts.permissions import SYSTEM
from lending.bookings.decisions import approve_booking
from lending.bookings.facts import Although
from lending.bookings.models import Logistics
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden, NotFound
from lending.logistics.capacity import outlook_of, which_cannot_fit
from lending.logistics.kinds import TaskKind
from lending.logistics.means.fleet import add_outage
from lending.logistics.outlook import Outlook
from lending.logistics.planner.plans import Why
from tests.factories import FRIDAY as LOAN_BEGINS
from tests.factories import Cast, approved, submitted
from tests.logistics.crews import (
    FRIDAY,
    MONDAY,
    NEXT_MONDAY,
    Yard,
    build_short_friday,
    build_yard,
)
from tests.logistics.stages import make_stage

DAY = timedelta(days=1)


@pytest.fixture
def yard(database: Database, cast: Cast) -> Yard:
    return build_short_friday(database, cast)


@pytest.fixture
def stage(database: Database, cast: Cast) -> int:
    """A stage whose every element takes two people half an hour to set up."""
    return make_stage(database, cast)


SET_UP = {"logistics": Logistics.DELIVERY_SETUP}


def seen(database: Database, number: int, granted: dict[int, int] | None = None) -> Outlook | None:
    with database.read() as uow:
        return outlook_of(uow, SYSTEM, number, granted)


def told(database: Database, number: int, granted: dict[int, int] | None = None) -> Outlook:
    found = seen(database, number, granted)
    assert found is not None
    return found


def test_where_nobody_plans_crews_nothing_is_said(
    database: Database, cast: Cast, stage: int
) -> None:
    assert seen(database, submitted(database, cast, {stage: 40}, **SET_UP)) is None


def test_a_week_without_crews_is_told_and_proves_nothing(
    database: Database, cast: Cast, stage: int
) -> None:
    build_yard(database, cast)
    found = told(database, submitted(database, cast, {stage: 40}, **SET_UP))
    assert found == Outlook((), unplanned=(MONDAY, NEXT_MONDAY))
    assert found.fits


def test_each_day_tells_its_hours_what_is_asked_and_what_comes_on_top(
    database: Database, cast: Cast, yard: Yard, stage: int
) -> None:
    approved(database, cast, {stage: 2}, **SET_UP)
    found = told(database, submitted(database, cast, {stage: 1}, **SET_UP))
    assert found.fits
    assert (found.impossible, found.better) == ((), ())
    days = {load.day: load for load in found.days}
    assert list(days) == [
        MONDAY + 2 * DAY,
        MONDAY + 3 * DAY,
        FRIDAY,
        NEXT_MONDAY,
        NEXT_MONDAY + DAY,
    ]
    friday = days[FRIDAY]
    assert (friday.crews, friday.vehicles, friday.available) == (1, 1, 210)
    assert friday.asked > friday.added > 0, "two elements take longer than one"
    assert days[MONDAY + 2 * DAY].available == 540


def test_a_day_that_cannot_hold_it_is_told_with_its_hours_and_better_dates(
    database: Database, cast: Cast, yard: Yard, stage: int
) -> None:
    approved(database, cast, {stage: 4}, **SET_UP)
    found = told(database, submitted(database, cast, {stage: 5}, **SET_UP))
    assert not found.fits
    (overload,) = found.overloads
    assert (overload.days, overload.available, overload.is_older) == ((FRIDAY,), 210, False)
    assert overload.work > 210
    assert overload.crews == (), "everybody who works that day"
    friday = next(load for load in found.days if load.day == FRIDAY)
    assert friday.over == overload.work - overload.available
    paris = ZoneInfo("Europe/Paris")
    begins = [loan.start.astimezone(paris).date() for loan in found.better]
    nearest = [NEXT_MONDAY, NEXT_MONDAY + DAY]
    assert begins == nearest, "it neither begins nor ends on a day without a crew"


def test_dates_at_which_the_equipment_is_lent_are_not_better(
    database: Database, cast: Cast, yard: Yard, stage: int
) -> None:
    approved(database, cast, {stage: 4}, **SET_UP)
    number = submitted(database, cast, {stage: 5}, **SET_UP)
    submitted(database, cast, {stage: 36}, start=LOAN_BEGINS + 3 * DAY, end=LOAN_BEGINS + 3.1 * DAY)
    begins = [loan.start for loan in told(database, number).better]
    assert begins[0] == LOAN_BEGINS + 4 * DAY


def test_a_part_that_fits_is_told_to_fit(
    database: Database, cast: Cast, yard: Yard, stage: int
) -> None:
    approved(database, cast, {stage: 4}, **SET_UP)
    number = submitted(database, cast, {stage: 5}, **SET_UP)
    assert not told(database, number).fits
    assert told(database, number, {stage: 1}).fits


def test_what_others_ask_too_much_of_is_told_apart(
    database: Database, cast: Cast, yard: Yard, stage: int
) -> None:
    approved(database, cast, {stage: 4}, **SET_UP)
    older = submitted(database, cast, {stage: 5}, **SET_UP)
    assert not told(database, older).overloads[0].is_older
    anyway = Although(capacity="Renfort demandé.")
    database.write(lambda uow: approve_booking(uow, SYSTEM, older, although=anyway))
    later = told(database, submitted(database, cast, {stage: 1}, **SET_UP))
    assert not later.fits
    assert later.overloads[0].is_older
    elsewhere = {"start": LOAN_BEGINS - 3 * DAY, "end": LOAN_BEGINS - 2 * DAY}
    assert told(database, submitted(database, cast, {stage: 1}, **SET_UP, **elsewhere)).fits


def test_what_no_crew_can_do_is_told_with_the_reason(
    database: Database, cast: Cast, yard: Yard
) -> None:
    days = (MONDAY, NEXT_MONDAY + 6 * DAY, "Freins")
    database.write(lambda uow: add_outage(uow, cast.manager, yard.lorry, *days).id)
    number = submitted(database, cast, {cast.chairs: 10}, logistics=Logistics.DELIVERY)
    found = told(database, number)
    assert not found.fits
    assert [(each.kind, each.reasons and each.reasons.why) for each in found.impossible] == [
        (TaskKind.DELIVER, Why.NO_SKILL),
        (TaskKind.COLLECT, Why.NO_SKILL),
    ]


def test_a_counter_outside_the_crews_hours_can_be_arranged(
    database: Database, cast: Cast, yard: Yard
) -> None:
    saturday = {"start": LOAN_BEGINS + DAY, "end": LOAN_BEGINS + 1.5 * DAY}
    found = told(database, submitted(database, cast, {cast.chairs: 10}, **saturday))
    assert found.fits
    assert TaskKind.HAND_OUT in [each.kind for each in found.impossible]


def test_work_that_may_wait_for_an_unplanned_week_weighs_on_no_other(
    database: Database, cast: Cast, yard: Yard, stage: int
) -> None:
    sunday = {"start": LOAN_BEGINS + 5 * DAY, "end": LOAN_BEGINS + 9 * DAY}
    found = told(database, submitted(database, cast, {stage: 2}, **sunday))
    assert found.fits
    assert found.unplanned == (NEXT_MONDAY + 7 * DAY,)


def test_looking_writes_nothing(database: Database, cast: Cast, yard: Yard, stage: int) -> None:
    number = submitted(database, cast, {stage: 5}, **SET_UP)

    def look(uow: UnitOfWork) -> None:
        outlook_of(uow, SYSTEM, number)
        assert not uow.session.new
        assert not uow.session.dirty

    database.write(look)


def test_only_staff_of_the_authority_looks(database: Database, cast: Cast, yard: Yard) -> None:
    number = submitted(database, cast, {cast.chairs: 10})
    for actor, error in (
        (cast.alice, Forbidden),
        (cast.bob, NotFound),
        (cast.other_manager, NotFound),
    ):
        with database.read() as uow, pytest.raises(error):
            outlook_of(uow, actor, number)


def test_those_that_cannot_fit_are_found_at_once_each_taken_alone(
    database: Database, cast: Cast, yard: Yard, stage: int
) -> None:
    approved(database, cast, {stage: 4}, **SET_UP)
    large = [submitted(database, cast, {stage: 5}, **SET_UP) for _ in range(2)]
    small = [submitted(database, cast, {stage: 1}, **SET_UP) for _ in range(2)]
    later = {"start": LOAN_BEGINS + 60 * DAY, "end": LOAN_BEGINS + 63 * DAY}
    unplanned = submitted(database, cast, {stage: 20}, **SET_UP, **later)
    with database.read() as uow:
        assert which_cannot_fit(uow, [*large, *small, unplanned]) == set(large)
        assert which_cannot_fit(uow, []) == set()
