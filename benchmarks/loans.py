"""Loans for a feed: many of one organisation, written without asking anybody."""

from datetime import timedelta

from sqlalchemy import insert, select

from lending.accounts.models import User, UserRole
from lending.accounts.permissions import Grant, Principal, Role
from lending.authorities.models import Authority, AuthorityKind, Commune, Competence
from lending.bookings.facts import BookingChanged
from lending.bookings.models import Booking, BookingLine, Event, Logistics, Source
from lending.bookings.states import State
from lending.catalogue.models import Category, Item
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation, OrganisationKind, Verification
from lending.subscriptions.models import View
from lending.subscriptions.service import subscribe


def fill(uow: UnitOfWork, loans: int) -> str:
    """Write so many loans into an empty database; return the path of their feed."""
    session, now = uow.session, uow.now.replace(microsecond=0)
    session.add(Commune(insee="00001", name="Rivemont"))
    session.flush()
    authority = Authority(code="bench", name="Ville de mesure", kind=AuthorityKind.TOWN)
    category = Category(code="bench", name="Mesure")
    organisation = Organisation(
        name="Comité des fêtes de Rivemont",
        kind=OrganisationKind.ASSOCIATION,
        commune_insee="00001",
        created_at=now,
        verification=Verification.VERIFIED,
    )
    reader = User(email="bench@treteau.example", name="Mesure", password_hash="-", created_at=now)
    session.add_all([authority, category, organisation, reader])
    session.flush()
    session.add(UserRole(user=reader, role=Role.BORROWER, organisation_id=organisation.id))
    items = [
        Item(
            authority_id=authority.id,
            category_id=category.id,
            code=f"B-{number}",
            name=f"Article de mesure n° {number}",
            created_at=now,
        )
        for number in range(4)
    ]
    session.add_all(items)
    session.flush()
    ids = [item.id for item in items]
    _write_loans(uow, loans, authority.id, organisation.id, ids)
    person = Principal(reader.id, reader.name, (Grant(Role.BORROWER, None, organisation.id),), "fr")
    return subscribe(uow, person, View.ORGANISATION, organisation.id).path


def _write_loans(
    uow: UnitOfWork, loans: int, authority_id: int, organisation_id: int, items: list[int]
) -> None:
    now = uow.now.replace(microsecond=0)
    starts = [now + timedelta(hours=number % 8000) for number in range(loans)]
    day = timedelta(days=1)
    uow.session.execute(
        insert(Event),
        [
            {
                "id": number + 1,
                "organisation_id": organisation_id,
                "name": f"Fête n° {number}, « été » à l'école",
                "starts_at": at,
                "ends_at": at + day,
                "commune_insee": "00001",
                "competence": Competence.LOCAL_LIFE,
                "site_address": "Salle des fêtes, 1 place de l'Église",
            }
            for number, at in enumerate(starts)
        ],
    )
    uow.session.execute(
        insert(Booking),
        [
            {
                "id": number + 1,
                "reference": f"R-2030-{number:05d}",
                "organisation_id": organisation_id,
                "authority_id": authority_id,
                "event_id": number + 1,
                "state": State.APPROVED,
                "starts_at": at,
                "ends_at": at + day,
                "logistics": Logistics.DELIVERY,
                "source": Source.WEB,
                "created_at": now,
                "submitted_at": now,
            }
            for number, at in enumerate(starts)
        ],
    )
    uow.session.execute(
        insert(BookingLine),
        [
            {"booking_id": number + 1, "item_id": item, "requested": 20, "granted": 20}
            for number in range(loans)
            for item in items
        ],
    )


def rename_some(uow: UnitOfWork) -> None:
    """Change one loan in a hundred, as its services would."""
    for event in uow.session.scalars(select(Event).where(Event.id % 100 == 0)):
        event.name += " !"
    uow.session.flush()
    for booking_id in uow.session.scalars(select(Booking.id).where(Booking.event_id % 100 == 0)):
        uow.events.publish(BookingChanged(booking_id), uow)
