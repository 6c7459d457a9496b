"""A standing cast, and rows that are ready for the step a test is about.

All of it is plainly fictional. What bookings hold is made by the services themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from lending.accounts.models import User, UserRole
from lending.accounts.permissions import SYSTEM, Grant, Principal, Role
from lending.authorities.models import (
    Authority,
    AuthorityKind,
    Commune,
    Competence,
    Department,
    DepartmentCompetence,
    Depot,
    OpeningHours,
)
from lending.availability.answers import Wanted
from lending.bookings.decisions import approve_booking
from lending.bookings.details import BookingDetails, EventDetails
from lending.bookings.drafts import create_booking
from lending.bookings.models import Logistics
from lending.bookings.submission import join_waiting_list, submit_booking
from lending.catalogue.models import Category, Item, StockMovement
from lending.db.database import Database, UnitOfWork
from lending.organisations.models import Organisation, OrganisationKind, Verification
from lending.words import searchable

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""Monday 2 March 2026, 9:00 in Paris."""
FRIDAY = datetime(2026, 6, 5, 14, 0, tzinfo=UTC)
"""Friday 5 June 2026, 16:00 in Paris: when loans begin unless said otherwise."""
MONDAY = datetime(2026, 6, 8, 7, 0, tzinfo=UTC)
"""The Monday after, 9:00 in Paris: when they end."""

PASSWORD = "le bal des pompiers"
"""Everybody's password."""
_PASSWORD_HASH = (
    # of PASSWORD, with the cheapest parameters: tests sign in often
    "$argon2id$v=19$m=8,t=1,p=1$RWBBaSKCaD8SIaxhh+8rdg$sR9YsxFMZ477BcEC114QK5pEFrXp+oQpge/cqDcemo8"
)


@dataclass(frozen=True)
class Cast:
    """The numbers of the standing cast, and its people."""

    town: int
    """Sainte-Planche: lends chairs, tables, barriers and a tent."""
    agglomeration: int
    """Les Trois Tréteaux: lends chairs and a stage."""
    depot: int
    town_department: int
    agglomeration_department: int
    choir: int
    """A verified association of Sainte-Planche; `alice` speaks for it."""
    club: int
    """A verified association of another commune; `bob` speaks for it."""
    newcomer: int
    """An association to be verified; `carol` speaks for it."""
    chairs: int
    """100 of the town; no preparation, no turnaround; equivalent to `shell_chairs`."""
    tables: int
    """20 of the town; an hour of preparation, two of turnaround."""
    barriers: int
    """60 of the town, at most 40 in one booking."""
    tent: int
    """One, of the town; a day of turnaround."""
    shell_chairs: int
    """50 of the agglomeration."""
    stage: int
    """40 decks of the agglomeration."""
    alice: Principal
    bob: Principal
    carol: Principal
    front_desk: Principal
    """Works for the town, as the manager, and the auditor."""
    manager: Principal
    agent: Principal
    """Goes out with a crew of the town."""
    other_manager: Principal
    """Works for the agglomeration."""
    auditor: Principal
    administrator: Principal


TOWN_COMMUNE, OTHER_COMMUNE = "00101", "00102"


def standing_cast(database: Database) -> Cast:
    """Write the standing cast into an empty database."""
    return database.write(_write_cast)


def _write_cast(uow: UnitOfWork) -> Cast:
    session = uow.session
    _communes(session)
    town, agglomeration = _town(session), _agglomeration(session)
    categories = _categories(session)
    session.flush()  # everything below refers to these by id
    items = _items(session, town, agglomeration, categories)
    choir = make_organisation(session, "Chorale des Planches", rna="W001000001")
    club = make_organisation(
        session, "Club de pétanque du Gué", rna="W001000002", commune=OTHER_COMMUNE
    )
    newcomer = make_organisation(
        session,
        "Comité des fêtes nouveau",
        rna="W001000003",
        verification=Verification.PENDING,
    )
    people = _people(session, town, agglomeration, choir, club, newcomer)
    return Cast(
        town=town.id,
        agglomeration=agglomeration.id,
        depot=town.depots[0].id,
        town_department=town.departments[0].id,
        agglomeration_department=agglomeration.departments[0].id,
        choir=choir.id,
        club=club.id,
        newcomer=newcomer.id,
        chairs=items["chairs"].id,
        tables=items["tables"].id,
        barriers=items["barriers"].id,
        tent=items["tent"].id,
        shell_chairs=items["shell_chairs"].id,
        stage=items["stage"].id,
        alice=people["alice"],
        bob=people["bob"],
        carol=people["carol"],
        front_desk=people["front_desk"],
        manager=people["manager"],
        agent=people["agent"],
        other_manager=people["other_manager"],
        auditor=people["auditor"],
        administrator=people["administrator"],
    )


