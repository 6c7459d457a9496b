"""Facts are read from the database for many requests at once."""

from datetime import date

from sqlalchemy import event as sql_event

from lending.bookings.models import Booking
from lending.db.database import Database
from lending.equity.eligibility.facts import facts_of, judge_booking
from tests.factories import Cast, submitted


def test_the_facts_of_a_request_are_those_of_its_file(database: Database, cast: Cast) -> None:
    number = submitted(database, cast, {cast.chairs: 10}, organisation=cast.club)
    with database.read() as uow:
        booking = uow.session.get_one(Booking, number)
        facts = facts_of(uow, [booking])[number]
        version, same, findings = judge_booking(uow, booking)
    assert same == facts
    assert version.number is None
    assert findings
    assert facts.filed_on == date(2026, 3, 2)
    assert facts.first_day < facts.last_day
    assert facts.has_identifier
    assert facts.event_in_territory
    assert facts.cause_carried
    assert facts.attendance == 200


def test_many_requests_take_no_more_questions_than_one(database: Database, cast: Cast) -> None:
    numbers = [submitted(database, cast, {cast.chairs: 1}) for _ in range(5)]
    asked: list[str] = []

    def count(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    with database.read() as uow:
        bookings = [uow.session.get_one(Booking, number) for number in numbers]
        sql_event.listen(database.engine, "before_cursor_execute", count)
        facts_of(uow, bookings[:1])
        one = len(asked)
        facts_of(uow, bookings)
        sql_event.remove(database.engine, "before_cursor_execute", count)
    assert len(asked) == 2 * one
