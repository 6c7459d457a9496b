"""How many large loans came before a request, which the rules may limit."""

from datetime import timedelta

from sqlalchemy import event as sql_event

from lending.bookings.models import Booking
from lending.db.database import Database
from lending.equity.eligibility.criteria import Criterion, Verdict
from lending.equity.eligibility.facts import judge_booking
from lending.equity.valuation.frequency import Worth, worth_of
from lending.policies.queries import read_rulebook
from tests.equity.valuation.loans import worth
from tests.factories import FRIDAY, Cast, approved, submitted

WEEK = timedelta(days=7)
LASTS = timedelta(days=2, hours=17)


def lent(database: Database, cast: Cast, week: int, chairs: int, **more: int) -> int:
    """Grant chairs so many weeks from the first weekend of June on."""
    start = FRIDAY + week * WEEK
    return approved(database, cast, {cast.chairs: chairs}, start=start, end=start + LASTS, **more)


def found(database: Database, number: int) -> Worth:
    with database.read() as uow:
        return worth_of(uow, [uow.session.get_one(Booking, number)], read_rulebook(uow.session))[
            number
        ]


def test_large_loans_of_the_twelve_months_before_are_counted(
    database: Database, cast: Cast
) -> None:
    worth(database, cast.chairs, 10_000)  # 6 euros for three days: large from 50 on
    lent(database, cast, 0, 50)
    lent(database, cast, 1, 60)
    lent(database, cast, 2, 49)
    lent(database, cast, 3, 50, organisation=cast.club)
    lent(database, cast, 6, 50)  # comes afterwards
    start = FRIDAY + 4 * WEEK
    number = submitted(database, cast, {cast.chairs: 70}, start=start, end=start + LASTS)
    assert found(database, number) == Worth(70 * 600, 2)


def test_a_fourth_large_loan_fails_the_rule_of_frequency(database: Database, cast: Cast) -> None:
    worth(database, cast.chairs, 10_000)
    for week in range(3):
        lent(database, cast, week, 50)
    start = FRIDAY + 4 * WEEK
    number = submitted(database, cast, {cast.chairs: 50}, start=start, end=start + LASTS)
    small = submitted(database, cast, {cast.chairs: 49}, start=start, end=start + LASTS)
    with database.read() as uow:
        judged = {
            each: judge_booking(uow, uow.session.get_one(Booking, each))[2]
            for each in (number, small)
        }
    failed = {
        each: [f.criterion for f in findings if f.verdict is Verdict.FAILED]
        for each, findings in judged.items()
    }
    assert Criterion.FREQUENCY in failed[number]
    assert Criterion.FREQUENCY not in failed[small]


def test_the_number_of_questions_does_not_grow_with_the_requests(
    database: Database, cast: Cast
) -> None:
    numbers = [submitted(database, cast, {cast.chairs: 5, cast.tables: 1}) for _ in range(6)]
    counts = []
    for some in (numbers[:1], numbers):
        asked: list[object] = []

        def count(*arguments: object, into: list[object] = asked) -> None:
            into.append(arguments)

        with database.read() as uow:
            rulebook = read_rulebook(uow.session)
            bookings = [uow.session.get_one(Booking, number) for number in some]
            sql_event.listen(database.engine, "before_cursor_execute", count)
            worth_of(uow, bookings, rulebook)
            sql_event.remove(database.engine, "before_cursor_execute", count)
        counts.append(len(asked))
    assert counts[0] == counts[1]