def _communes(session: Session) -> None:
    session.add_all(
        [
            Commune(insee=TOWN_COMMUNE, name="Sainte-Planche", postal_code="00100"),
            Commune(insee=OTHER_COMMUNE, name="Le Gué-aux-Tréteaux", postal_code="00110"),
            Commune(insee="00199", name="Loin-du-Bourg", postal_code="00199"),
        ]
    )
    session.flush()  # authorities point to communes


def _town(session: Session) -> Authority:
    town = Authority(
        code="sainte-planche",
        name="Ville de Sainte-Planche (fictive)",
        kind=AuthorityKind.TOWN,
        email="fetes@sainte-planche.example",
        phone="01 99 00 00 01",
        communes=[session.get_one(Commune, TOWN_COMMUNE)],
        departments=[_department("fetes", "Fêtes et cérémonies", Competence.LOCAL_LIFE)],
        depots=[
            Depot(
                code="ateliers",
                name="Ateliers municipaux",
                address="3 rue du Banc, Sainte-Planche",
                opening_hours=[
                    OpeningHours(weekday=day, opens=opens, closes=closes)
                    for day in range(5)
                    for opens, closes in ((8 * 60, 12 * 60), (13 * 60 + 30, 17 * 60))
                ],
            )
        ],
    )
    session.add(town)
    return town


def _agglomeration(session: Session) -> Authority:
    agglomeration = Authority(
        code="trois-treteaux",
        name="Agglomération des Trois Tréteaux (fictive)",
        kind=AuthorityKind.AGGLOMERATION,
        email="evenements@trois-treteaux.example",
        communes=[
            session.get_one(Commune, TOWN_COMMUNE),
            session.get_one(Commune, OTHER_COMMUNE),
        ],
        departments=[_department("regie", "Régie culturelle", Competence.CULTURE)],
        depots=[Depot(code="hangar", name="Hangar du Gué")],
    )
    session.add(agglomeration)
    return agglomeration


def _department(code: str, name: str, competence: Competence) -> Department:
    return Department(
        code=code, name=name, competences=[DepartmentCompetence(competence=competence)]
    )


def _categories(session: Session) -> dict[str, Category]:
    categories = {
        code: Category(code=code, name=name, name_en=english, pictogram=pictogram, position=place)
        for place, (code, name, english, pictogram) in enumerate(
            [
                ("seats", "Chaises et bancs", "Seats", "chair"),
                ("tables", "Tables", "Tables", "table"),
                ("barriers", "Barrières", "Barriers", "barrier"),
                ("tents", "Tentes", "Tents", "tent"),
                ("stages", "Scènes", "Stages", "stage"),
            ]
        )
    }
    session.add_all(categories.values())
    return categories


def _items(
    session: Session,
    town: Authority,
    agglomeration: Authority,
    categories: dict[str, Category],
) -> dict[str, Item]:
    def item(
        owner: Authority,
        category: str,
        code: str,
        name: str,
        stock: int,
        **more: object,
    ) -> Item:
        return make_item(session, owner, categories[category], code, name, stock, **more)

    return {
        "chairs": item(
            town,
            "seats",
            "CHA-PLI",
            "Chaise pliante",
            100,
            equivalence_group="chair",
            **_CHAIR,
        ),
        "tables": item(
            town,
            "tables",
            "TAB-183",
            "Table pliante 183 cm",
            20,
            preparation_minutes=60,
            turnaround_minutes=120,
            weight_g=15_000,
            volume_l=100,
        ),
        "barriers": item(
            town, "barriers", "BAR-VAU", "Barrière Vauban 2 m", 60, max_per_booking=40
        ),
        "tent": item(town, "tents", "TEN-3X3", "Tente pliante 3x3", 1, turnaround_minutes=1440),
        "shell_chairs": item(
            agglomeration,
            "seats",
            "CHA-COQ",
            "Chaise coque",
            50,
            equivalence_group="chair",
        ),
        "stage": item(agglomeration, "stages", "PRA-2X1", "Praticable 2x1", 40),
    }


_CHAIR = {"weight_g": 4200, "volume_l": 25, "replacement_value_cents": 2800}


def make_item(
    session: Session,
    authority: Authority,
    category: Category,
    code: str,
    name: str,
    stock: int,
    **more: object,
) -> Item:
    """Write an item with its first stock, there since 2020."""
    item = Item(
        authority_id=authority.id,
        depot_id=authority.depots[0].id,
        department_id=authority.departments[0].id,
        category_id=category.id,
        code=code,
        name=name,
        search_text=searchable(name, str(more.get("usual_names", "")), code),
        created_at=NOW,
        **more,
    )
    session.add(item)
    session.flush()  # the movement needs the item's id
    if stock:
        since = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
        session.add(
            StockMovement(
                item_id=item.id,
                quantity_delta=stock,
                effective_at=since,
                reason="Inventaire",
                created_at=NOW,
            )
        )
    return item


