"""The rules by which authorities lend: anyone reads them."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import Paged, page_fields
from lending.api.schemas.policies import PolicyOut, PolicyPage, policy_out
from lending.authorities.queries import get_authority
from lending.db.database import UnitOfWork
from lending.policies.queries import list_versions, rules_in_force

operations = Operations("Lending rules")


@operations.add(
    "GET",
    "/authorities/{authority_id}/policies",
    Action.SEE_POLICY,
    PolicyPage,
    query=Paged,
)
def list_policies(uow: UnitOfWork, call: Call[Paged, None]) -> PolicyPage:
    """List the published versions of an authority's rules, the first one first.

    One that is announced for later is among them. None is ever altered.
    """
    authority = get_authority(uow, call.ids["authority_id"])
    found = list(list_versions(uow.session, authority.id))
    return PolicyPage(
        items=[policy_out(authority.id, version) for version in call.query.cut(found)],
        **page_fields(call.query, len(found), call.address),
    )


@operations.add(
    "GET", "/authorities/{authority_id}/policies/in-force", Action.SEE_POLICY, PolicyOut
)
def read_policy_in_force(uow: UnitOfWork, call: Call[None, None]) -> PolicyOut:
    """Read the rules that are in force now.

    Where nothing is published, these are the usual rules, without a number.
    """
    authority = get_authority(uow, call.ids["authority_id"])
    return policy_out(authority.id, rules_in_force(uow.session, authority.id, uow.now))
