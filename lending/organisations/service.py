"""Register, create, change and verify organisations."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from lending.accounts.passwords import HashedPassword, hash_password, password_errors
from lending.accounts.people import person_errors, write_role, write_user
from lending.accounts.permissions import Action, Principal, Role
from lending.db.database import Database, UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_
from lending.organisations.details import (
    IDENTITY,
    OrganisationDetails,
    checked,
    details_of,
    search_words,
)
from lending.organisations.facts import OrganisationChanged, OrganisationJudged
from lending.organisations.models import Organisation, Verification


@dataclass(frozen=True)
class NewContact:
    """The person who registers an organisation, and will sign in for it."""

    name: str
    email: str
    password: str
    language: str = "fr"


@dataclass(frozen=True)
class Registered:
    """The numbers of what a registration wrote."""

    organisation_id: int
    user_id: int


def register_organisation(
    database: Database, details: OrganisationDetails, contact: NewContact
) -> Registered:
    """Write an organisation to be verified, and the account of its first contact.

    Anybody may. Both are written in one transaction, which this opens itself: the password is
    hashed before. Errors of the contact's fields are named `contact.name`, `contact.email` and
    `contact.password`; all are found at once.

    Raises:
        InvalidInput: a field cannot be used, or the organisation or the person is known already.
    """
    with database.read() as uow:
        # What cannot be registered costs no hash.
        if errors := registration_errors(uow, details, contact):
            raise InvalidInput(errors)
    password = hash_password(contact.password)
    return database.write(lambda uow: _register(uow, details, contact, password))


def registration_errors(
    uow: UnitOfWork, details: OrganisationDetails, contact: NewContact
) -> list[FieldError]:
    """Return everything that keeps an organisation and its contact from being registered."""
    _, errors = checked(uow, details, needs_number=True)
    errors += [
        FieldError(f"contact.{error.field}", error.message, error.data)
        for error in person_errors(uow, contact.name, contact.email)
    ]
    return errors + password_errors(contact.password, contact.email, "contact.password")


def _register(
    uow: UnitOfWork, details: OrganisationDetails, contact: NewContact, password: HashedPassword
) -> Registered:
    if errors := registration_errors(uow, details, contact):
        raise InvalidInput(errors)
    details, _ = checked(uow, details)
    organisation = _write(uow, details)
    user = write_user(
        uow,
        email=contact.email,
        name=contact.name,
        password=password,
        language=contact.language,
    )
    write_role(user, Role.BORROWER, organisation_id=organisation.id)
    return Registered(organisation.id, user.id)


def create_organisation(uow: UnitOfWork, actor: Principal, details: OrganisationDetails) -> int:
    """Write an organisation that phones, or comes to the front desk: verified at once.

    Returns its number.

    Raises:
        NotSignedIn, Forbidden: the actor does not verify organisations.
        InvalidInput: a field cannot be used, or the organisation is known already.
    """
    actor.check(Action.VERIFY_ORGANISATION)
    details, errors = checked(uow, details)
    if errors:
        raise InvalidInput(errors)
    organisation = _write(uow, details)
    _decide(uow, actor, organisation, Verification.VERIFIED)
    return organisation.id


def edit_organisation(
    uow: UnitOfWork,
    actor: Principal,
    organisation_id: int,
    details: OrganisationDetails,
) -> None:
    """Change what an organisation says of itself.

    Its own people no longer change what was verified (`details.IDENTITY`), nor ever the dates of
    documents that the front desk has seen; when they change anything after a rejection, the
    organisation is to be verified again.

    Raises:
        NotFound: there is none that the actor may know of.
        Forbidden: the actor may see it but not change it.
        InvalidInput: a field cannot be used, or is for the front desk to change.
    """
    organisation = _load_for(uow, actor, organisation_id, Action.EDIT_ORGANISATION)
    details, errors = checked(uow, details, itself=organisation_id)
    if not actor.can(Action.VERIFY_ORGANISATION):
        errors += _out_of_reach(organisation, details)
    if errors:
        raise InvalidInput(errors)
    if not actor.can(Action.VERIFY_ORGANISATION) and (
        organisation.verification is Verification.REJECTED
    ):
        organisation.verification = Verification.PENDING
    _fill(uow, organisation, details)
    uow.events.publish(OrganisationChanged(organisation_id), uow)


def verify_organisation(uow: UnitOfWork, actor: Principal, organisation_id: int) -> None:
    """Tell that the organisation is who it says: from now on it can send requests.

    Raises:
        NotFound, Forbidden: the actor may not.
        NotAllowedNow: it is verified already.
    """
    organisation = _load_for(uow, actor, organisation_id, Action.VERIFY_ORGANISATION)
    if organisation.verification is Verification.VERIFIED:
        raise NotAllowedNow
    _decide(uow, actor, organisation, Verification.VERIFIED)
    uow.events.publish(OrganisationJudged(organisation_id, is_verified=True), uow)


def reject_organisation(
    uow: UnitOfWork, actor: Principal, organisation_id: int, reason: str
) -> None:
    """Do not accept the organisation, or no longer; what was granted to it stays granted.

    Raises:
        NotFound, Forbidden: the actor may not.
        NotAllowedNow: that was decided already.
        InvalidInput: no reason; the organisation reads it.
    """
    organisation = _load_for(uow, actor, organisation_id, Action.VERIFY_ORGANISATION)
    if organisation.verification is Verification.REJECTED:
        raise NotAllowedNow
    if not reason.strip():
        raise InvalidInput(reason=N_("Say what is missing or wrong: the association reads it."))
    if len(reason) > 500:
        text = N_("Use at most %(most)d characters.")
        raise InvalidInput([FieldError("reason", text, (("most", 500),))])
    _decide(uow, actor, organisation, Verification.REJECTED, reason.strip())
    uow.events.publish(OrganisationJudged(organisation_id, is_verified=False), uow)


def _load_for(
    uow: UnitOfWork, actor: Principal, organisation_id: int, action: Action
) -> Organisation:
    actor.check(Action.SEE_ORGANISATION, organisation_id=organisation_id, hidden=True)
    actor.check(action, organisation_id=organisation_id)
    organisation = uow.session.get(Organisation, organisation_id, with_for_update=True)
    if organisation is None:
        raise NotFound
    return organisation


def _out_of_reach(organisation: Organisation, details: OrganisationDetails) -> list[FieldError]:
    reserved = ["insurance_until", "republican_commitment_on"]
    if organisation.verification is Verification.VERIFIED:
        reserved += IDENTITY
    before = details_of(organisation)
    return [
        FieldError(name, N_("This was verified: ask the front desk to change it."))
        for name in reserved
        if getattr(before, name) != getattr(details, name)
    ]


def _write(uow: UnitOfWork, details: OrganisationDetails) -> Organisation:
    organisation = Organisation(created_at=uow.now, verification=Verification.PENDING)
    _fill(uow, organisation, details)
    return organisation


def _fill(uow: UnitOfWork, organisation: Organisation, details: OrganisationDetails) -> None:
    words = search_words(uow, details)  # a query, before there is anything to flush
    for name, value in vars(details).items():
        setattr(organisation, name, value)
    organisation.search_text = words
    uow.session.add(organisation)
    try:
        uow.session.flush()  # its number is needed, and another may just have taken the RNA number
    except IntegrityError as error:
        text = N_("An organisation with this number has just been registered.")
        raise InvalidInput(rna=text) from error


def _decide(
    uow: UnitOfWork,
    actor: Principal,
    organisation: Organisation,
    verification: Verification,
    note: str = "",
) -> None:
    organisation.verification = verification
    organisation.verified_at = uow.now
    organisation.verified_by_id = actor.user_id
    organisation.verification_note = note
