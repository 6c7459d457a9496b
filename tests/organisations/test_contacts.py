"""The front desk gives contacts access and new passwords, and reaches nobody else's account."""

import pytest

from lending.accounts.errors import WrongCredentials
from lending.accounts.passwords import hash_password
from lending.accounts.people import grant_role
from lending.accounts.permissions import Principal, Role
from lending.accounts.secrets import new_password
from lending.accounts.sessions import principal_of_session, reset_password, sign_in
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound
from lending.organisations.contacts import add_contact, reset_contact_password
from tests.factories import PASSWORD, Cast

NEW = "trois planches, deux tréteaux"
HASH = hash_password(NEW)
ALICE = "alice@treteau.example"


def number(person: Principal) -> int:
    assert person.user_id is not None
    return person.user_id


def add(database: Database, actor: Principal, organisation: int, email: str) -> int:
    return database.write(
        lambda uow: add_contact(uow, actor, organisation, name="Dora", email=email, password=HASH)
    )


def reset(database: Database, actor: Principal, organisation: int, person: Principal) -> None:
    database.write(
        lambda uow: reset_contact_password(uow, actor, organisation, number(person), HASH)
    )


def test_a_contact_is_given_access_to_this_association_alone(
    database: Database, cast: Cast
) -> None:
    add(database, cast.front_desk, cast.choir, "dora@choir.example")
    dora = principal_of_session(database, sign_in(database, "dora@choir.example", NEW))
    assert dora is not None
    assert dora.organisation_ids == (cast.choir,)


def test_an_address_with_an_account_is_not_taken_over(database: Database, cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        add(database, cast.front_desk, cast.choir, "bob@treteau.example")
    with pytest.raises(NotFound):
        add(database, cast.front_desk, 10_000, "dora@choir.example")
    for actor in (cast.alice, cast.auditor):
        with pytest.raises(Forbidden):
            add(database, actor, cast.choir, "dora@choir.example")


def test_a_forgotten_password_is_replaced_and_its_sessions_end(
    database: Database, cast: Cast
) -> None:
    open_elsewhere = sign_in(database, ALICE, PASSWORD)
    reset(database, cast.front_desk, cast.choir, cast.alice)
    assert principal_of_session(database, open_elsewhere) is None
    assert sign_in(database, ALICE, NEW)
    with pytest.raises(WrongCredentials):
        sign_in(database, ALICE, PASSWORD)


def test_the_front_desk_reaches_only_contacts_and_only_of_that_association(
    database: Database, cast: Cast
) -> None:
    for person in (cast.bob, cast.manager, cast.administrator):
        with pytest.raises(NotFound):
            reset(database, cast.front_desk, cast.choir, person)
    database.write(
        lambda uow: grant_role(uow, cast.administrator, number(cast.alice), Role.ADMINISTRATOR)
    )
    with pytest.raises(NotFound):
        reset(database, cast.front_desk, cast.choir, cast.alice)
    with pytest.raises(Forbidden):
        reset(database, cast.bob, cast.choir, cast.alice)


def test_only_administrators_replace_any_password(database: Database, cast: Cast) -> None:
    for actor in (cast.front_desk, cast.manager, cast.alice):
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: reset_password(uow, a, number(cast.auditor), HASH))
    database.write(lambda uow: reset_password(uow, cast.administrator, number(cast.auditor), HASH))
    assert sign_in(database, "aude@treteau.example", NEW)


def test_a_first_password_can_be_read_out_and_is_never_the_same() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    assert all(len(password) == 19 and password.count("-") == 3 for password in made)
    assert not set("".join(made)) & set("ilo01")
