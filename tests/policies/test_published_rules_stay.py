"""The database itself refuses to alter rules that are published; a draft is free."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from lending.db.database import Database
from lending.db.schema import migrate
from lending.migrations.metadata import metadata
from lending.policies.drafting import open_draft
from lending.policies.models import GUARD
from tests import factories
from tests.factories import Cast
from tests.policies.test_versions import drafted, published

STATEMENTS = [
    "UPDATE lending_policy SET content = '{}' WHERE number = 1",
    "UPDATE lending_policy SET content = content WHERE number = 1",
    "UPDATE lending_policy SET number = NULL, published_at = NULL, effective_at = NULL",
    "UPDATE lending_policy SET note = 'Autre chose'",
    "DELETE FROM lending_policy WHERE number = 1",
    "DELETE FROM lending_policy",
]
OVER = {
    "its number in the table": "id = (SELECT id FROM lending_policy WHERE number = 1)",
    "its uuid": "uuid = (SELECT uuid FROM lending_policy WHERE number = 1)",
    "its number": "number = 1, effective_at = changed_at, published_at = changed_at",
}


@pytest.fixture(params=["by the models", "by the migrations"])
def town(request: pytest.FixtureRequest, database: Database) -> Cast:
    """Publish a version and draft the next, in tables made one way or the other."""
    if request.param == "by the migrations":
        metadata.drop_all(database.engine)
        migrate(database)
    cast = factories.standing_cast(database)
    published(database, cast)
    drafted(database, cast.manager, cast.town)
    return cast


def run(database: Database, statement: str) -> None:
    """Run a statement as somebody at a console would."""
    with database.engine.begin() as connection:
        connection.execute(text(statement))


def refuse(database: Database, statement: str) -> None:
    """Expect the database to refuse."""
    with pytest.raises(IntegrityError, match="lending_policy"):
        run(database, statement)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_is_published_cannot_be_altered_or_removed(
    database: Database, town: Cast, statement: str
) -> None:
    refuse(database, statement)


def test_no_row_can_be_put_over_a_published_one(database: Database, town: Cast) -> None:
    if not database.is_sqlite:
        refuse(database, "TRUNCATE lending_policy CASCADE")
        return
    columns = "uuid, authority_id, content, digest, changed_at, vote_reference, note"
    refuse(
        database,
        f"INSERT OR REPLACE INTO lending_policy (id, {columns})"
        f" SELECT id, {columns} FROM lending_policy WHERE number = 1",
    )
    for change in OVER.values():
        refuse(database, f"UPDATE OR REPLACE lending_policy SET {change} WHERE number IS NULL")


def test_a_draft_is_edited_published_and_dropped(database: Database, town: Cast) -> None:
    run(database, "UPDATE lending_policy SET note = 'Brouillon' WHERE number IS NULL")
    second = published(database, town)
    refuse(database, "DELETE FROM lending_policy WHERE number = 2")
    draft = database.write(lambda uow: open_draft(uow, town.manager, town.town).id)
    assert draft != second
    run(database, "DELETE FROM lending_policy WHERE number IS NULL")


def test_the_refusal_can_be_taken_down_to_undo_the_migration(
    database: Database, town: Cast
) -> None:
    with database.engine.begin() as connection:
        GUARD.take_down(connection)
    run(database, "DELETE FROM lending_policy")
