"""Accounts of people and the roles they hold."""

import re

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lending.accounts.errors import LastAdministrator
from lending.accounts.models import User, UserRole, UserSession
from lending.accounts.passwords import HashedPassword
from lending.accounts.permissions import Action, Principal, Role
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import LANGUAGES, N_

_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


def normalised_email(email: str) -> str:
    """Return the address as it is kept: two addresses differ in case only by mistake."""
    return email.strip().lower()


def email_errors(email: str, field: str = "email") -> list[FieldError]:
    """Return what is wrong with the form of an address."""
    if not email.strip():
        return [FieldError(field, N_("Give an e-mail address."))]
    if len(email) > 254 or not _ADDRESS.fullmatch(email.strip()):
        return [FieldError(field, N_("Write the address in full, such as name@example.org."))]
    return []


def person_errors(uow: UnitOfWork, name: str, email: str) -> list[FieldError]:
    """Return what keeps a person of this name and address from having an account."""
    errors = email_errors(email)
    if not name.strip():
        errors.append(FieldError("name", N_("Give a name.")))
    elif len(name) > 120:
        errors.append(FieldError("name", N_("Use at most %(most)d characters."), (("most", 120),)))
    if not errors and _user_of(uow, normalised_email(email)) is not None:
        errors.append(_taken())
    return errors


def create_user(
    uow: UnitOfWork,
    actor: Principal,
    *,
    email: str,
    name: str,
    password: HashedPassword,
    language: str = "fr",
) -> User:
    """Give a person an account, without any role yet.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
        InvalidInput: the address is taken or cannot be one, or the name is missing.
    """
    actor.check(Action.MANAGE_USERS)
    if errors := person_errors(uow, name, email):
        raise InvalidInput(errors)
    return write_user(uow, email=email, name=name, password=password, language=language)


def write_user(
    uow: UnitOfWork,
    *,
    email: str,
    name: str,
    password: HashedPassword,
    language: str = "fr",
) -> User:
    """Write an account that was checked with `person_errors`.

    Raises:
        InvalidInput: somebody else took the address in the meantime.
    """
    user = User(
        email=normalised_email(email),
        name=name.strip(),
        password_hash=password,
        language=language if language in LANGUAGES else LANGUAGES[0],
        created_at=uow.now,
        roles=[],
    )
    uow.session.add(user)
    try:
        uow.session.flush()  # roles need the user's id, and the address may just have been taken
    except IntegrityError as error:
        raise InvalidInput([_taken()]) from error
    return user


def grant_role(
    uow: UnitOfWork,
    actor: Principal,
    user_id: int,
    role: Role,
    *,
    authority_id: int | None = None,
    organisation_id: int | None = None,
) -> None:
    """Give a person a role; it changes nothing if they hold it already.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
        NotFound: no such person.
        InvalidInput: the role does not go with this owner, or needs one.
    """
    actor.check(Action.MANAGE_USERS)
    if errors := role_errors(role, authority_id, organisation_id):
        raise InvalidInput(errors)
    # The person's row is the lock: a role is held once, and null owners escape the unique key.
    user = _locked(uow, user_id)
    wanted = (role, authority_id, organisation_id)
    if wanted not in [(held.role, held.authority_id, held.organisation_id) for held in user.roles]:
        write_role(user, role, authority_id=authority_id, organisation_id=organisation_id)


def write_role(
    user: User,
    role: Role,
    *,
    authority_id: int | None = None,
    organisation_id: int | None = None,
) -> None:
    """Write a role that was checked with `role_errors`."""
    user.roles.append(
        UserRole(role=role, authority_id=authority_id, organisation_id=organisation_id)
    )


def role_errors(
    role: Role, authority_id: int | None, organisation_id: int | None
) -> list[FieldError]:
    """Return why a role cannot be held for this owner."""
    if role is Role.BORROWER:
        if organisation_id is None:
            text = N_("Choose the organisation that the person speaks for.")
            return [FieldError("organisation_id", text)]
        if authority_id is not None:
            text = N_("A borrower works for no authority.")
            return [FieldError("authority_id", text)]
    elif organisation_id is not None:
        text = N_("Only a borrower speaks for an organisation.")
        return [FieldError("organisation_id", text)]
    elif role is Role.ADMINISTRATOR and authority_id is not None:
        text = N_("An administrator looks after the whole installation.")
        return [FieldError("authority_id", text)]
    return []


def revoke_role(uow: UnitOfWork, actor: Principal, user_id: int, role_id: int) -> None:
    """Take a role from a person; it is effective with their next click.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
        NotFound: the person holds no such role.
        LastAdministrator: nobody would be left to give roles.
    """
    actor.check(Action.MANAGE_USERS)
    administrators = _lock_administrators(uow)
    user = _locked(uow, user_id)
    held = next((role for role in user.roles if role.id == role_id), None)
    if held is None:
        raise NotFound
    if held.role is Role.ADMINISTRATOR and not administrators - {user_id}:
        raise LastAdministrator
    user.roles.remove(held)


def deactivate_user(uow: UnitOfWork, actor: Principal, user_id: int) -> None:
    """Keep a person from signing in, and sign them out everywhere.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
        NotFound: no such person.
        LastAdministrator: nobody would be left to give roles.
    """
    actor.check(Action.MANAGE_USERS)
    administrators = _lock_administrators(uow)
    user = _locked(uow, user_id)
    if administrators == {user_id}:
        raise LastAdministrator
    user.is_active = False
    uow.session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def reactivate_user(uow: UnitOfWork, actor: Principal, user_id: int) -> None:
    """Let a person sign in again, with the roles they had.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage accounts.
        NotFound: no such person.
    """
    actor.check(Action.MANAGE_USERS)
    _locked(uow, user_id).is_active = True


def choose_language(uow: UnitOfWork, actor: Principal, language: str) -> None:
    """Set the language in which the actor reads the pages and gets mail.

    Raises:
        NotFound: the actor has no account.
        InvalidInput: we do not speak it.
    """
    if language not in LANGUAGES:
        raise InvalidInput(language=N_("Choose one of the languages offered."))
    if actor.user_id is None:
        raise NotFound
    _locked(uow, actor.user_id).language = language


def _lock_administrators(uow: UnitOfWork) -> set[int]:
    """Return who administers, locked in one order: two of them cannot remove each other."""
    uow.session.execute(
        select(UserRole.id)
        .where(UserRole.role == Role.ADMINISTRATOR)
        .order_by(UserRole.id)
        .with_for_update()
    ).all()
    query = (
        select(UserRole.user_id)
        .join(User)
        .where(UserRole.role == Role.ADMINISTRATOR, User.is_active)
    )
    return set(uow.session.scalars(query))


def _locked(uow: UnitOfWork, user_id: int) -> User:
    user = uow.session.get(User, user_id, with_for_update={"of": User}, populate_existing=True)
    if user is None:
        raise NotFound
    return user


def _user_of(uow: UnitOfWork, email: str) -> int | None:
    return uow.session.scalar(select(User.id).where(User.email == email))


def _taken() -> FieldError:
    return FieldError("email", N_("This address has an account already: sign in with it."))
