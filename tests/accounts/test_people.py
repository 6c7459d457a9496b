"""Accounts and roles: given and taken by administrators, effective at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from lending.accounts.errors import LastAdministrator
from lending.accounts.models import User, UserRole
from lending.accounts.passwords import hash_password
from lending.accounts.people import (
    create_user,
    deactivate_user,
    grant_role,
    reactivate_user,
    revoke_role,
)
from lending.accounts.permissions import ANONYMOUS, Action, Grant, Principal, Role
from lending.accounts.queries import get_person, list_people
from lending.accounts.sessions import principal_of_session, sign_in
from lending.accounts.tokens import create_token, list_tokens, principal_of_token, revoke_token
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound, NotSignedIn
from tests.factories import PASSWORD, Cast, make_user

HASH = hash_password("for whoever is made here")


def number(person: Principal) -> int:
    assert person.user_id is not None
    return person.user_id


def create(database: Database, actor: Principal, email: str, name: str = "Dora") -> int:
    return database.write(
        lambda uow: create_user(uow, actor, email=email, name=name, password=HASH).id
    )


def roles_of(database: Database, cast: Cast, user_id: int) -> list[tuple[int, Role]]:
    with database.read() as uow:
        person = get_person(uow, cast.administrator, user_id)
    return [(held.id, held.role) for held in person.roles]


def test_only_administrators_make_accounts(database: Database, cast: Cast) -> None:
    for actor in (cast.alice, cast.front_desk, cast.manager, cast.auditor):
        with pytest.raises(Forbidden):
            create(database, actor, "dora@treteau.example")
    with pytest.raises(NotSignedIn):
        create(database, ANONYMOUS, "dora@treteau.example")
    assert create(database, cast.administrator, "dora@treteau.example")


@pytest.mark.parametrize("email", ["", "dora", "dora@", "@example.org", "a b@example.org", "d@org"])
def test_what_cannot_be_an_address_is_refused(database: Database, cast: Cast, email: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(database, cast.administrator, email, name=" ")
    assert {error.field for error in refused.value.errors} == {"email", "name"}


def test_an_address_has_one_account_whatever_its_case(database: Database, cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        create(database, cast.administrator, "ALICE@treteau.example")


def test_of_two_accounts_made_at_once_for_an_address_one_is_refused(
    database: Database, cast: Cast
) -> None:
    def attempt(_: int) -> bool:
        try:
            return bool(create(database, cast.administrator, "dora@treteau.example"))
        except InvalidInput:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(attempt, range(4))).count(True) == 1


def test_a_role_is_effective_at_once_and_held_once(database: Database, cast: Cast) -> None:
    secret = sign_in(database, "alice@treteau.example", PASSWORD)

    def grant(_: int = 0) -> None:
        database.write(
            lambda uow: grant_role(uow, cast.administrator, number(cast.alice), Role.AUDITOR)
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(grant, range(4)))
    held = roles_of(database, cast, number(cast.alice))
    assert [role for _, role in held] == [Role.BORROWER, Role.AUDITOR]
    person = principal_of_session(database, secret)
    assert person is not None
    assert person.can(Action.SEE_BOARD, authority_id=cast.town)

    database.write(lambda uow: revoke_role(uow, cast.administrator, number(cast.alice), held[1][0]))
    assert principal_of_session(database, secret) == cast.alice


@pytest.mark.parametrize(
    ("role", "owners", "field"),
    [
        (Role.BORROWER, {}, "organisation_id"),
        (Role.BORROWER, {"organisation_id": 1, "authority_id": 1}, "authority_id"),
        (Role.MANAGER, {"organisation_id": 1}, "organisation_id"),
        (Role.ADMINISTRATOR, {"authority_id": 1}, "authority_id"),
    ],
)
def test_a_role_is_held_for_the_right_kind_of_owner(
    database: Database, cast: Cast, role: Role, owners: dict[str, int], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        database.write(
            lambda uow: grant_role(uow, cast.administrator, number(cast.bob), role, **owners)
        )
    assert [error.field for error in refused.value.errors] == [field]


def test_the_last_administrator_stays(database: Database, cast: Cast) -> None:
    ada = number(cast.administrator)
    (role_id, _), *_ = roles_of(database, cast, ada)
    with pytest.raises(LastAdministrator):
        database.write(lambda uow: revoke_role(uow, cast.administrator, ada, role_id))
    with pytest.raises(LastAdministrator):
        database.write(lambda uow: deactivate_user(uow, cast.administrator, ada))


def test_two_administrators_cannot_remove_each_other(database: Database, cast: Cast) -> None:
    other = database.write(lambda uow: make_user(uow.session, "Eve", Role.ADMINISTRATOR))
    pairs = [(cast.administrator, number(other)), (other, number(cast.administrator))]

    def attempt(pair: tuple[Principal, int]) -> bool:
        try:
            database.write(lambda uow: deactivate_user(uow, *pair))
        except LastAdministrator:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, pairs)) == [False, True]
    with database.read() as uow:
        active = uow.session.scalar(
            select(func.count())
            .select_from(UserRole)
            .join(User)
            .where(UserRole.role == Role.ADMINISTRATOR, User.is_active)
        )
    assert active == 1


def test_a_person_can_come_back(database: Database, cast: Cast) -> None:
    bob = number(cast.bob)
    database.write(lambda uow: deactivate_user(uow, cast.administrator, bob))
    database.write(lambda uow: reactivate_user(uow, cast.administrator, bob))
    person = principal_of_session(database, sign_in(database, "bob@treteau.example", PASSWORD))
    assert person == cast.bob
    with pytest.raises(NotFound):
        database.write(lambda uow: reactivate_user(uow, cast.administrator, 10_000))


def test_people_are_found_by_name_and_address_page_by_page(database: Database, cast: Cast) -> None:
    with database.read() as uow:
        found = list_people(uow, cast.administrator, search="ALI treteau")
        first = list_people(uow, cast.administrator, per_page=3)
        last = list_people(uow, cast.administrator, page=3, per_page=3)
        nothing = list_people(uow, cast.administrator, search="100%")
    assert [person.name for person in found.people] == ["Alice"]
    assert (first.total, len(first.people), len(last.people)) == (9, 3, 3)
    assert nothing.total == 0
    with database.read() as uow, pytest.raises(Forbidden):
        list_people(uow, cast.manager)


def test_a_token_acts_in_its_role_until_it_is_revoked(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    secret = database.write(
        lambda uow: create_token(
            uow, cast.administrator, Role.MANAGER, label="Site", authority_id=cast.town
        )
    )
    program = principal_of_token(database, secret)
    assert program is not None
    assert program.grants == (Grant(Role.MANAGER, cast.town),)
    assert program.can(Action.DECIDE_BOOKING, authority_id=cast.town)
    assert not program.can(Action.DECIDE_BOOKING, authority_id=cast.agglomeration)

    used = clock.instant
    clock.instant += timedelta(minutes=3)
    principal_of_token(database, secret)
    with database.read() as uow:
        (token,) = list_tokens(uow, cast.administrator)
    assert token.last_used_at == used

    database.write(lambda uow: revoke_token(uow, cast.administrator, token.id))
    assert principal_of_token(database, secret) is None
    assert principal_of_token(database, "treteau_guess") is None


def test_only_administrators_make_and_see_tokens(database: Database, cast: Cast) -> None:
    for actor in (cast.alice, cast.manager, cast.auditor):
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: create_token(uow, a, Role.MANAGER, label="x"))
        with database.read() as uow, pytest.raises(Forbidden):
            list_tokens(uow, actor)
    with pytest.raises(InvalidInput):
        database.write(lambda uow: create_token(uow, cast.administrator, Role.BORROWER, label=""))
