"""The database itself refuses to alter decisions, however the tables were made."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from lending.db.database import Database
from lending.db.schema import migrate
from lending.equity.record.chain import erase_words
from lending.equity.record.models import GUARDS
from lending.migrations.metadata import metadata
from tests import factories
from tests.equity.record.chains import make_chain, walk

STATEMENTS = [
    "UPDATE decision SET payload = '{}'",
    "UPDATE decision SET payload = payload WHERE sequence = 2",
    "UPDATE decision SET booking_id = NULL",
    "DELETE FROM decision",
    "DELETE FROM decision WHERE sequence = 3",
    "UPDATE decision_words SET words = 'Autre chose'",
    "UPDATE decision_words SET salt = NULL",
    "UPDATE decision_words SET words = NULL, salt = NULL, erased_at = NULL",
    "DELETE FROM decision_words",
]
COPY = (
    "SELECT 77, authority_id, sequence, kind, booking_id, round_id, recorded_at, '{}',"
    " previous_hash, hash FROM decision WHERE sequence = 2"
)
COLUMNS = (
    "(id, authority_id, sequence, kind, booking_id, round_id, recorded_at, payload,"
    " previous_hash, hash)"
)


@pytest.fixture(params=["by the models", "by the migrations"])
def town(request: pytest.FixtureRequest, database: Database) -> Iterator[int]:
    """Record three decisions of the town, in tables made one way or the other."""
    if request.param == "by the migrations":
        metadata.drop_all(database.engine)
        migrate(database)
    cast = factories.standing_cast(database)
    make_chain(database, cast.town, 3, reason="Tout est prêté.")
    yield cast.town
    assert walk(database, cast.town).decisions == 3
    assert walk(database, cast.town).first_break is None


def refuse(database: Database, statement: str) -> None:
    """Expect the database to refuse."""
    with pytest.raises(IntegrityError), database.engine.begin() as connection:
        connection.execute(text(statement))


def test_nothing_can_be_altered(database: Database, town: int):
    for statement in STATEMENTS:
        refuse(database, statement)


def test_no_row_can_be_put_over_another(database: Database, town: int):
    refuse(database, f"INSERT INTO decision {COLUMNS} {COPY}")
    if database.is_sqlite:
        refuse(database, f"INSERT OR REPLACE INTO decision {COLUMNS} {COPY}")
        refuse(database, "INSERT OR REPLACE INTO decision_words VALUES (1, 'a', 'b', NULL)")
    else:
        refuse(
            database,
            f"INSERT INTO decision {COLUMNS} {COPY}"
            " ON CONFLICT (authority_id, sequence) DO UPDATE SET payload = '{}'",
        )


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_tables_cannot_be_emptied(database: Database, town: int):
    refuse(database, "TRUNCATE decision, decision_words")
    refuse(database, "TRUNCATE decision_words")
    refuse(database, "TRUNCATE authority CASCADE")


def test_an_authority_with_decisions_stays(database: Database, town: int):
    refuse(database, "DELETE FROM authority")


def test_words_can_be_erased_and_not_come_back(database: Database, town: int):
    database.write(lambda uow: erase_words(uow, [2]))
    refuse(
        database,
        "UPDATE decision_words SET words = 'Tout', salt = 'a', erased_at = NULL"
        " WHERE decision_id = 2",
    )


def test_a_guard_can_be_made_again(database: Database, town: int):
    with database.engine.begin() as connection:
        for guard in GUARDS:
            guard.take_down(connection)
            guard.take_down(connection)
            guard.set_up(connection)
    for statement in STATEMENTS:
        refuse(database, statement)
