"""Form crews, change them, dissolve them."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.errors import FieldError
from lending.i18n import N_
from lending.logistics.means.checks import check_authority, load_crew, refuse, text_errors, tidy
from lending.logistics.means.kinds import Colour
from lending.logistics.means.models import Agent, Crew, Shift, Vehicle, crew_member

NAME = 80


@dataclass(frozen=True)
class CrewDetails:
    """What is known of a crew."""

    name: str
    colour: Colour = Colour.BLUE
    member_ids: frozenset[int] = frozenset()
    vehicle_id: int | None = None


def add_crew(uow: UnitOfWork, actor: Principal, authority_id: int, details: CrewDetails) -> Crew:
    """Form a crew.

    Raises:
        NotSignedIn, Forbidden, NotFound: the actor does not see to this authority's means.
        InvalidInput: no name or one that is taken, members or a vehicle of another authority.
    """
    check_authority(uow, actor, authority_id)
    crew = Crew(authority_id=authority_id)
    _write(uow, crew, details)
    uow.session.add(crew)
    uow.session.flush()  # the caller leads to it by its number
    return crew


def edit_crew(uow: UnitOfWork, actor: Principal, crew_id: int, details: CrewDetails) -> Crew:
    """Change a crew; shifts that are planned stay as they are.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this crew.
        InvalidInput: as `add_crew`.
    """
    crew = load_crew(uow, actor, crew_id)
    _write(uow, crew, details)
    return crew


def retire_crew(uow: UnitOfWork, actor: Principal, crew_id: int) -> int:
    """Dissolve a crew; return how many shifts to come now belong to no crew.

    Raises:
        NotSignedIn, NotFound: the actor does not see to this crew.
    """
    crew = load_crew(uow, actor, crew_id)
    crew.is_active = False
    uow.session.execute(delete(crew_member).where(crew_member.c.crew_id == crew_id))
    ahead = uow.session.scalars(
        select(Shift).where(Shift.crew_id == crew_id, Shift.starts_at > uow.now)
    ).all()
    for shift in ahead:
        shift.crew_id = None
    return len(ahead)


def _write(uow: UnitOfWork, crew: Crew, details: CrewDetails) -> None:
    name = tidy(details.name)
    errors = [*text_errors("name", name, NAME, asked=N_("Give a name."))]
    same = select(Crew.id).where(
        Crew.authority_id == crew.authority_id, Crew.name == name, Crew.is_active
    )
    if name and uow.session.scalar(same.where(Crew.id != (crew.id or 0))) is not None:
        errors.append(FieldError("name", N_("Another crew has this name.")))
    members = uow.session.scalars(
        select(Agent).where(
            Agent.id.in_(details.member_ids),
            Agent.authority_id == crew.authority_id,
            Agent.is_active,
        )
    ).all()
    if len(members) != len(details.member_ids):
        errors.append(FieldError("member_ids", N_("Choose agents of this authority.")))
    if details.vehicle_id is not None:
        vehicle = uow.session.get(Vehicle, details.vehicle_id)
        if vehicle is None or vehicle.authority_id != crew.authority_id or not vehicle.is_active:
            errors.append(FieldError("vehicle_id", N_("Choose a vehicle of this authority.")))
    refuse(errors)
    crew.name, crew.colour, crew.vehicle_id = name, details.colour, details.vehicle_id
    crew.members = list(members)
