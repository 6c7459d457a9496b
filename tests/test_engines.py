"""What the database answers may be logged: it tells nobody's name."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from lending.db.database import Database, UnitOfWork


def test_an_error_says_what_was_asked_but_not_of_whom(database: Database) -> None:
    def ask(uow: UnitOfWork) -> None:
        query = text("SELECT nothing FROM app_user WHERE email = :email")
        uow.session.execute(query, {"email": "alice@treteau.example"})

    with pytest.raises(DBAPIError) as refused:
        database.write(ask)
    assert "WHERE email" in str(refused.value)
    assert "alice" not in str(refused.value)
