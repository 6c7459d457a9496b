"""Which passwords are refused, and how one's own is changed."""

import pytest

from lending.accounts.errors import WrongCredentials, WrongPassword
from lending.accounts.passwords import password_errors
from lending.accounts.queries import list_sessions
from lending.accounts.sessions import (
    Limits,
    change_password,
    end_other_sessions,
    end_session,
    principal_of_session,
    sign_in,
)
from lending.db.database import Database
from lending.errors import InvalidInput, NotFound, NotSignedIn, TooManyAttempts
from tests.factories import PASSWORD, Cast

ALICE, BOB = "alice@treteau.example", "bob@treteau.example"
NEW = "trois planches, deux tréteaux"


@pytest.mark.parametrize(
    "password",
    [
        "",
        "too short",
        "0123456789",
        "motdepasse123",
        "AZERTYUIOP",
        "aaaaaaaaaaaa",
        "Treasurer@Example.org",
        "treasurer.anne",
        "x" * 201,
    ],
)
def test_passwords_that_anybody_would_try_are_refused(password: str) -> None:
    email = "treasurer.anne@example.org" if "anne" in password else "treasurer@example.org"
    assert [error.field for error in password_errors(password, email)] == ["password"]


@pytest.mark.parametrize("password", [NEW, "correcthorse", "émoi à l'été", "mot de passe long"])
def test_a_sentence_needs_no_digit_and_no_sign(password: str) -> None:
    assert password_errors(password, ALICE) == []


def test_a_new_password_ends_the_other_sessions(database: Database, cast: Cast) -> None:
    here, elsewhere = sign_in(database, ALICE, PASSWORD), sign_in(database, ALICE, PASSWORD)
    change_password(database, cast.alice, PASSWORD, NEW, keep=here)

    assert principal_of_session(database, here) == cast.alice
    assert principal_of_session(database, elsewhere) is None
    assert sign_in(database, ALICE, NEW)
    with pytest.raises(WrongCredentials):
        sign_in(database, ALICE, PASSWORD)


def test_the_present_password_is_asked_for_and_guessing_it_slows_down(
    database: Database, cast: Cast
) -> None:
    limits = Limits(attempts=2)
    for _ in range(2):
        with pytest.raises(WrongPassword):
            change_password(database, cast.alice, "a guess", NEW, limits=limits)
    with pytest.raises(TooManyAttempts):
        change_password(database, cast.alice, PASSWORD, NEW, limits=limits)


def test_a_weak_new_password_is_refused_beside_its_field(database: Database, cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        change_password(database, cast.alice, PASSWORD, "short")
    assert [error.field for error in refused.value.errors] == ["new"]
    with pytest.raises(NotSignedIn):
        change_password(database, type(cast.alice)(), PASSWORD, NEW)


def test_people_end_their_own_sessions_and_nobody_elses(database: Database, cast: Cast) -> None:
    here, elsewhere = sign_in(database, ALICE, PASSWORD), sign_in(database, ALICE, PASSWORD)
    bobs = sign_in(database, BOB, PASSWORD)
    with database.read() as uow:
        mine = list_sessions(uow, cast.alice, here)
    assert sorted(session.is_this for session in mine) == [False, True]
    other = next(session.id for session in mine if not session.is_this)

    with pytest.raises(NotFound):
        database.write(lambda uow: end_session(uow, cast.bob, other))
    database.write(lambda uow: end_session(uow, cast.alice, other))
    assert principal_of_session(database, elsewhere) is None

    third = sign_in(database, ALICE, PASSWORD)
    database.write(lambda uow: end_other_sessions(uow, cast.alice, here))
    assert principal_of_session(database, third) is None
    assert principal_of_session(database, here) == cast.alice
    assert principal_of_session(database, bobs) == cast.bob
