"""Who borrows."""

from dataclasses import replace

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import Nothing, page_fields
from lending.api.schemas.organisations import (
    OrganisationChange,
    OrganisationIn,
    OrganisationOut,
    OrganisationPage,
    OrganisationQuery,
    Rejection,
    organisation_out,
)
from lending.authorities.communes import note_commune
from lending.db.database import UnitOfWork
from lending.organisations.details import OrganisationDetails
from lending.organisations.queries import (
    OrganisationView,
    get_organisation,
    list_organisations,
)
from lending.organisations.service import (
    create_organisation,
    edit_organisation,
    reject_organisation,
    verify_organisation,
)

operations = Operations("Organisations")
ONE = "/organisations/{organisation_id}"


@operations.add(
    "GET", "/organisations", Action.SEE_ORGANISATION, OrganisationPage, query=OrganisationQuery
)
def read_organisations(uow: UnitOfWork, call: Call[OrganisationQuery, None]) -> OrganisationPage:
    """List the organisations that the token may see, by name."""
    wanted = call.query
    found = list_organisations(
        uow,
        call.actor,
        search=wanted.q,
        verification=wanted.verification,
        page=wanted.page,
        per_page=wanted.per_page,
    )
    return OrganisationPage(
        items=[organisation_out(view) for view in found.organisations],
        **page_fields(wanted, found.total, call.address),
    )


@operations.add(
    "POST",
    "/organisations",
    Action.VERIFY_ORGANISATION,
    OrganisationOut,
    status=201,
    body=OrganisationIn,
    location="/organisations/{id}",
)
def add_organisation(uow: UnitOfWork, call: Call[None, OrganisationIn]) -> OrganisationOut:
    """Enter an organisation; it is verified at once."""
    note_commune(uow, call.actor, call.body.commune_insee)
    number = create_organisation(uow, call.actor, OrganisationDetails(**call.body.model_dump()))
    return organisation_out(get_organisation(uow, call.actor, number))


@operations.add("GET", ONE, Action.SEE_ORGANISATION, OrganisationOut)
def read_organisation(uow: UnitOfWork, call: Call[None, None]) -> OrganisationOut:
    """Read an organisation."""
    return organisation_out(get_organisation(uow, call.actor, call.ids["organisation_id"]))


@operations.add("PATCH", ONE, Action.EDIT_ORGANISATION, OrganisationOut, body=OrganisationChange)
def change_organisation(uow: UnitOfWork, call: Call[None, OrganisationChange]) -> OrganisationOut:
    """Change what is said of an organisation.

    Its own token no longer changes what the front desk has verified.
    """
    number, given = call.ids["organisation_id"], call.body.given()
    view = get_organisation(uow, call.actor, number)
    if "commune_insee" in given:
        note_commune(uow, call.actor, given["commune_insee"])
    edit_organisation(uow, call.actor, number, replace(_details(view), **given))
    return organisation_out(get_organisation(uow, call.actor, number))


@operations.add("POST", f"{ONE}/verify", Action.VERIFY_ORGANISATION, OrganisationOut, body=Nothing)
def verify(uow: UnitOfWork, call: Call[None, Nothing]) -> OrganisationOut:
    """Tell that an organisation is who it says: from now on it can send requests."""
    number = call.ids["organisation_id"]
    verify_organisation(uow, call.actor, number)
    return organisation_out(get_organisation(uow, call.actor, number))


@operations.add(
    "POST", f"{ONE}/reject", Action.VERIFY_ORGANISATION, OrganisationOut, body=Rejection
)
def reject(uow: UnitOfWork, call: Call[None, Rejection]) -> OrganisationOut:
    """Do not accept an organisation, or no longer."""
    number = call.ids["organisation_id"]
    reject_organisation(uow, call.actor, number, call.body.reason)
    return organisation_out(get_organisation(uow, call.actor, number))


def _details(view: OrganisationView) -> OrganisationDetails:
    return OrganisationDetails(
        **{name: getattr(view, name) for name in OrganisationDetails.__dataclass_fields__}
    )
