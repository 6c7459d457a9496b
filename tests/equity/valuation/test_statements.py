"""Statement, annex and limit of a year: what each reader sees, and when it warns."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.accounts.permissions import ANONYMOUS, SYSTEM
from lending.bookings.decisions import cancel_booking
from lending.clock import FixedClock
from lending.db.database import Database, UnitOfWork
from lending.equity.valuation.annex import annex_sheet, read_annex
from lending.equity.valuation.limits import Level, Limit, year_with_loan
from lending.equity.valuation.models import Stage
from lending.equity.valuation.statements import read_statement, statement_sheet
from lending.errors import Forbidden, NotFound, NotSignedIn
from lending.organisations.models import Organisation, OrganisationKind
from lending.policies.rules import Rules, Tariff
from tests.equity.valuation.loans import lend, publish, worth
from tests.factories import FRIDAY, Cast, approved, submitted

CHAIR = 168
WEEK = timedelta(days=7)


def test_a_statement_has_the_loans_of_the_year_with_their_breakdown(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    first = approved(database, cast, {cast.chairs: 30})
    later = FRIDAY + 4 * WEEK
    approved(database, cast, {cast.chairs: 10}, start=later, end=later + timedelta(days=3))
    lend(database, clock, first, {cast.chairs: 20})
    with database.read() as uow:
        found = read_statement(uow, cast.alice, cast.choir, 2026)
    (part,) = found.parts
    assert [(loan.stage, loan.cents) for loan in part.loans] == [
        (Stage.CLOSED, 20 * CHAIR),
        (Stage.GRANTED, 10 * CHAIR),
    ]
    assert [each.cents for each in part.loans[0].earlier] == [30 * CHAIR]
    assert (part.cents, part.final_cents, part.is_final) == (30 * CHAIR, 20 * CHAIR, False)


def test_a_cancelled_loan_is_not_in_the_statement(database: Database, cast: Cast) -> None:
    number = approved(database, cast, {cast.chairs: 30})
    database.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Reporté."))
    with database.read() as uow:
        assert read_statement(uow, cast.alice, cast.choir).parts == ()
        assert read_annex(uow, cast.manager, cast.town).beneficiaries == ()


def test_an_association_sees_the_loans_of_all_authorities_and_staff_those_of_their_own(
    database: Database, cast: Cast
) -> None:
    approved(database, cast, {cast.chairs: 30})
    approved(database, cast, {cast.shell_chairs: 5}, authority=cast.agglomeration)
    with database.read() as uow:
        own = read_statement(uow, cast.alice, cast.choir)
        towns = read_statement(uow, cast.manager, cast.choir)
        elsewhere = read_statement(uow, cast.other_manager, cast.choir)
    assert [part.authority_id for part in own.parts] == [cast.agglomeration, cast.town]
    assert [part.authority_id for part in towns.parts] == [cast.town]
    assert [part.authority_id for part in elsewhere.parts] == [cast.agglomeration]


def test_nobody_reads_the_statement_of_another_association(database: Database, cast: Cast) -> None:
    approved(database, cast, {cast.chairs: 30})
    with database.read() as uow:
        with pytest.raises(NotFound):
            read_statement(uow, cast.bob, cast.choir)
        with pytest.raises(NotSignedIn):
            read_statement(uow, ANONYMOUS, cast.choir)


def test_the_annex_sums_the_year_by_beneficiary_the_largest_first(
    database: Database, cast: Cast
) -> None:
    approved(database, cast, {cast.chairs: 10})
    approved(database, cast, {cast.chairs: 20}, organisation=cast.club)
    approved(
        database, cast, {cast.chairs: 5}, organisation=cast.club,
        start=FRIDAY + WEEK, end=FRIDAY + WEEK + timedelta(days=3),
    )  # fmt: skip
    with database.read() as uow:
        annex = read_annex(uow, cast.auditor, cast.town, 2026)
    assert [(each.organisation_id, each.loans, each.cents) for each in annex.beneficiaries] == [
        (cast.club, 2, 25 * CHAIR),
        (cast.choir, 1, 10 * CHAIR),
    ]
    assert (annex.cents, annex.loans, annex.expected) == (35 * CHAIR, 3, 3)


def test_what_departments_of_the_authority_borrow_is_no_aid(database: Database, cast: Cast) -> None:
    approved(database, cast, {cast.chairs: 10})

    def change(uow: UnitOfWork) -> None:
        uow.session.get_one(Organisation, cast.choir).kind = OrganisationKind.DEPARTMENT

    database.write(change)
    with database.read() as uow:
        assert read_annex(uow, cast.manager, cast.town).beneficiaries == ()


def test_only_those_of_the_authority_read_its_annex(database: Database, cast: Cast) -> None:
    with database.read() as uow:
        for reader in (cast.alice, cast.agent, cast.other_manager):
            with pytest.raises(Forbidden):
                read_annex(uow, reader, cast.town)


def test_a_year_without_loans_is_empty_and_can_still_be_chosen(
    database: Database, cast: Cast
) -> None:
    approved(database, cast, {cast.chairs: 10})
    with database.read() as uow:
        annex = read_annex(uow, cast.manager, cast.town, 2019)
    assert (annex.beneficiaries, annex.cents, annex.years) == ((), 0, (2026, 2019))


def test_files_say_the_same_in_euros(database: Database, cast: Cast) -> None:
    approved(database, cast, {cast.chairs: 10})
    with database.read() as uow:
        statement = statement_sheet(read_statement(uow, cast.alice, cast.choir, 2026))
        annex = annex_sheet(read_annex(uow, cast.manager, cast.town, 2026))
    assert sum(row[-1] for row in statement.rows) == Decimal("16.80")  # type: ignore[misc]
    row = dict(zip(annex.columns, annex.rows[0], strict=True))
    assert (row["beneficiary"], row["euros"], row["nature"]) == (
        "Chorale des Planches",
        Decimal("16.80"),
        "aide en nature",
    )


def test_scenario_12_the_value_of_a_year_crosses_the_limit(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    """A loan is warned of at 80 percent and at 100 percent, before it is granted."""
    publish(database, cast, Rules(tariffs=(Tariff(item_code="CHA-PLI", cents=20_000),)))
    clock.instant += timedelta(hours=1)

    def asked(week: int, chairs: int) -> int:
        start = FRIDAY + week * WEEK
        return submitted(
            database, cast, {cast.chairs: chairs}, start=start, end=start + timedelta(days=2)
        )

    def grant(number: int) -> None:
        from lending.bookings.decisions import approve_booking

        database.write(lambda uow: approve_booking(uow, cast.manager, number))

    first, second, third = asked(0, 90), asked(1, 10), asked(2, 15)
    with database.read() as uow:
        alone = year_with_loan(uow, cast.manager, first)
    assert (alone.cents, alone.percent, alone.level) == (1_800_000, 78, Level.BELOW)
    grant(first)
    with database.read() as uow:
        near = year_with_loan(uow, cast.manager, second)
    assert (near.cents, near.percent, near.level) == (2_000_000, 86, Level.NEAR)
    grant(second)
    with database.read() as uow:
        over = year_with_loan(uow, cast.manager, third)
        fewer = year_with_loan(uow, cast.manager, third, {cast.chairs: 14})
    assert (over.cents, over.level, over.crosses) == (2_300_000, Level.REACHED, True)
    assert (fewer.cents, fewer.level) == (2_280_000, Level.NEAR)
    grant(third)
    with database.read() as uow:
        (warned,) = read_annex(uow, cast.manager, cast.town).warned
        (part,) = read_statement(uow, cast.alice, cast.choir).parts
    assert (warned.organisation_id, warned.level) == (cast.choir, Level.REACHED)
    assert (part.level, part.percent) == (Level.REACHED, 100)


def test_no_agreement_is_due_of_a_school(database: Database, cast: Cast) -> None:
    worth(database, cast.chairs, 50_000_000)

    def change(uow: UnitOfWork) -> None:
        uow.session.get_one(Organisation, cast.choir).kind = OrganisationKind.SCHOOL

    database.write(change)
    number = submitted(database, cast, {cast.chairs: 90})
    with database.read() as uow:
        found = year_with_loan(uow, cast.manager, number)
    assert (found.limit, found.level) == (None, Level.BELOW)


def test_an_association_does_not_see_what_the_decision_page_counts(
    database: Database, cast: Cast
) -> None:
    number = submitted(database, cast, {cast.chairs: 9})
    with database.read() as uow, pytest.raises(Forbidden):
        year_with_loan(uow, cast.alice, number)


@given(st.integers(1, 10**8), st.integers(1, 100), st.integers(0, 2 * 10**8))
def test_the_level_rises_with_the_sum_and_agrees_with_the_percent(
    cents: int, warning: int, value: int
) -> None:
    limit = Limit(cents, warning)
    order = list(Level)
    assert order.index(limit.level(value)) <= order.index(limit.level(value + 1))
    assert (limit.level(value) is Level.REACHED) == (limit.percent(value) >= 100)
