"""What pages show of organisations."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from lending.accounts.models import User
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Commune
from lending.db.database import UnitOfWork
from lending.errors import NotFound, NotSignedIn
from lending.organisations.identifiers import compact
from lending.organisations.models import Organisation, OrganisationKind, Verification
from lending.words import patterns


@dataclass(frozen=True)
class OrganisationView:
    """An organisation as its own people and the staff see it."""

    id: int
    uuid: str
    name: str
    kind: OrganisationKind
    rna: str | None
    siren: str | None
    siret: str | None
    commune_insee: str
    commune_name: str
    address: str
    purpose: str
    contact_name: str
    contact_email: str
    contact_phone: str
    insurance_until: date | None
    republican_commitment_on: date | None
    created_at: datetime
    verification: Verification
    verified_at: datetime | None
    """When it was verified or rejected."""
    verified_by: str
    verification_note: str


@dataclass(frozen=True)
class Organisations:
    """One page of organisations, and how many there are in all."""

    organisations: tuple[OrganisationView, ...]
    total: int


def list_organisations(
    uow: UnitOfWork,
    actor: Principal,
    *,
    search: str = "",
    verification: Verification | None = None,
    page: int = 1,
    per_page: int = 50,
) -> Organisations:
    """Return the organisations the actor may see, by name; those to be verified, oldest first.

    Words are looked for at the beginning of words of the name, the commune and the numbers.

    Raises:
        NotSignedIn: nobody in particular sees none.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    query = _query()
    if not actor.can(Action.LIST_ORGANISATIONS):
        query = query.where(Organisation.id.in_(actor.organisation_ids))
    if verification is not None:
        query = query.where(Organisation.verification == verification)
    for pattern in patterns(_as_kept(search)):
        query = query.where(Organisation.search_text.like(pattern))
    total = uow.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = (
        (Organisation.created_at, Organisation.id)
        if verification is Verification.PENDING
        else (func.lower(Organisation.name), Organisation.id)
    )
    rows = uow.session.execute(
        query.order_by(*order).limit(per_page).offset((page - 1) * per_page)
    ).all()
    return Organisations(tuple(_view(*row) for row in rows), total)


def get_organisation(uow: UnitOfWork, actor: Principal, organisation_id: int) -> OrganisationView:
    """Return an organisation.

    Raises:
        NotSignedIn: nobody in particular sees none.
        NotFound: there is none that the actor may know of.
    """
    actor.check(Action.SEE_ORGANISATION, organisation_id=organisation_id, hidden=True)
    row = uow.session.execute(_query().where(Organisation.id == organisation_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(*row)


def count_pending(uow: UnitOfWork) -> int:
    """Return how many organisations wait for verification."""
    query = select(func.count()).where(Organisation.verification == Verification.PENDING)
    return uow.session.scalar(query) or 0


def organisation_names(uow: UnitOfWork, ids: Collection[int]) -> dict[int, str]:
    """Return the name of each of these organisations by its number."""
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    return dict(uow.session.execute(query).all())


def _as_kept(search: str) -> str:
    """Return the search, an identifier without the spaces it is written with."""
    number = compact(search)
    if number.isdigit() and len(number) >= 6:
        return number
    return number if number[:1] == "W" and number[1:2].isdigit() else search


def _query() -> Select[Organisation, str, str | None]:
    return (
        select(Organisation, Commune.name, User.name)
        .join(Commune, Commune.insee == Organisation.commune_insee)
        .outerjoin(User, User.id == Organisation.verified_by_id)
    )


def _view(row: Organisation, commune_name: str, verified_by: str | None) -> OrganisationView:
    own = set(OrganisationView.__dataclass_fields__) - {"commune_name", "verified_by"}
    return OrganisationView(
        commune_name=commune_name,
        verified_by=verified_by or "",
        **{name: getattr(row, name) for name in own},
    )
