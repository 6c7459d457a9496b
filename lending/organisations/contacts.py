"""Who signs in for an organisation: access given by the front desk, passwords forgotten."""

from lending.accounts.models import User
from lending.accounts.passwords import HashedPassword
from lending.accounts.people import person_errors, write_role, write_user
from lending.accounts.permissions import Action, Principal, Role
from lending.accounts.sessions import set_password
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput, NotFound
from lending.organisations.models import Organisation


def add_contact(
    uow: UnitOfWork,
    actor: Principal,
    organisation_id: int,
    *,
    name: str,
    email: str,
    password: HashedPassword,
    language: str = "fr",
) -> int:
    """Give a person an account for an organisation; return its number.

    Raises:
        NotSignedIn, Forbidden: the actor does not verify organisations.
        NotFound: no such organisation.
        InvalidInput: the address is taken or cannot be one, or the name is missing.
    """
    actor.check(Action.VERIFY_ORGANISATION, organisation_id=organisation_id)
    if uow.session.get(Organisation, organisation_id) is None:
        raise NotFound
    if errors := person_errors(uow, name, email):
        raise InvalidInput(errors)
    user = write_user(uow, email=email, name=name, password=password, language=language)
    write_role(user, Role.BORROWER, organisation_id=organisation_id)
    return user.id


def reset_contact_password(
    uow: UnitOfWork,
    actor: Principal,
    organisation_id: int,
    user_id: int,
    password: HashedPassword,
) -> None:
    """Give a contact who has forgotten theirs another password; all their sessions end.

    Somebody who also works for a lender is not within the front desk's reach.

    Raises:
        NotSignedIn, Forbidden: the actor does not verify organisations.
        NotFound: the organisation has no such contact.
    """
    actor.check(Action.VERIFY_ORGANISATION, organisation_id=organisation_id)
    user = uow.session.get(User, user_id, with_for_update={"of": User})
    if user is None or not _is_only_contact_of(user, organisation_id):
        raise NotFound
    set_password(uow, user, password)


def _is_only_contact_of(user: User, organisation_id: int) -> bool:
    return any(role.organisation_id == organisation_id for role in user.roles) and all(
        role.role is Role.BORROWER for role in user.roles
    )
