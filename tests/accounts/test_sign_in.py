"""Signing in: the right password opens a session, wrong ones slow down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from argon2 import extract_parameters
from sqlalchemy import delete, func, select, update

from lending.accounts import passwords
from lending.accounts.errors import WrongCredentials
from lending.accounts.models import SignInAttempt, User, UserRole, UserSession
from lending.accounts.people import deactivate_user
from lending.accounts.permissions import Action
from lending.accounts.sessions import (
    SHARED_ADDRESS,
    Limits,
    Visitor,
    end_this_session,
    principal_of_session,
    sign_in,
)
from lending.clock import FixedClock
from lending.db.database import Database
from lending.errors import TooManyAttempts
from tests.factories import PASSWORD, Cast

ALICE = "alice@treteau.example"
HOME = Visitor("192.0.2.7", "A browser")


def fail(database: Database, email: str = ALICE, visitor: Visitor = HOME) -> None:
    with pytest.raises(WrongCredentials):
        sign_in(database, email, "not the password", visitor)


def test_the_right_password_opens_a_session_with_the_roles_held(
    database: Database, cast: Cast
) -> None:
    secret = sign_in(database, "  Alice@Treteau.Example ", PASSWORD, HOME)

    person = principal_of_session(database, secret)
    assert person is not None
    assert person == cast.alice
    assert person.can(Action.SEE_BOOKING, organisation_id=cast.choir)


def test_somebody_without_a_role_is_signed_in_and_may_nothing(
    database: Database, cast: Cast
) -> None:
    database.write(
        lambda uow: uow.session.execute(
            delete(UserRole).where(UserRole.user_id == cast.alice.user_id)
        )
    )

    person = principal_of_session(database, sign_in(database, ALICE, PASSWORD))
    assert person is not None
    assert not person.is_anonymous
    assert not any(person.can(action) for action in Action if action.value.startswith("booking"))


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    database: Database, cast: Cast
) -> None:
    answers = []
    for email in (ALICE, "nobody@treteau.example"):
        with pytest.raises(WrongCredentials) as refused:
            sign_in(database, email, "not the password", HOME)
        answers.append(str(refused.value))
    assert answers[0] == answers[1]


def test_an_unknown_address_costs_as_much_work_as_a_known_one() -> None:
    real = extract_parameters(passwords.hash_password("whatever it is"))
    assert extract_parameters(passwords._NOBODY) == real
    assert not passwords.verify_password(None, "whatever it is")


def test_failures_are_kept_although_the_sign_in_raises(database: Database, cast: Cast) -> None:
    fail(database)
    with database.read() as uow:
        keys = set(uow.session.scalars(select(SignInAttempt.key)))
    assert keys == {f"email:{ALICE}", "address:192.0.2.7"}


def test_after_too_many_failures_even_the_right_password_waits(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    for _ in range(Limits().attempts):
        fail(database)
    clock.instant += timedelta(minutes=5)
    with pytest.raises(TooManyAttempts) as refused:
        sign_in(database, ALICE, PASSWORD, HOME)
    assert refused.value.data == {"minutes": 10}

    clock.instant += timedelta(minutes=10)
    assert principal_of_session(database, sign_in(database, ALICE, PASSWORD, HOME)) is not None


def test_an_address_that_tries_many_accounts_waits_too(database: Database, cast: Cast) -> None:
    limits = Limits(attempts=1)
    for number in range(SHARED_ADDRESS):
        with pytest.raises(WrongCredentials):
            sign_in(database, f"guess{number}@treteau.example", "guessed", HOME, limits)
    with pytest.raises(TooManyAttempts):
        sign_in(database, ALICE, PASSWORD, HOME, limits)
    assert sign_in(database, ALICE, PASSWORD, Visitor("198.51.100.1"), limits)


def test_a_success_crosses_out_what_failed_before(database: Database, cast: Cast) -> None:
    for _ in range(Limits().attempts - 1):
        fail(database)
    sign_in(database, ALICE, PASSWORD, HOME)
    with database.read() as uow:
        left = uow.session.scalar(select(func.count()).where(SignInAttempt.key == f"email:{ALICE}"))
    assert left == 0


def test_attempts_at_the_same_time_are_all_counted(database: Database, cast: Cast) -> None:
    def attempt(_: int) -> str:
        try:
            sign_in(database, ALICE, "not the password", HOME, Limits(attempts=3))
        except (WrongCredentials, TooManyAttempts) as refused:
            return refused.code
        return "in"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(16)))
    assert "in" not in answers
    # What was already being written when the third arrived may still pass, never the rest.
    assert answers.count(WrongCredentials.code) <= 3 + 8
    with pytest.raises(TooManyAttempts):
        sign_in(database, ALICE, PASSWORD, HOME, Limits(attempts=3))


def test_a_weak_hash_is_replaced_when_its_password_is_given(database: Database, cast: Cast) -> None:
    sign_in(database, ALICE, PASSWORD)
    with database.read() as uow:
        kept = uow.session.scalar(select(User.password_hash).where(User.email == ALICE))
    assert kept is not None
    assert extract_parameters(kept) == extract_parameters(passwords.hash_password(PASSWORD))
    assert sign_in(database, ALICE, PASSWORD)


def test_a_deactivated_person_is_signed_out_and_stays_out(database: Database, cast: Cast) -> None:
    secret = sign_in(database, ALICE, PASSWORD)
    number = cast.alice.user_id
    assert number is not None
    database.write(lambda uow: deactivate_user(uow, cast.administrator, number))

    assert principal_of_session(database, secret) is None
    with pytest.raises(WrongCredentials):
        sign_in(database, ALICE, PASSWORD)


def test_a_session_is_worthless_after_sign_out_and_without_use(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    ended, unused = sign_in(database, ALICE, PASSWORD), sign_in(database, ALICE, PASSWORD)
    database.write(lambda uow: end_this_session(uow, ended))
    clock.instant += timedelta(days=30)

    assert principal_of_session(database, ended) is None
    assert principal_of_session(database, unused) is None
    assert principal_of_session(database, "") is None


def test_use_prolongs_a_session_at_most_every_ten_minutes(
    database: Database, cast: Cast, clock: FixedClock
) -> None:
    secret = sign_in(database, ALICE, PASSWORD)
    start = clock.instant

    def last_seen() -> object:
        principal_of_session(database, secret)
        with database.read() as uow:
            return uow.session.scalar(select(UserSession.last_seen_at))

    clock.instant = start + timedelta(minutes=9)
    assert last_seen() == start
    clock.instant = start + timedelta(days=29)
    assert last_seen() == clock.instant
    clock.instant = start + timedelta(days=58)
    assert principal_of_session(database, secret) is not None


def test_the_database_never_holds_a_secret_that_opens_anything(
    database: Database, cast: Cast
) -> None:
    secret = sign_in(database, ALICE, PASSWORD)
    with database.read() as uow:
        kept = uow.session.scalar(select(UserSession.token_hash))
    assert kept is not None
    assert secret not in kept
    assert principal_of_session(database, kept) is None


def test_a_password_changed_during_the_comparison_wins(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    verify = passwords.verify_password

    def change_meanwhile(kept: str | None, password: str) -> bool:
        database.write(
            lambda uow: uow.session.execute(
                update(User).values(password_hash=passwords.hash_password("another one"))
            )
        )
        return verify(kept, password)

    monkeypatch.setattr("lending.accounts.sessions.verify_password", change_meanwhile)
    with pytest.raises(WrongCredentials):
        sign_in(database, ALICE, PASSWORD)
