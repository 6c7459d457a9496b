"""How somebody wants to hear of each family of messages."""

from collections.abc import Mapping

from sqlalchemy import delete, select

from lending.accounts.permissions import Action, Principal
from lending.db.database import UnitOfWork
from lending.errors import NotSignedIn
from lending.notifications.kinds import USUAL_PACE, Family, Pace
from lending.notifications.models import Preference


def families_of(actor: Principal) -> tuple[Family, ...]:
    """Return the families in which somebody can get messages."""
    found = []
    if actor.organisation_ids:
        found += [Family.REQUESTS, Family.LOANS, Family.ASSOCIATION]
    if actor.can(Action.SEE_INBOX):
        found.append(Family.DUTIES)
    if actor.can(Action.DO_TASKS):
        found.append(Family.ROUNDS)
    return tuple(found)


def preferences_of(uow: UnitOfWork, actor: Principal) -> dict[Family, Pace]:
    """Return how the actor wants to hear of each family that concerns them.

    Raises:
        NotSignedIn: the actor has no account.
    """
    if actor.user_id is None:
        raise NotSignedIn
    rows = uow.session.execute(
        select(Preference.family, Preference.pace).where(Preference.user_id == actor.user_id)
    )
    chosen = dict(rows.all())
    return {family: chosen.get(family, USUAL_PACE[family]) for family in families_of(actor)}


def choose(uow: UnitOfWork, actor: Principal, paces: Mapping[Family, Pace]) -> None:
    """Keep how the actor wants to hear of these families; it holds for messages to come.

    Raises:
        NotSignedIn: the actor has no account.
    """
    if actor.user_id is None:
        raise NotSignedIn
    uow.session.execute(
        delete(Preference).where(
            Preference.user_id == actor.user_id, Preference.family.in_(list(paces))
        )
    )
    uow.session.add_all(
        Preference(user_id=actor.user_id, family=family, pace=pace)
        for family, pace in paces.items()
    )
