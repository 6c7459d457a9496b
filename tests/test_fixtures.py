"""The standing cast is ready for the tests: on both databases, with the services' own holds."""

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import OperationalError

from lending.availability.models import Hold, HoldKind
from lending.bookings.models import Booking
from lending.bookings.states import State
from lending.clock import FixedClock
from lending.db.database import Database
from lending.migrations.metadata import metadata
from tests.factories import NOW, Cast, approved, draft, submitted, waiting
from tests.postgres import Server


def test_bookings_are_ready_for_their_next_step(database: Database, cast: Cast) -> None:
    made = {
        draft(database, cast, {cast.chairs: 5}): State.DRAFT,
        submitted(database, cast, {cast.chairs: 30}): State.SUBMITTED,
        waiting(database, cast, {cast.chairs: 90}): State.WAITLISTED,
        approved(database, cast, {cast.chairs: 40, cast.tables: 4}): State.APPROVED,
        approved(
            database, cast, {cast.barriers: 40}, granted={cast.barriers: 10}
        ): State.PARTLY_APPROVED,
    }

    with database.read() as uow:
        states = {number: uow.session.get_one(Booking, number).state for number in made}
        held = dict(
            uow.session.execute(
                select(Hold.kind, func.sum(Hold.quantity)).group_by(Hold.kind)
            ).all()
        )
    assert states == made
    assert held == {HoldKind.OPTION: 30, HoldKind.DECIDED: 54}


def test_a_database_that_is_lent_again_holds_what_a_fresh_one_does(
    postgres: Server, postgres_cast: tuple[str, Cast]
) -> None:
    model, cast = postgres_cast
    with postgres.database(model) as url:
        fresh = _contents(url)
        first = _approve_one(url, cast)

    with postgres.lent(model) as url:
        lent = url
        _approve_one(url, cast)
        _run(url, "UPDATE item SET name = 'Autre'", "DELETE FROM user_role")
        assert _contents(url) != fresh
    with postgres.lent(model) as url:
        assert url == lent
        assert _contents(url) == fresh
        assert _approve_one(url, cast) == first, "numbers begin where those of a fresh one do"


@pytest.mark.parametrize("change", ["DISABLE TRIGGER ALL", "ADD COLUMN more integer"])
def test_a_database_whose_tables_were_changed_is_not_lent_again(
    postgres: Server, change: str
) -> None:
    with postgres.lent() as url:
        _run(url, f"ALTER TABLE item {change}")
    with postgres.lent() as another:
        assert another != url


def test_who_is_still_connected_when_a_database_is_given_back_is_cut_off(postgres: Server) -> None:
    with postgres.lent() as url:
        engine = create_engine(url)
        connection = engine.connect()
        connection.exec_driver_sql("LOCK TABLE item")
    with postgres.lent() as again:
        assert again == url
        _run(again, "LOCK TABLE item NOWAIT")
    with pytest.raises(OperationalError):
        connection.exec_driver_sql("SELECT 1")
    connection.close()
    engine.dispose()


def _approve_one(url: str, cast: Cast) -> int:
    database = Database(url, clock=FixedClock(NOW))
    number = approved(database, cast, {cast.chairs: 40})
    database.dispose()
    return number


def _contents(url: str) -> dict[str, list[str]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        held = {
            name: [str(row) for row in connection.execute(select(table))]
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return held


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
