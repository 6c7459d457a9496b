"""Issue documents: numbered without a gap, and frozen.

A document is issued when its row is written: from then on its number and what it says stand.
The file follows from the row alone (see making.py), at once or by the worker.
"""

from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import aliased

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.moves import load_for
from lending.db.counter import next_number
from lending.db.database import UnitOfWork
from lending.documents.contents.common import Content
from lending.documents.contents.writing import Subject, write_content
from lending.documents.errors import LetterheadIncomplete
from lending.documents.kinds import Kind
from lending.documents.letterhead import missing_for
from lending.documents.models import AgreementSignature, Document, DocumentRequest, reference_of
from lending.equity.record.canonical import canonical, digest_of
from lending.errors import NotAllowedNow, NotFound
from lending.i18n import N_
from lending.organisations.models import Organisation


def issue_for_booking(uow: UnitOfWork, actor: Principal, booking_id: int, kind: Kind) -> Document:
    """Issue a document about a booking; it takes the place of an earlier one of its kind.

    Raises:
        LetterheadIncomplete: the authority has to set something first.
        NotAllowedNow: the booking cannot have one where it stands, or the agreement is signed.
        NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.ISSUE_DOCUMENT)
    if not kind.fits(booking.state):
        raise NotAllowedNow
    subject = Subject(booking.authority_id, booking.organisation_id, booking_id)
    issued = _issue(uow, actor, kind, subject)
    uow.session.execute(
        delete(DocumentRequest).where(
            DocumentRequest.booking_id == booking_id, DocumentRequest.kind == kind
        )
    )
    return issued


def issue_statement(
    uow: UnitOfWork, actor: Principal, authority_id: int, organisation_id: int, year: int
) -> Document:
    """Issue what the loans of a year were worth, for the accounts of who borrowed.

    Raises:
        LetterheadIncomplete: the authority has to set something first.
        NotAllowedNow: it lent nothing in this year.
        NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    subject = statement_subject(uow, actor, authority_id, organisation_id, year)
    return _issue(uow, actor, Kind.STATEMENT, subject)


def statement_subject(
    uow: UnitOfWork, actor: Principal, authority_id: int, organisation_id: int, year: int
) -> Subject:
    """Return what a statement of value is about, if the actor may issue it.

    Raises:
        NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    actor.check(Action.ISSUE_DOCUMENT, authority_id=authority_id)
    # The row is locked: two statements of one year are issued one after the other.
    organisation = uow.session.get(Organisation, organisation_id, with_for_update=True)
    if organisation is None or uow.session.get(Authority, authority_id) is None:
        raise NotFound
    return Subject(authority_id, organisation_id, year=year)


def draft_of(uow: UnitOfWork, actor: Principal, booking_id: int, kind: Kind) -> Content:
    """Return what a document would say if it were issued now.

    Raises:
        NotAllowedNow: the booking cannot have one where it stands.
        NotFound, Forbidden: the actor cannot.
    """
    booking = load_for(uow, actor, booking_id, Action.ISSUE_DOCUMENT, lock=False)
    if not kind.fits(booking.state):
        raise NotAllowedNow
    return write_content(
        uow, kind, Subject(booking.authority_id, booking.organisation_id, booking_id)
    )


def _issue(uow: UnitOfWork, actor: Principal, kind: Kind, subject: Subject) -> Document:
    authority = uow.session.get_one(Authority, subject.authority_id)
    today = to_local(uow.now, ZoneInfo(authority.timezone)).date()
    missing = missing_for(uow, authority.id, kind, today)
    if missing:
        raise LetterheadIncomplete(authority.id, missing)
    earlier = standing(uow, kind, subject)
    if earlier is not None and is_signed(uow, earlier):
        raise NotAllowedNow(N_("The agreement is signed: it stays as it is."))
    content = write_content(uow, kind, subject)
    if kind is Kind.DAMAGE and not content["charges"]:
        raise NotAllowedNow(N_("Nothing is charged for this loan."))
    if kind is Kind.STATEMENT and not content["loans"]:
        raise NotAllowedNow(N_("Nothing was lent in this year."))
    # Last: the counter is locked from here to the end of the transaction.
    number = next_number(uow.session, f"document-{authority.id}-{kind}-{today.year}")
    return write_document(
        uow,
        actor,
        Document(
            authority_id=authority.id,
            kind=kind,
            year=today.year,
            number=number,
            edition=1,
            organisation_id=subject.organisation_id,
            booking_id=subject.booking_id,
            subject_year=subject.year,
            replaces_id=earlier.id if earlier else None,
        ),
        {**content, "number": reference_of(kind, today.year, number)},
    )


def write_document(
    uow: UnitOfWork, actor: Principal, document: Document, content: Content
) -> Document:
    """Write a document with what it says; who may do so is asked before."""
    document.content, document.digest = canonical(content), digest_of(content)
    document.issued_at = uow.now
    document.issued_by_id, document.issued_by_name = actor.user_id, actor.name
    uow.session.add(document)
    uow.session.flush()  # callers want its id
    return document


def standing(uow: UnitOfWork, kind: Kind, subject: Subject) -> Document | None:
    """Return the document of this kind and subject that none has taken the place of."""
    later = aliased(Document)
    return uow.session.scalars(
        select(Document)
        .outerjoin(later, later.replaces_id == Document.id)
        .where(
            Document.kind == kind,
            Document.authority_id == subject.authority_id,
            Document.organisation_id == subject.organisation_id,
            Document.booking_id == subject.booking_id,
            Document.subject_year == subject.year,
            later.id.is_(None),
        )
    ).first()


def is_signed(uow: UnitOfWork, document: Document) -> bool:
    """Return whether it was signed, or is the signed edition."""
    return document.edition > 1 or uow.session.get(AgreementSignature, document.id) is not None
