"""Who borrows."""

from datetime import date

from pydantic import Field

from lending.api.schemas.common import (
    Change,
    Input,
    Insee,
    Instant,
    Output,
    Page,
    Paged,
    Text,
    Words,
)
from lending.organisations.models import OrganisationKind, Verification
from lending.organisations.queries import OrganisationView


class OrganisationFields(Input):
    """What may be said of an organisation."""

    kind: OrganisationKind = OrganisationKind.ASSOCIATION
    rna: Text | None = Field(None, max_length=20, examples=["W491001234"])
    siren: Text | None = Field(None, max_length=20, examples=["732829320"])
    siret: Text | None = Field(None, max_length=30)
    address: Text = Field("", max_length=250)
    purpose: Text = Field("", max_length=500)
    contact_name: Text = Field("", max_length=120)
    contact_email: Text = Field("", max_length=254)
    contact_phone: Text = Field("", max_length=30)
    insurance_until: date | None = Field(
        None, description="Last day covered by the liability certificate that was shown."
    )
    republican_commitment_on: date | None = None


class OrganisationIn(OrganisationFields):
    """A new organisation: entered by staff, it is verified at once."""

    name: Text = Field(min_length=1, max_length=200)
    commune_insee: Insee = Field(description="The commune of its seat.")


class OrganisationChange(Change, OrganisationFields):
    """The fields of an organisation that change."""

    name: Text = Field("", min_length=1, max_length=200)
    commune_insee: Insee = ""


class Rejection(Input):
    """Why an organisation is not accepted."""

    reason: Text = Field(min_length=1, max_length=500)


class OrganisationOut(Output):
    """An organisation."""

    id: int
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
    verification: Verification
    verified_at: Instant | None
    verification_note: str
    created_at: Instant


class OrganisationPage(Page):
    """Organisations."""

    items: list[OrganisationOut]


class OrganisationQuery(Paged):
    """Which organisations are wanted."""

    q: Words = Field("", description="Words of the name or the commune, or a number.")
    verification: Verification | None = None


def organisation_out(view: OrganisationView) -> OrganisationOut:
    """Return an organisation as it is answered."""
    return OrganisationOut.model_validate(view, from_attributes=True)
