"""Who lends."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.authorities import AuthorityOut, AuthorityPage, authority_out
from lending.api.schemas.common import Paged, page_fields
from lending.authorities.queries import get_authority, list_authorities
from lending.db.database import UnitOfWork

operations = Operations("Authorities")


@operations.add("GET", "/authorities", Action.BROWSE_CATALOGUE, AuthorityPage, query=Paged)
def read_authorities(uow: UnitOfWork, call: Call[Paged, None]) -> AuthorityPage:
    """List the authorities that lend."""
    found = list(list_authorities(uow))
    return AuthorityPage(
        items=[authority_out(view) for view in call.query.cut(found)],
        **page_fields(call.query, len(found), call.address),
    )


@operations.add("GET", "/authorities/{authority_id}", Action.BROWSE_CATALOGUE, AuthorityOut)
def read_authority(uow: UnitOfWork, call: Call[None, None]) -> AuthorityOut:
    """Read an authority."""
    return authority_out(get_authority(uow, call.ids["authority_id"]))
