"""Go or no-go: the forecast is typed, the decision follows the tents, everybody reads it."""

from datetime import timedelta

import pytest

from lending.bookings.models import Ground, SiteSetting
from lending.bookings.setting import declare_setting
from lending.catalogue.models import Item
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import InvalidInput, NotAllowedNow, NotFound
from lending.safety.reading import notices_of, questions_of
from lending.safety.rules import Code, Level, Question
from lending.safety.wind import check_wind, wind_case
from tests.factories import FRIDAY, Cast, approved, draft


@pytest.fixture
def loan(database: Database, cast: Cast) -> int:
    """Return a granted loan of a tent of 9 m² that stands 55 km/h."""

    def measure(uow) -> None:
        tent = uow.session.get_one(Item, cast.tent)
        tent.tent_area_dm2, tent.can_be_closed, tent.wind_max_kmh = 900, True, 55

    database.write(measure)
    return approved(database, cast, {cast.tent: 1})


def levels(database: Database, booking: int) -> dict[Code, Level]:
    with database.read() as uow:
        return {n.code: n.level for n in notices_of(uow, [booking])[booking]}


def test_scenario_6_75_kmh_at_d_1_is_a_no_go_until_a_better_forecast(
    database: Database, cast: Cast, clock: FixedClock, loan: int
) -> None:
    clock.instant = FRIDAY - timedelta(days=1)
    with pytest.raises(InvalidInput):
        database.write(lambda uow: check_wind(uow, cast.agent, loan, 75, is_go=True))
    database.write(lambda uow: check_wind(uow, cast.agent, loan, 75, is_go=False))
    assert levels(database, loan)[Code.NO_GO] is Level.BLOCKING
    clock.instant += timedelta(hours=6)
    database.write(lambda uow: check_wind(uow, cast.manager, loan, 55, is_go=True))
    assert Code.NO_GO not in levels(database, loan)
    assert levels(database, loan)[Code.GO] is Level.INFO


def test_one_may_hold_back_in_less_wind(
    database: Database, cast: Cast, clock: FixedClock, loan: int
) -> None:
    clock.instant = FRIDAY - timedelta(days=1)
    check = database.write(lambda uow: check_wind(uow, cast.agent, loan, 30, is_go=False))
    assert (check.limit_kmh, check.by_name) == (55, cast.agent.name)
    assert levels(database, loan)[Code.NO_GO] is Level.BLOCKING


def test_nobody_decides_too_early_elsewhere_or_without_a_tent(
    database: Database, cast: Cast, clock: FixedClock, loan: int
) -> None:
    with database.read() as uow, pytest.raises(NotAllowedNow):
        wind_case(uow, cast.manager, loan)
    chairs = approved(database, cast, {cast.chairs: 1})
    clock.instant = FRIDAY - timedelta(days=1)
    with database.read() as uow:
        assert wind_case(uow, cast.manager, loan).limit_kmh == 55
        with pytest.raises(NotAllowedNow):
            wind_case(uow, cast.manager, chairs)
        for stranger in (cast.other_manager, cast.bob, cast.alice):
            with pytest.raises(NotFound):
                wind_case(uow, stranger, loan)


def test_what_is_said_of_the_place_is_kept_with_the_event_also_after_sending(
    database: Database, cast: Cast, loan: int
) -> None:
    with database.read() as uow:
        assert questions_of(uow, loan) == (Question.GROUND,)
    setting = SiteSetting(tents_apart_m=6, ground=Ground.SOFT)
    database.write(lambda uow: declare_setting(uow, cast.alice, loan, setting))
    with database.read() as uow:
        notice = next(n for n in notices_of(uow, [loan])[loan] if n.code is Code.BALLAST)
    assert "guy ropes" in notice.action
    with pytest.raises(InvalidInput):
        database.write(
            lambda uow: declare_setting(uow, cast.alice, loan, SiteSetting(tents_apart_m=-1))
        )


def test_a_request_for_chairs_brings_no_notice(database: Database, cast: Cast) -> None:
    number = draft(database, cast, {cast.chairs: 4})
    assert levels(database, number) == {}
