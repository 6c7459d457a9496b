"""What every document says: who lends, who borrows, for which event, when."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from calendars.zones import to_local
from lending.authorities.models import Authority, AuthorityKind, Commune, Depot
from lending.bookings.models import Booking, BookingLine
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.documents.french import french
from lending.documents.kinds import Kind
from lending.documents.letterhead import read_letterhead, signatory_on
from lending.i18n import N_
from lending.organisations.models import Organisation

Content = Mapping[str, object]

ASSEMBLIES = {
    AuthorityKind.TOWN: N_("the town council"),
    AuthorityKind.AGGLOMERATION: N_("the community council"),
}


@dataclass(frozen=True)
class Loan:
    """A booking with what its documents are written from."""

    booking: Booking
    lines: tuple[BookingLine, ...]
    """With their items, in the order of their names."""
    zone: ZoneInfo


def read_loan(uow: UnitOfWork, booking_id: int) -> Loan:
    """Return a booking; who may ask is asked before."""
    booking = uow.session.get_one(Booking, booking_id)
    lines = uow.session.scalars(
        select(BookingLine)
        .where(BookingLine.booking_id == booking_id)
        .join(Item, Item.id == BookingLine.item_id)
        .options(joinedload(BookingLine.item).joinedload(Item.depot))
        .order_by(Item.name, Item.id)
    )
    return Loan(booking, tuple(lines), ZoneInfo(booking.authority.timezone))


def head_of(uow: UnitOfWork, kind: Kind, authority: Authority) -> Content:
    """Return what stands above and below every document of an authority."""
    head = read_letterhead(uow, authority.id)
    today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    signatory = signatory_on(uow, authority.id, today) if kind.is_act else None
    return {
        "kind": kind,
        "number": None,
        "issued_on": today,
        "zone": authority.timezone,
        "authority": {
            "name": authority.name,
            "kind": authority.kind,
            "assembly": french(ASSEMBLIES[authority.kind]),
            "address": head.address.splitlines(),
            "email": authority.email,
            "phone": authority.phone,
            "siret": authority.siret,
            "logo": head.logo,
        },
        "place": head.place,
        "signatory": signatory
        and {
            "name": signatory.name,
            "quality": signatory.quality,
            "delegation": signatory.delegation,
        },
    }


def borrower_of(uow: UnitOfWork, organisation: Organisation) -> Content:
    """Return who borrows."""
    commune = uow.session.get_one(Commune, organisation.commune_insee)
    return {
        "name": organisation.name,
        "kind": french(organisation.kind.label),
        "rna": organisation.rna,
        "siren": organisation.siren,
        "siret": organisation.siret,
        "address": organisation.address,
        "town": f"{commune.postal_code} {commune.name}".strip(),
        "contact": organisation.contact_name,
        "phone": organisation.contact_phone,
        "email": organisation.contact_email,
        "insurance_until": organisation.insurance_until,
        "republican_commitment_on": organisation.republican_commitment_on,
    }


def loan_of(uow: UnitOfWork, loan: Loan) -> Content:
    """Return what the loan is for, when and how it is handed over."""
    booking, event = loan.booking, loan.booking.event
    commune = uow.session.get_one(Commune, event.commune_insee)
    return {
        "borrower": borrower_of(uow, booking.organisation),
        "booking": {
            "reference": booking.reference,
            "starts_at": booking.starts_at,
            "ends_at": booking.ends_at,
            "logistics": booking.logistics,
            "logistics_words": french(booking.logistics.label),
            "submitted_at": booking.submitted_at,
            "complete_at": booking.complete_at,
            "arrival": booking.arrival,
        },
        "event": {
            "name": event.name,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "place": _place(event.site_address, commune.name),
            "competence": french(event.competence.label),
            "attendance": event.attendance,
            "contact": event.access.contact or booking.organisation.contact_name,
            "phone": event.access.phone or booking.organisation.contact_phone,
            "access": event.access.note,
        },
        "depots": [
            {"name": depot.name, "address": depot.address, "phone": depot.phone}
            for depot in depots_of(loan)
        ],
    }


def depots_of(loan: Loan) -> list[Depot]:
    """Return the depots that the pieces come from, by name."""
    found = {line.item.depot_id: line.item.depot for line in loan.lines if line.item.depot}
    return sorted(found.values(), key=lambda depot: depot.name)


def _place(address: str, commune: str) -> str:
    if not address or commune in address:
        return address or commune
    return f"{address}, {commune}"
