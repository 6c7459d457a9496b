"""Checks that the services of this room share; each returns what is wrong, and changes nothing."""

from collections.abc import Iterable
from datetime import date

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority, Depot
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_
from lending.logistics.means.models import Agent, Crew, Vehicle

FIRST, LAST = date(1971, 1, 1), date(2198, 12, 31)


def check_authority(uow: UnitOfWork, actor: Principal, authority_id: int) -> Authority:
    """Return the authority whose means the actor sees to.

    Raises:
        NotSignedIn, Forbidden: the actor does not.
        NotFound: no such authority.
    """
    actor.check(Action.MANAGE_MEANS, authority_id=authority_id)
    authority = uow.session.get(Authority, authority_id)
    if authority is None:
        raise NotFound
    return authority


def load_agent(uow: UnitOfWork, actor: Principal, agent_id: int, *, lock: bool = False) -> Agent:
    """Return an agent whom the actor sees to; locked, nobody else plans for this agent meanwhile.

    Raises:
        NotSignedIn, NotFound: the actor does not, or there is none.
    """
    locking = {"of": Agent} if lock else None
    agent = uow.session.get(Agent, agent_id, with_for_update=locking)
    if agent is None:
        actor.check(Action.MANAGE_MEANS)
        raise NotFound
    actor.check(Action.MANAGE_MEANS, authority_id=agent.authority_id, hidden=True)
    return agent


def load_vehicle(uow: UnitOfWork, actor: Principal, vehicle_id: int) -> Vehicle:
    """Return a vehicle that the actor sees to.

    Raises:
        NotSignedIn, NotFound: the actor does not, or there is none.
    """
    vehicle = uow.session.get(Vehicle, vehicle_id)
    if vehicle is None:
        actor.check(Action.MANAGE_MEANS)
        raise NotFound
    actor.check(Action.MANAGE_MEANS, authority_id=vehicle.authority_id, hidden=True)
    return vehicle


def load_crew(uow: UnitOfWork, actor: Principal, crew_id: int) -> Crew:
    """Return a crew that the actor sees to.

    Raises:
        NotSignedIn, NotFound: the actor does not, or there is none.
    """
    crew = uow.session.get(Crew, crew_id)
    if crew is None:
        actor.check(Action.MANAGE_MEANS)
        raise NotFound
    actor.check(Action.MANAGE_MEANS, authority_id=crew.authority_id, hidden=True)
    return crew


def tidy(text: str) -> str:
    """Return the text with single spaces."""
    return " ".join(text.split())


def text_errors(field: str, text: str, most: int, *, asked: str = "") -> Iterable[FieldError]:
    """Yield what is wrong with a tidy text; `asked` is said where it may not be missing."""
    if asked and not text:
        yield FieldError(field, asked)
    if len(text) > most:
        yield FieldError(field, N_("Use at most %(most)d characters."), (("most", most),))


def depot_errors(uow: UnitOfWork, authority_id: int, depot_id: int | None) -> Iterable[FieldError]:
    """Yield what is wrong with the choice of a depot."""
    depot = uow.session.get(Depot, depot_id) if depot_id is not None else None
    if depot_id is not None and (depot is None or depot.authority_id != authority_id):
        yield FieldError("depot_id", N_("Choose a depot of this authority."))


def days_errors(first: date, last: date | None) -> Iterable[FieldError]:
    """Yield what is wrong with days, both included."""
    if not FIRST <= first <= LAST:
        yield FieldError("first_day", N_("Give a day of our time."))
    elif last is not None and not first <= last <= LAST:
        yield FieldError("last_day", N_("The last day comes after the first."))


def refuse(errors: list[FieldError]) -> None:
    """Refuse when something is wrong.

    Raises:
        InvalidInput: something is.
    """
    if errors:
        raise InvalidInput(errors)
