"""What an organisation says of itself, and what keeps it from being written."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from lending.accounts.people import email_errors
from lending.authorities.models import Commune
from lending.db.database import UnitOfWork
from lending.errors import FieldError
from lending.i18n import N_
from lending.organisations.identifiers import check_rna, check_siren, check_siret
from lending.organisations.models import Organisation, OrganisationKind
from lending.words import searchable

IDENTITY = ("name", "kind", "rna", "siren", "siret", "commune_insee")
"""What the front desk has verified: once it has, the borrower no longer changes it alone."""

_LENGTHS = {
    "name": 200,
    "address": 250,
    "purpose": 500,
    "contact_name": 120,
    "contact_phone": 30,
}
_WITHOUT_NUMBER = N_(
    "Give the RNA number, the SIREN or the SIRET. If you have none, the front desk will register"
    " you."
)
_KNOWN = N_(
    "An organisation with this number is registered already. Ask the front desk for access to it."
)


@dataclass(frozen=True)
class OrganisationDetails:
    """The fields of an organisation that people fill in; identifiers as they write them."""

    name: str
    commune_insee: str
    kind: OrganisationKind = OrganisationKind.ASSOCIATION
    rna: str | None = ""
    siren: str | None = ""
    siret: str | None = ""
    address: str = ""
    purpose: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""
    insurance_until: date | None = None
    republican_commitment_on: date | None = None


def details_of(organisation: Organisation) -> OrganisationDetails:
    """Return what a kept organisation says of itself."""
    return OrganisationDetails(
        **{name: getattr(organisation, name) for name in OrganisationDetails.__dataclass_fields__}
    )


def checked(
    uow: UnitOfWork,
    details: OrganisationDetails,
    *,
    itself: int | None = None,
    needs_number: bool = False,
) -> tuple[OrganisationDetails, list[FieldError]]:
    """Return the details as they are kept, and what is wrong with them.

    `itself` is the number of the organisation that is being changed; `needs_number` asks for at
    least one identifier.
    """
    kept, errors = _identified(_trimmed(details))
    errors += _text_errors(kept)
    if needs_number and not errors and not (kept.rna or kept.siren or kept.siret):
        errors.append(FieldError("rna", _WITHOUT_NUMBER))
    if not kept.commune_insee:
        errors.append(FieldError("commune_insee", N_("Choose the commune of the seat.")))
    elif uow.session.get(Commune, kept.commune_insee) is None:
        errors.append(FieldError("commune_insee", N_("We do not know this commune.")))
    return kept, errors + _duplicates(uow, kept, itself)


def search_words(uow: UnitOfWork, details: OrganisationDetails) -> str:
    """Return what the organisation is found by: its name, its numbers, its commune."""
    commune = uow.session.get(Commune, details.commune_insee)
    numbers = [number for number in (details.rna, details.siren, details.siret) if number]
    return searchable(details.name, *numbers, commune.name if commune else "")


def _trimmed(details: OrganisationDetails) -> OrganisationDetails:
    texts = {
        name: value.strip()
        for name, value in vars(details).items()
        if isinstance(value, str) and not isinstance(value, OrganisationKind)
    }
    return replace(details, **texts)  # type: ignore[arg-type]


def _identified(
    details: OrganisationDetails,
) -> tuple[OrganisationDetails, list[FieldError]]:
    rna, rna_errors = check_rna(details.rna or "")
    siren, siren_errors = check_siren(details.siren or "")
    siret, siret_errors = check_siret(details.siret or "")
    errors = rna_errors + siren_errors + siret_errors
    if siret and siren and not siret.startswith(siren):
        errors.append(FieldError("siret", N_("A SIRET begins with the SIREN: these two differ.")))
    return replace(details, rna=rna, siren=siren or (siret and siret[:9]), siret=siret), errors


def _text_errors(details: OrganisationDetails) -> list[FieldError]:
    errors = []
    if not details.name:
        errors.append(FieldError("name", N_("Give the organisation's full name.")))
    for name, most in _LENGTHS.items():
        if len(getattr(details, name)) > most:
            text = N_("Use at most %(most)d characters.")
            errors.append(FieldError(name, text, (("most", most),)))
    if details.contact_email:
        errors += email_errors(details.contact_email, "contact_email")
    return errors


def _duplicates(
    uow: UnitOfWork, details: OrganisationDetails, itself: int | None
) -> list[FieldError]:
    """Return which numbers another organisation has; a SIREN is shared by a body's departments."""
    numbers = {"rna": details.rna, "siret": details.siret}
    if details.kind is OrganisationKind.ASSOCIATION and not details.siret:
        numbers["siren"] = details.siren
    return [
        FieldError(name, _KNOWN)
        for name, number in numbers.items()
        if number and _another(uow, name, number, itself)
    ]


def _another(uow: UnitOfWork, name: str, number: str, itself: int | None) -> bool:
    query = select(Organisation.id).where(getattr(Organisation, name) == number)
    if itself is not None:
        query = query.where(Organisation.id != itself)
    return uow.session.scalars(query.limit(1)).first() is not None
