"""A letterhead, somebody who signs, an agreement that waits for its signature."""

from datetime import date
from pathlib import Path

from lending.accounts.permissions import SYSTEM
from lending.db.database import Database, UnitOfWork
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
from lending.documents.signing import make_link
from lending.storing import FileStore
from tests.factories import Cast

SIGNATORY = SignatoryDetails(
    name="Élise Delaunay",
    quality="Pour le Maire, l’adjointe déléguée",
    valid_from=date(2026, 1, 1),
    delegation="Arrêté n° 2026-07 du 5 janvier 2026",
)


def set_letterhead(
    database: Database,
    cast: Cast,
    *,
    signing: Signing = Signing.OPTIONAL,
    is_automatic: bool = False,
    signatory: SignatoryDetails | None = SIGNATORY,
) -> int | None:
    """Set what the town's documents need; return the number of who signs, if anybody does."""
    details = LetterheadDetails(
        address="1 place de la Mairie\n00100 Sainte-Planche",
        place="Sainte-Planche",
        legal_basis="Vu la délibération n° 2025-48 du 12 décembre 2025,",
        signing=signing,
        is_automatic=is_automatic,
    )

    def use_case(uow: UnitOfWork) -> int | None:
        edit_letterhead(uow, SYSTEM, cast.town, details)
        return signatory and add_signatory(uow, SYSTEM, cast.town, signatory).id

    return database.write(use_case)


def issue(database: Database, cast: Cast, booking_id: int, kind: Kind) -> int:
    """Issue a document as the manager, without making its file; return its number."""
    return database.write(lambda uow: issue_for_booking(uow, cast.manager, booking_id, kind).id)


def agreement_to_sign(
    database: Database, cast: Cast, instance: Path, booking_id: int
) -> dict[str, object]:
    """Issue an agreement and a link to sign it; return what addresses about them need."""
    signatory = set_letterhead(database, cast)
    document = issue(database, cast, booking_id, Kind.AGREEMENT)
    make_file(database, FileStore(instance, FOLDER), document)
    secret = database.write(lambda uow: make_link(uow, cast.manager, document))
    return {"document_id": document, "secret": secret, "signatory_id": signatory}