def make_organisation(
    session: Session,
    name: str,
    *,
    rna: str | None = None,
    commune: str = TOWN_COMMUNE,
    verification: Verification = Verification.VERIFIED,
) -> Organisation:
    """Write an association with its file in order, verified unless said otherwise."""
    organisation = Organisation(
        name=name,
        kind=OrganisationKind.ASSOCIATION,
        rna=rna,
        commune_insee=commune,
        contact_email="contact@association.example",
        search_text=searchable(name, rna or ""),
        created_at=NOW,
        verification=verification,
        verified_at=NOW if verification is Verification.VERIFIED else None,
        insurance_until=date(2027, 12, 31),
        republican_commitment_on=date(2026, 1, 15),
    )
    session.add(organisation)
    session.flush()  # callers want its id
    return organisation


def make_user(
    session: Session,
    name: str,
    role: Role,
    *,
    authority_id: int | None = None,
    organisation_id: int | None = None,
) -> Principal:
    """Write a person called `name`, who signs in as `name@treteau.example` with PASSWORD."""
    email = f"{name.lower().replace(' ', '.')}@treteau.example"
    user = User(email=email, name=name, password_hash=_PASSWORD_HASH, created_at=NOW)
    user.roles.append(
        UserRole(role=role, authority_id=authority_id, organisation_id=organisation_id)
    )
    session.add(user)
    session.flush()  # the principal names the user by id
    return Principal(user.id, name, (Grant(role, authority_id, organisation_id),))


def _people(
    session: Session,
    town: Authority,
    agglomeration: Authority,
    choir: Organisation,
    club: Organisation,
    newcomer: Organisation,
) -> dict[str, Principal]:
    return {
        "alice": make_user(session, "Alice", Role.BORROWER, organisation_id=choir.id),
        "bob": make_user(session, "Bob", Role.BORROWER, organisation_id=club.id),
        "carol": make_user(session, "Carol", Role.BORROWER, organisation_id=newcomer.id),
        "front_desk": make_user(session, "Fanny", Role.FRONT_DESK, authority_id=town.id),
        "manager": make_user(session, "Marc", Role.MANAGER, authority_id=town.id),
        "agent": make_user(session, "Gaston", Role.AGENT, authority_id=town.id),
        "other_manager": make_user(session, "Odile", Role.MANAGER, authority_id=agglomeration.id),
        "auditor": make_user(session, "Aude", Role.AUDITOR, authority_id=town.id),
        "administrator": make_user(session, "Ada", Role.ADMINISTRATOR),
    }


# Bookings, each ready for its next step; `actor` defaults to the installation itself.


def draft(
    database: Database,
    cast: Cast,
    lines: Mapping[int, int],
    *,
    start: datetime = FRIDAY,
    end: datetime = MONDAY,
    organisation: int | None = None,
    authority: int | None = None,
    logistics: Logistics = Logistics.PICKUP,
    name: str = "Fête de l'été",
    actor: Principal = SYSTEM,
) -> int:
    """Write a draft, of the choir to the town unless said otherwise; return its number."""
    details = BookingDetails(
        organisation_id=organisation or cast.choir,
        authority_id=authority or cast.town,
        starts_at=start,
        ends_at=end,
        logistics=logistics,
    )
    event = EventDetails(
        name=name,
        starts_at=start,
        ends_at=end,
        commune_insee=TOWN_COMMUNE,
        # what the lender carries
        competence=Competence.CULTURE if authority == cast.agglomeration else Competence.LOCAL_LIFE,
        attendance=200,
        site_address="Place du Marché",
    )
    wanted = [Wanted(item_id, quantity) for item_id, quantity in lines.items()]
    return database.write(lambda uow: create_booking(uow, actor, details, event, wanted)).id


def submitted(database: Database, cast: Cast, lines: Mapping[int, int], **more: object) -> int:
    """Write a request that was sent: it holds its lines as an option."""
    number = draft(database, cast, lines, **more)  # type: ignore[arg-type]
    database.write(lambda uow: submit_booking(uow, SYSTEM, number))
    return number


def waiting(database: Database, cast: Cast, lines: Mapping[int, int], **more: object) -> int:
    """Write a request on the waiting list: it holds nothing."""
    number = draft(database, cast, lines, **more)  # type: ignore[arg-type]
    database.write(lambda uow: join_waiting_list(uow, SYSTEM, number))
    return number


def approved(
    database: Database,
    cast: Cast,
    lines: Mapping[int, int],
    *,
    granted: Mapping[int, int] | None = None,
    **more: object,
) -> int:
    """Write a request that was granted, whole or in part."""
    number = submitted(database, cast, lines, **more)
    reason = "Le reste est prêté ailleurs." if granted else ""
    database.write(lambda uow: approve_booking(uow, SYSTEM, number, granted, reason))
    return number
