"""Which feeds somebody may want: what is theirs, and what they work for."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.db.database import UnitOfWork
from lending.logistics.means.models import Agent
from lending.organisations.models import Organisation
from lending.subscriptions.models import View


@dataclass(frozen=True)
class Offer:
    """A feed that somebody may subscribe to."""

    view: View
    scope_id: int
    name: str


def list_offers(uow: UnitOfWork, actor: Principal) -> list[Offer]:
    """Return the feeds of the actor's organisations, authorities, departments, depots and rounds.

    Items and crews are offered on their own pages: there are too many of them.

    Raises:
        NotSignedIn, Forbidden: the actor may not subscribe to anything.
    """
    actor.check(Action.SUBSCRIBE)
    organisations = uow.session.execute(
        select(Organisation.id, Organisation.name)
        .where(Organisation.id.in_(actor.organisation_ids))
        .order_by(Organisation.name)
    )
    offers = [Offer(View.ORGANISATION, number, name) for number, name in organisations]
    scope = actor.authority_scope(Action.SEE_BOARD)
    query = select(Authority).order_by(Authority.name)
    query = query.options(selectinload(Authority.departments), selectinload(Authority.depots))
    if scope is not None:
        query = query.where(Authority.id.in_(scope))
    for authority in uow.session.scalars(query):
        offers.append(Offer(View.AUTHORITY, authority.id, authority.name))
        for view, things in (
            (View.DEPOT, authority.depots),
            (View.DEPARTMENT, authority.departments),
        ):
            offers += [Offer(view, thing.id, thing.name) for thing in things]
    own = select(Agent.id, Agent.name).where(Agent.user_id == actor.user_id, Agent.is_active)
    if actor.user_id is not None:
        offers += [Offer(View.AGENT, number, name) for number, name in uow.session.execute(own)]
    return offers
