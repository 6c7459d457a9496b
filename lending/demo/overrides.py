"""A request that two people granted against the rules, and one that waits for the second."""

from zoneinfo import ZoneInfo

from sqlalchemy import select

from lending.accounts.models import User
from lending.accounts.permissions import Grant, Principal, Role
from lending.db.database import Database, UnitOfWork
from lending.demo.wishes import TOWN, Wish, authority_of, file_wish, saturday_in
from lending.equity.overriding.service import confirm_override, propose_override

FLOODED = Wish(
    "Comité des fêtes de Saint-Aubin",
    TOWN,
    "Repas solidaire après la crue",
    "00002",
    "halle couverte, Saint-Aubin",
    (("TAB-183", 10), ("CHA-PLI", 60)),
)
TWINNED = Wish(
    "Rando Saules",
    TOWN,
    "Arrivée de la randonnée des deux rives",
    "00003",
    "place des Saules",
    (("BAR-200", 20),),
)


def override(database: Database, zone: ZoneInfo) -> None:
    """Grant, by two people, what lies outside the territory."""
    number = _propose(
        database,
        zone,
        FLOODED,
        "La salle de Saint-Aubin est inondée : la ville aide sa voisine, accord du maire.",
    )
    database.write(lambda uow: confirm_override(uow, _admin(uow), number))


def propose(database: Database, zone: ZoneInfo) -> None:
    """Propose an override, which a second person has to confirm."""
    _propose(
        database,
        zone,
        TWINNED,
        "Le départ a lieu à Rivemont : la moitié de la manifestation est chez nous.",
    )


def _propose(database: Database, zone: ZoneInfo, wish: Wish, motive: str) -> int:
    number = database.write(lambda uow: file_wish(uow, wish, saturday_in(uow, zone, 8), zone))
    database.write(lambda uow: propose_override(uow, _manager(uow), number, motive))
    return number


def _manager(uow: UnitOfWork) -> Principal:
    grant = Grant(Role.MANAGER, authority_of(uow, TOWN))
    return _person(uow, "rivemont@demo.example", grant)


def _admin(uow: UnitOfWork) -> Principal:
    return _person(uow, "admin@demo.example", Grant(Role.ADMINISTRATOR))


def _person(uow: UnitOfWork, email: str, grant: Grant) -> Principal:
    user = uow.session.scalars(select(User).where(User.email == email)).one()
    return Principal(user.id, user.name, (grant,))
