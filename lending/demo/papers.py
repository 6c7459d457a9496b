"""Letterheads and signatories; letters, statements, an agreement signed and one that waits for it.

The files are made by the worker once the demonstration runs.
"""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from lending.accounts.permissions import ANONYMOUS, SYSTEM
from lending.authorities.models import Authority, AuthorityKind
from lending.bookings.models import Booking
from lending.bookings.states import GRANTED, State
from lending.db.database import Database, UnitOfWork
from lending.demo.people import PEOPLE
from lending.documents.issuing import issue_for_booking
from lending.documents.kinds import Kind, Signing
from lending.documents.letterhead import (
    FOLDER,
    LetterheadDetails,
    SignatoryDetails,
    add_signatory,
    edit_letterhead,
)
from lending.documents.making import make_file
from lending.documents.printing import can_print
from lending.documents.signing import Signed, make_link, sign_on_screen
from lending.handover.kinds import StatementKind
from lending.handover.models import Statement, StatementLine
from lending.organisations.models import Organisation
from lending.storing import FileStore

READERS = {person.organisation for person in PEOPLE if person.organisation}
"""The associations with an account: what waits for them should be seen."""

SEATS = {
    AuthorityKind.AGGLOMERATION: (
        "Hôtel d’agglomération\n2 quai des Trois-Rives",
        "Rivemont",
        "Vu la délibération du conseil communautaire relative au prêt de matériel (fictive),",
        "Mme Camille Arnoux",
        "Pour le Président, la vice-présidente déléguée à la vie associative",
    ),
    AuthorityKind.TOWN: (
        "Hôtel de Ville\n1 place de la République",
        "Rivemont",
        "Vu la délibération du conseil municipal relative au prêt de matériel (fictive),",
        "M. Julien Castel",
        "Pour le Maire, l’adjoint délégué aux fêtes",
    ),
}
"""Address, place, visa, name and quality of who signs; all of them fictional."""


def write_letterheads(uow: UnitOfWork) -> None:
    """Give every lender what its documents need; agglomerations want agreements signed."""
    since = (uow.now - timedelta(days=30)).date()
    for authority in uow.session.scalars(select(Authority).order_by(Authority.id)).all():
        address, place, visa, name, quality = SEATS[authority.kind]
        is_large = authority.kind is AuthorityKind.AGGLOMERATION
        signing = Signing.REQUIRED if is_large else Signing.OPTIONAL
        details = LetterheadDetails(address, place, visa, signing, is_automatic=True)
        edit_letterhead(uow, SYSTEM, authority.id, details)
        signatory = SignatoryDetails(name, quality, since, "Arrêté n° 2026-07 (fictif)")
        add_signatory(uow, SYSTEM, authority.id, signatory)


def write_papers(database: Database, instance: Path | None) -> None:
    """Issue the papers of the next loans, one agreement signed; files lie in the instance folder.

    Without a folder, or without Pango, no agreement can be read, and so none is signed yet.
    """
    with database.read() as uow:
        granted = _next(uow, GRANTED)
        refused = _next(uow, frozenset({State.REFUSED}))
        sent = _next(uow, frozenset({State.SUBMITTED, State.IN_REVIEW}))
        back = _came_back(uow)
    papers = [(number, Kind.DECISION) for number in (*granted, *refused[:1])]
    papers += [(number, Kind.AGREEMENT) for number in granted[:2]]
    papers += [(number, kind) for number in granted[:1] for kind in (Kind.PLAN, Kind.PICK_LIST)]
    papers += [(number, Kind.ACKNOWLEDGEMENT) for number in sent[:1]]
    papers += [(number, kind) for number in back for kind in (Kind.DELIVERY_NOTE, Kind.INVENTORY)]
    issued = {paper: _issue(database, *paper) for paper in papers}
    if instance is not None and can_print() and len(granted) > 1:
        _sign(database, FileStore(instance, FOLDER), issued[granted[1], Kind.AGREEMENT])


def _next(uow: UnitOfWork, states: frozenset[State]) -> list[int]:
    """Return the bookings in these states whose loans begin next, those of `READERS` first."""
    query = select(Booking.id).where(Booking.state.in_(states), Booking.starts_at > uow.now)
    query = query.join(Organisation, Organisation.id == Booking.organisation_id)
    order = (Organisation.name.in_(READERS).desc(), Booking.starts_at, Booking.id)
    return list(uow.session.scalars(query.order_by(*order).limit(3)))


def _came_back(uow: UnitOfWork) -> list[int]:
    """Return the loan of which something came back broken last, if there is one."""
    query = select(Statement.booking_id).where(Statement.kind == StatementKind.CHECK_IN)
    damaged = query.join(StatementLine).where(StatementLine.damaged > 0)
    return list(uow.session.scalars(damaged.order_by(Statement.id.desc()).limit(1)))


def _issue(database: Database, booking_id: int, kind: Kind) -> int:
    return database.write(lambda uow: issue_for_booking(uow, SYSTEM, booking_id, kind).id)


def _sign(database: Database, files: FileStore, document_id: int) -> None:
    """Sign an agreement on screen, as the president of the association would."""
    make_file(database, files, document_id)
    secret = database.write(lambda uow: make_link(uow, SYSTEM, document_id))
    signed = Signed("Dominique Ferrand", "présidente", agrees=True, address="192.0.2.17")
    database.write(lambda uow: sign_on_screen(uow, ANONYMOUS, secret, signed))
