"""Write the lenders, the borrowers and the catalogue of the demonstration."""

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lending.authorities.models import (
    Authority,
    Commune,
    CommuneOutline,
    Department,
    DepartmentCompetence,
    Depot,
    OpeningHours,
)
from lending.catalogue.models import Category, Item, StockMovement
from lending.db.database import UnitOfWork
from lending.demo.outlines import cells
from lending.demo.safety import SAFETY
from lending.demo.stock import CATEGORIES, GROUPS, USUAL_NAMES, DemoItem, items, shares
from lending.demo.territory import (
    ASSOCIATIONS,
    AUTHORITIES,
    CENTRES,
    COMMUNES,
    UNVERIFIED,
    WITH_LETTERS,
    WITHOUT_SIRET,
    DemoAuthority,
    siret_of,
)
from lending.organisations.models import Organisation, OrganisationKind, Verification
from lending.words import searchable

HISTORY = timedelta(days=400)
"""How long before today the demonstration begins."""


def write_foundation(uow: UnitOfWork) -> None:
    """Write everything that stands before the first request."""
    session = uow.session
    communes = {
        insee: Commune(
            insee=insee,
            name=name,
            postal_code=postal_code,
            lat=CENTRES[insee][0],
            lon=CENTRES[insee][1],
        )
        for insee, (name, postal_code) in COMMUNES.items()
    }
    session.add_all(communes.values())
    session.add_all(_authority(demo, communes) for demo in AUTHORITIES)
    session.add_all(
        Category(
            code=category.code,
            name=category.name,
            name_en=category.name_en,
            pictogram=category.pictogram,
            position=position,
        )
        for position, category in enumerate(CATEGORIES)
    )
    session.flush()  # items and outlines point at all of these
    session.add_all(
        CommuneOutline(insee=insee, geometry=json.dumps({"type": "Polygon", "coordinates": [ring]}))
        for insee, ring in cells(CENTRES).items()
    )
    _write_items(uow)
    session.add_all(_organisations(uow))


def _authority(demo: DemoAuthority, communes: dict[str, Commune]) -> Authority:
    return Authority(
        code=demo.code,
        name=demo.name,
        kind=demo.kind,
        email=f"pret@{demo.code}.example",
        siren=demo.siret[:9],
        siret=demo.siret,
        phone="",
        communes=[communes[insee] for insee in demo.communes],
        departments=[
            Department(
                code=department.code,
                name=department.name,
                email=f"{department.code}@{demo.code}.example",
                competences=[
                    DepartmentCompetence(competence=competence)
                    for competence in department.competences
                ],
            )
            for department in demo.departments
        ],
        depots=[
            Depot(
                code=depot.code,
                name=depot.name,
                address=depot.address,
                lat=depot.position[0],
                lon=depot.position[1],
                opening_hours=[
                    OpeningHours(weekday=weekday, opens=opens, closes=closes)
                    for weekday, opens, closes in depot.hours
                ],
            )
            for depot in demo.depots
        ],
    )


def _write_items(uow: UnitOfWork) -> None:
    session = uow.session
    authorities = {authority.code: authority for authority in session.scalars(select(Authority))}
    categories = dict(session.execute(select(Category.code, Category.id)).all())
    written = [
        (_item(session, uow, item, authorities[code], categories), quantity)
        for item in items()
        for code, quantity in shares(item).items()
    ]
    session.add_all(item for item, _ in written)
    session.flush()  # movements point at items
    session.add_all(
        StockMovement(
            item_id=item.id,
            quantity_delta=quantity,
            effective_at=0,
            reason="Inventaire initial",
            created_at=uow.now,
        )
        for item, quantity in written
    )


def _item(
    session: Session,
    uow: UnitOfWork,
    item: DemoItem,
    authority: Authority,
    categories: dict[str, int],
) -> Item:
    category = item.category
    demo = next(demo for demo in AUTHORITIES if demo.code == authority.code)
    keeper = next(d.code for d in demo.departments if category.code in d.categories)
    depots = sorted(authority.depots, key=lambda depot: depot.code)
    usual_names = USUAL_NAMES.get(item.code, "")
    return Item(
        authority_id=authority.id,
        department_id=next(d.id for d in authority.departments if d.code == keeper),
        depot_id=depots[0 if category.code in ("mobilier", "barrieres", "voirie") else -1].id,
        category_id=categories[category.code],
        code=item.code,
        name=item.name,
        name_en=item.name_en,
        usual_names=usual_names,
        weight_g=item.weight_g,
        volume_l=item.volume_l,
        preparation_minutes=category.preparation_minutes,
        turnaround_minutes=category.turnaround_minutes,
        replacement_value_cents=item.replacement_value_cents,
        setup_seconds=item.setup_seconds,
        min_crew=item.min_crew,
        skills=item.skills,
        **SAFETY.get(item.code, {}),
        equivalence_group=GROUPS.get(item.code, item.code.lower()),
        search_text=searchable(item.name, item.name_en, item.code, usual_names),
        created_at=uow.now,
    )


def _insured_for(number: int) -> timedelta:
    """Return how long after now a certificate runs: one in nine has run out, one soon will."""
    return timedelta(days={0: -20, 1: 25}.get(number % 9, 320 + number))


def _organisations(uow: UnitOfWork) -> list[Organisation]:
    return [
        Organisation(
            name=name,
            kind=OrganisationKind.ASSOCIATION,
            # There is no department 00: these numbers belong to nobody.
            rna=f"W0A{number:07d}" if name == WITH_LETTERS else f"W00{number:07d}",
            siren=None if name in WITHOUT_SIRET else siret_of(1000 + number)[:9],
            siret=None if name in WITHOUT_SIRET else siret_of(1000 + number),
            commune_insee=commune,
            contact_name=f"Contact de l'association {name}",
            contact_email=f"contact{number}@associations.example",
            # Some certificates have run out, most cover the coming season.
            insurance_until=(uow.now + HISTORY + _insured_for(number)).date(),
            republican_commitment_on=None if name in UNVERIFIED else uow.now.date(),
            search_text=searchable(name, COMMUNES[commune][0]),
            # Who waits for the front desk registered a day or two ago.
            created_at=uow.now + HISTORY - timedelta(days=1 + number % 2, hours=3)
            if name in UNVERIFIED
            else uow.now,
            verification=Verification.PENDING if name in UNVERIFIED else Verification.VERIFIED,
            verified_at=None if name in UNVERIFIED else uow.now,
        )
        for number, (name, commune, *_) in enumerate(ASSOCIATIONS, start=1)
    ]
