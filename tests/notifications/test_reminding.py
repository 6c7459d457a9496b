"""What only time tells is told once, at an hour at which people may be reminded."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event, select

from lending.attachments.handing_in import hand_in
from lending.bookings.decisions import cancel_booking
from lending.bookings.supply import plan_maintenance
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.logistics.means.models import Agent
from lending.logistics.rounds.facts import RoundsPublished
from lending.logistics.rounds.models import Publication
from lending.notifications.addresses import find_dead, mark_dead
from lending.notifications.crews import tell_changed_rounds
from lending.notifications.forgetting import forget_old_messages
from lending.notifications.kinds import Kind
from lending.notifications.models import Message
from lending.notifications.reminding import tell_everybody
from lending.organisations.models import Organisation
from lending.retention.forgetting import forget_contact
from tests.factories import FRIDAY, MONDAY, NOW, Cast, approved
from tests.logistics.crews import MONDAY as WEEK
from tests.logistics.crews import build_full_weeks, give_round
from tests.notifications.test_telling import recipients, written
from tests.support.papers import certificate

MORNING = datetime(2026, 6, 3, 7, 0, tzinfo=UTC)
"""Wednesday 3 June, 9:00 in Paris: two days before loans begin."""


def said(database: Database, kind: Kind) -> int:
    return len(written(database, kind))


def test_a_loan_is_reminded_of_once_two_days_before_at_a_civil_hour(
    told: Database, cast: Cast, clock: FixedClock
):
    booking = approved(told, cast, {cast.chairs: 10})
    for at, expected in (
        (MORNING - timedelta(hours=10), 0),
        (MORNING - timedelta(minutes=1), 0),
        (MORNING, 2),
        (MORNING + timedelta(hours=3), 2),
        (MORNING + timedelta(days=1), 2),
    ):
        clock.instant = at
        tell_everybody(told)
        assert said(told, Kind.REMINDER) == expected
    reminder = written(told, Kind.REMINDER)[0]
    assert reminder.booking_id == booking
    assert "Ateliers municipaux, 3 rue du Banc" in reminder.data
    assert "01 99 00 00 01" in reminder.data


def test_what_was_granted_since_is_not_reminded_of(told: Database, cast: Cast, clock: FixedClock):
    clock.instant = MORNING + timedelta(hours=1)
    approved(told, cast, {cast.chairs: 10})
    tell_everybody(told)
    assert said(told, Kind.REMINDER) == 0


def test_an_insurance_that_ends_before_the_return_is_told_a_month_before(
    told: Database, cast: Cast, clock: FixedClock
):
    def insured(uow: UnitOfWork, until: date) -> None:
        uow.session.get_one(Organisation, cast.choir).insurance_until = until

    approved(told, cast, {cast.chairs: 10})
    told.write(lambda uow: insured(uow, date(2026, 6, 7)))
    tell_everybody(told)
    assert said(told, Kind.INSURANCE) == 0, "in March there is time"
    clock.instant = FRIDAY - timedelta(days=20)
    tell_everybody(told)
    tell_everybody(told)
    assert said(told, Kind.INSURANCE) == 2
    told.write(lambda uow: insured(uow, date(2026, 6, 8)))
    tell_everybody(told)
    assert said(told, Kind.INSURANCE) == 2, "the new one is long enough"
    assert written(told, Kind.INSURANCE)[0].path == (
        f"/associations/{cast.choir}/pieces/deposer?kind=insurance"
    )


def test_who_has_shown_no_insurance_is_told_unless_a_certificate_waits_to_be_checked(
    told: Database, cast: Cast, clock: FixedClock
):
    def forget(uow: UnitOfWork) -> None:
        for number in (cast.choir, cast.club):
            uow.session.get_one(Organisation, number).insurance_until = None

    told.write(forget)
    ours = approved(told, cast, {cast.chairs: 10})
    approved(told, cast, {cast.chairs: 10}, organisation=cast.club)
    told.write(lambda uow: hand_in(uow, cast.bob, cast.club, certificate()))
    clock.instant = FRIDAY - timedelta(days=20)
    tell_everybody(told)
    found = written(told, Kind.INSURANCE)
    assert {message.booking_id for message in found} == {ours}
    assert '"insured_until": ""' in found[0].data


def test_a_shortage_is_told_to_the_staff_and_to_whom_it_was_promised(told: Database, cast: Cast):
    booking = approved(told, cast, {cast.chairs: 90})
    told.write(
        lambda uow: plan_maintenance(uow, cast.manager, cast.chairs, 30, FRIDAY, MONDAY, "Cassées")
    )
    tell_everybody(told)
    tell_everybody(told)
    assert recipients(written(told, Kind.STOCK_SHORT)) == {f"person:{cast.manager.user_id}"}
    assert [m.booking_id for m in written(told, Kind.SHORTAGE)] == [booking, booking]
    assert '"missing": 20' in written(told, Kind.STOCK_SHORT)[0].data


def test_a_shortage_that_comes_to_concern_an_older_loan_is_told_again(told: Database, cast: Cast):
    friday, monday = FRIDAY + timedelta(days=7), MONDAY + timedelta(days=7)
    approved(told, cast, {cast.chairs: 90}, start=friday, end=monday)
    approved(told, cast, {cast.chairs: 90})

    def break_some(starts_at: datetime, ends_at: datetime) -> None:
        told.write(
            lambda uow: plan_maintenance(
                uow, cast.manager, cast.chairs, 30, starts_at, ends_at, "Cassées"
            )
        )
        tell_everybody(told)

    break_some(FRIDAY, MONDAY)
    assert said(told, Kind.STOCK_SHORT) == 1
    break_some(friday, monday)
    assert said(told, Kind.STOCK_SHORT) == 2
    tell_everybody(told)
    assert said(told, Kind.STOCK_SHORT) == 2


def test_a_shortage_that_concerns_fewer_loans_is_no_news(told: Database, cast: Cast):
    leaving, _ = (approved(told, cast, {cast.chairs: 45}) for _ in range(2))
    told.write(
        lambda uow: plan_maintenance(uow, cast.manager, cast.chairs, 70, FRIDAY, MONDAY, "Cassées")
    )
    tell_everybody(told)
    told.write(lambda uow: cancel_booking(uow, cast.manager, leaving, "Annulée"))
    tell_everybody(told)
    assert said(told, Kind.STOCK_SHORT) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_told_already_is_not_looked_at_again(told: Database, cast: Cast, clock: FixedClock):
    def asked() -> int:
        queries = []
        tell_everybody(told)
        event.listen(told.engine, "before_cursor_execute", note := lambda *_: queries.append(_))
        tell_everybody(told)
        event.remove(told.engine, "before_cursor_execute", note)
        return len(queries)

    def uninsure(uow: UnitOfWork) -> None:
        uow.session.get_one(Organisation, cast.choir).insurance_until = None

    told.write(uninsure)
    counts = []
    for more in (1, 3):
        clock.instant = NOW
        for _ in range(more):
            approved(told, cast, {cast.chairs: 20})
        clock.instant = MORNING
        counts.append(asked())
    assert said(told, Kind.REMINDER) == said(told, Kind.INSURANCE) == 8
    assert counts[0] == counts[1]


def _crew_with_an_account(told: Database, cast: Cast) -> int:
    yard = build_full_weeks(told, cast)

    def hire(uow: UnitOfWork) -> None:
        uow.session.get_one(Agent, yard.ines).user_id = cast.agent.user_id

    told.write(hire)
    return yard.crew


def test_crews_are_told_tomorrows_round_in_the_late_afternoon(
    told: Database, cast: Cast, clock: FixedClock
):
    crew = _crew_with_an_account(told, cast)
    give_round(told, crew, FRIDAY)
    thursday = datetime(2026, 6, 4, 14, 59, tzinfo=UTC)
    for at, expected in ((thursday, 0), (thursday + timedelta(minutes=1), 1), (FRIDAY, 1)):
        clock.instant = at
        tell_everybody(told)
        assert said(told, Kind.ROUND_TOMORROW) == expected
    (message,) = written(told, Kind.ROUND_TOMORROW)
    assert message.recipient == f"person:{cast.agent.user_id}"
    assert message.path == f"/tournees/{crew}/2026-06-05"


SEVEN = FRIDAY.replace(hour=5)
"""Friday 5 June, 7:00 in Paris."""


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("begins_at", "told_at"),
    [
        pytest.param(FRIDAY, MORNING + timedelta(days=2), id="the next morning"),
        pytest.param(SEVEN, None, id="at once, since the crew leaves before"),
    ],
)
def test_a_round_that_is_published_in_the_evening_is_told_in_time(
    told: Database, cast: Cast, clock: FixedClock, begins_at: datetime, told_at: datetime | None
):
    crew = _crew_with_an_account(told, cast)
    clock.instant = datetime(2026, 6, 4, 18, 0, tzinfo=UTC)
    give_round(told, crew, begins_at)
    tell_everybody(told)
    assert said(told, Kind.ROUND_TOMORROW) == (told_at is None)
    clock.instant = told_at or begins_at
    tell_everybody(told)
    assert said(told, Kind.ROUND_TOMORROW) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("begins_at", "told_to"), [(FRIDAY, 1), (SEVEN, 0)])
def test_todays_round_is_told_when_it_is_published_today_unless_it_is_over(
    told: Database, cast: Cast, clock: FixedClock, begins_at: datetime, told_to: int
):
    crew = _crew_with_an_account(told, cast)
    clock.instant = FRIDAY - timedelta(hours=4)
    give_round(told, crew, begins_at)
    tell_everybody(told)
    tell_everybody(told)
    assert said(told, Kind.ROUND_TOMORROW) == told_to


def test_crews_are_told_when_a_week_that_they_know_changes(told: Database, cast: Cast):
    crew = _crew_with_an_account(told, cast)
    fact = RoundsPublished(cast.town, WEEK, frozenset(), frozenset({crew}))

    def publish(uow: UnitOfWork) -> None:
        uow.session.add(
            Publication(
                authority_id=cast.town,
                monday=WEEK,
                published_at=uow.now,
                published_by="Marc",
                added=1,
                moved=0,
                removed=0,
            )
        )
        uow.session.flush()
        uow.events.publish(fact, uow)

    told.write(publish)
    assert said(told, Kind.ROUNDS_CHANGED) == 0, "nobody knew it yet"
    told.write(publish)
    assert said(told, Kind.ROUNDS_CHANGED) == 1
    told.write(lambda uow: tell_changed_rounds(fact, uow))
    assert said(told, Kind.ROUNDS_CHANGED) == 1, "once for each publication"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_messages_are_forgotten_with_their_time(told: Database, cast: Cast, clock: FixedClock):
    approved(told, cast, {cast.chairs: 10})
    clock.instant = NOW + timedelta(days=399)
    assert told.write(lambda uow: forget_old_messages(uow, 400)) == 0
    clock.instant = NOW + timedelta(days=401)
    assert told.write(lambda uow: forget_old_messages(uow, 400)) > 0
    assert written(told) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_messages_go_with_the_people_whom_they_were_written_to(
    told: Database, cast: Cast, clock: FixedClock
):
    def give_up(uow: UnitOfWork) -> None:
        forget_contact(uow, cast.manager, cast.choir, "Demandé par Alice le 2 mars.")

    booking = approved(told, cast, {cast.chairs: 10})
    others = approved(told, cast, {cast.chairs: 10}, organisation=cast.club)
    told.write(lambda uow: cancel_booking(uow, cast.manager, booking, "Le gymnase ferme."))
    staff = f"person:{cast.manager.user_id}"
    told.write(lambda uow: mark_dead(uow, "marc@treteau.example", "550"))
    told.write(give_up)
    with told.read() as uow:
        rows = uow.session.execute(select(Message.booking_id, Message.recipient)).all()
        assert find_dead(uow, "marc@treteau.example"), "it is not theirs"
    assert {booking_id for booking_id, _ in rows} == {others}, "nor what the staff was told of them"
    assert staff in {recipient for _, recipient in rows}
