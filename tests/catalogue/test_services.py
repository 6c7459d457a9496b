"""Help counted in hours: the department's hours of a week are promised once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from calendars.intervals import Interval
from lending.accounts.permissions import SYSTEM
from lending.availability.answers import free_for_loan
from lending.availability.holds import Terms
from lending.bookings.decisions import approve_booking
from lending.bookings.errors import StockConflict
from lending.bookings.holding import period_of
from lending.bookings.models import Booking, Logistics
from lending.bookings.states import State
from lending.bookings.submission import submit_booking
from lending.catalogue.models import Category
from lending.catalogue.service import ItemDetails, create_service
from lending.clock import FixedClock
from lending.db.database import Database
from lending.equity.record.listening import listen
from lending.equity.record.replaying import replay_chain
from lending.equity.valuation import service as valuation
from lending.equity.valuation.service import loan_cents
from lending.errors import Forbidden, InvalidInput
from lending.handover.service import close_booking
from lending.handover.statements import tell_check_in, tell_check_out
from lending.logistics import generating
from lending.logistics.models import TaskLine
from tests.bookings.steps import state_of
from tests.factories import FRIDAY, MONDAY, Cast, approved, draft, submitted

DAY = timedelta(days=1)
WEEK = 7 * DAY
PARIS = "Europe/Paris"


def family(uow) -> int:
    return uow.session.scalars(select(Category.id)).first()


def add_service(database: Database, cast: Cast, hours: int = 10, **more: object) -> int:
    """Write the hours of an electrician of the town."""

    def write(uow) -> int:
        details = ItemDetails(
            code="SRV-ELE",
            name="Électricien sur place",
            category_id=family(uow),
            department_id=cast.town_department,
            **more,
        )
        return create_service(uow, cast.manager, cast.town, details, hours).id

    return database.write(write)


def free(database: Database, item: int, start: datetime, end: datetime) -> int:
    with database.read() as uow:
        return free_for_loan(uow, Interval(start, end), item_ids=[item])[item].free


instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(instants, st.integers(0, 60 * 24 * 60))
def test_the_hours_are_of_one_local_week_from_monday_to_sunday(at: datetime, before: int) -> None:
    starts, ends = Terms(1, before, 99, PARIS).widen(
        int(at.timestamp()), int(at.timestamp()) + 3600
    )
    first, last = (datetime.fromtimestamp(each, ZoneInfo(PARIS)) for each in (starts, ends))
    assert first.weekday() == last.weekday() == 0
    assert (first.hour, first.minute, last.hour, last.minute) == (0, 0, 0, 0)
    assert (last.date() - first.date()).days == 7
    assert starts <= int(at.timestamp()) - 60 * before < ends


def test_the_hours_of_a_week_are_promised_once_and_the_next_week_has_its_own(
    database: Database, cast: Cast
) -> None:
    item = add_service(database, cast)
    submitted(database, cast, {item: 6})
    tuesday = FRIDAY - 3 * DAY
    assert free(database, item, tuesday, tuesday + timedelta(hours=2)) == 4
    with pytest.raises(StockConflict):
        submitted(database, cast, {item: 5}, start=tuesday, end=tuesday + timedelta(hours=2))
    submitted(database, cast, {item: 4}, start=tuesday, end=tuesday + timedelta(hours=2))
    assert free(database, item, FRIDAY, MONDAY) == 0
    assert free(database, item, FRIDAY + WEEK, MONDAY + WEEK) == 10


def test_many_who_ask_at_the_same_instant_get_no_more_than_there_is(
    database: Database, cast: Cast
) -> None:
    item = add_service(database, cast)
    drafts = [draft(database, cast, {item: 2}, start=FRIDAY - (n % 4) * DAY) for n in range(8)]

    def send(number: int) -> bool:
        try:
            database.write(lambda uow: submit_booking(uow, SYSTEM, number))
        except StockConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, drafts)) == 5
    assert free(database, item, FRIDAY, MONDAY) == 0


def test_what_is_done_weeks_before_takes_the_hours_of_that_week(
    database: Database, cast: Cast
) -> None:
    item = add_service(database, cast, preparation_minutes=3 * 7 * 24 * 60)
    submitted(database, cast, {item: 10})
    assert free(database, item, FRIDAY, MONDAY) == 0
    # what is asked for is done three weeks before, too
    assert free(database, item, FRIDAY + WEEK, MONDAY + WEEK) == 10


def test_hours_are_lent_beside_equipment_and_are_never_away(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    generating.listen(database.events)
    listen(database.events)
    item = add_service(database, cast)
    number = submitted(database, cast, {item: 6, cast.chairs: 10}, logistics=Logistics.DELIVERY)
    database.write(lambda uow: approve_booking(uow, cast.manager, number))
    with database.read() as uow:
        loads = set(uow.session.scalars(select(TaskLine.item_id)))
    assert loads == {cast.chairs}
    clock.instant = FRIDAY
    database.write(lambda uow: tell_check_out(uow, cast.manager, number))
    # the loan is out beyond the week: the hours of the next one are free all the same
    clock.instant = MONDAY + 3 * DAY
    assert free(database, item, FRIDAY + WEEK, MONDAY + WEEK) == 10
    database.write(lambda uow: tell_check_in(uow, cast.manager, number))
    database.write(lambda uow: close_booking(uow, cast.manager, number))
    assert state_of(database, number) is State.CLOSED
    with database.read() as uow:
        assert replay_chain(uow, cast.town).differences == ()
        assert period_of(uow.session.get_one(Booking, number)).start == FRIDAY


def test_hours_are_worth_what_the_work_of_agents_is(database: Database, cast: Cast) -> None:
    valuation.listen(database.events)
    item = add_service(database, cast)
    number = approved(database, cast, {item: 6})
    with database.read() as uow:
        assert loan_cents(uow, number) == 6 * 3000


def test_a_service_is_of_a_department_and_kept_by_those_who_keep_the_catalogue(
    database: Database, cast: Cast
) -> None:
    def add(actor, **more: object) -> Callable:
        def write(uow) -> None:
            details = ItemDetails(
                code="SRV",
                name="Aide",
                category_id=family(uow),
                **more,
            )
            create_service(uow, actor, cast.town, details, 5)

        return write

    with pytest.raises(InvalidInput) as refused:
        database.write(add(cast.manager))
    assert [error.field for error in refused.value.errors] == ["department_id"]
    for actor in (cast.alice, cast.front_desk, cast.other_manager):
        with pytest.raises(Forbidden):
            database.write(add(actor, department_id=cast.town_department))
