"""The documents of a booking or an organisation, as whoever may read them sees them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import aliased

from lending.accounts.permissions import Action, Principal
from lending.attachments.inspecting import ENDINGS
from lending.bookings.models import Booking
from lending.bookings.states import GRANTED, State
from lending.db.database import UnitOfWork
from lending.documents.kinds import Kind, Signing, Way
from lending.documents.letterhead import read_letterhead
from lending.documents.models import (
    AgreementSignature,
    Document,
    DocumentFile,
    DocumentRequest,
    SigningLink,
)
from lending.errors import NotFound
from lending.storing import FileStore


@dataclass(frozen=True)
class SignatureView:
    """How an agreement was signed."""

    way: Way
    name: str
    quality: str
    signed_at: datetime
    has_copy: bool
    """Whether the paper that was signed by hand can be read."""


@dataclass(frozen=True)
class DocumentView:
    """A document that was issued."""

    id: int
    kind: Kind
    reference: str
    edition: int
    authority_id: int
    organisation_id: int
    booking_id: int | None
    subject_year: int | None
    issued_at: datetime
    issued_by: str
    sha256: str
    """Of its file; empty until that is made."""
    size: int
    replaced_by: str
    """The number of what took its place; empty where it stands."""
    signature: SignatureView | None
    """Of the agreement as it was signed, and of its signed edition."""

    @property
    def is_made(self) -> bool:
        """Whether it can be read."""
        return bool(self.sha256)

    @property
    def stands(self) -> bool:
        """Whether none has taken its place."""
        return not self.replaced_by

    @property
    def is_signed_edition(self) -> bool:
        """Whether it is the agreement with its proof of signature."""
        return self.edition > 1

    @property
    def filename(self) -> str:
        """What the file is called where it is kept."""
        return f"{self.reference}{'-signee' if self.is_signed_edition else ''}.pdf"


class Agreed(StrEnum):
    """Where the agreement of a booking stands."""

    NOT_WANTED = "not_wanted"
    TO_ISSUE = "to_issue"
    WAITS = "waits"
    """For a signature."""
    SIGNED = "signed"


@dataclass(frozen=True)
class Agreement:
    """Where the agreement of a booking stands, and whether it must be signed."""

    state: Agreed
    must_be_signed: bool
    document_id: int | None = None
    can_be_signed: bool = False
    """Whether it waits for that, and the loan was not given up."""
    is_due: bool = False
    """Whether it can be signed, and the loan is not over: somebody should be asked to."""
    link_until: datetime | None = None
    """Until when an open link serves; none without."""

    @property
    def stands_in_the_way(self) -> bool:
        """Whether nothing should leave yet."""
        return self.must_be_signed and self.state is not Agreed.SIGNED


def documents_of(uow: UnitOfWork, actor: Principal, booking_id: int) -> tuple[DocumentView, ...]:
    """Return the documents of a booking, the latest first; of a borrower those it may read.

    Raises:
        NotSignedIn, NotFound: there is no booking that the actor may know of.
    """
    booking = uow.session.get(Booking, booking_id)
    if booking is None:
        actor.check(Action.SEE_BOOKING, hidden=True)
        raise NotFound
    actor.check(
        Action.SEE_BOOKING,
        authority_id=booking.authority_id,
        organisation_id=booking.organisation_id,
        hidden=True,
    )
    views = _views(uow, _query().where(Document.booking_id == booking_id))
    return tuple(view for view in views if _may_read(actor, view))


def statements_of(
    uow: UnitOfWork, actor: Principal, organisation_id: int, year: int
) -> tuple[DocumentView, ...]:
    """Return the statements of value of an organisation's year that stand.

    Raises:
        NotSignedIn, NotFound: there is no organisation that the actor may know of.
    """
    actor.check(Action.SEE_ORGANISATION, organisation_id=organisation_id, hidden=True)
    views = _views(
        uow,
        _query().where(Document.organisation_id == organisation_id, Document.subject_year == year),
    )
    return tuple(view for view in views if view.stands and _may_read(actor, view))


def get_document(uow: UnitOfWork, actor: Principal, document_id: int) -> DocumentView:
    """Return a document.

    Raises:
        NotSignedIn, NotFound: there is none that the actor may read.
    """
    views = _views(uow, _query().where(Document.id == document_id))
    if not views or not _may_read(actor, views[0]):
        actor.check(Action.SEE_BOOKING)
        raise NotFound
    return views[0]


def file_of(uow: UnitOfWork, files: FileStore, document_id: int) -> tuple[str, bytes]:
    """Return the name and the content of an issued document's file; who may ask is asked before.

    Raises:
        NotFound: there is no such document, or its file is not made yet.
    """
    views = _views(uow, _query().where(Document.id == document_id))
    content = files.read(views[0].sha256) if views and views[0].is_made else None
    if content is None:
        raise NotFound
    return views[0].filename, content


def copy_of(uow: UnitOfWork, files: FileStore, document_id: int) -> tuple[str, bytes, str]:
    """Return the name, content and type of a copy that was signed by hand.

    Raises:
        NotFound: there is none.
    """
    row = uow.session.get(AgreementSignature, document_id)
    content = files.read(row.copy) if row and row.copy else None
    if row is None or content is None:
        raise NotFound
    document = uow.session.get_one(Document, document_id)
    return f"{document.reference}-papier.{ENDINGS[row.copy_type]}", content, row.copy_type


def agreement_of(uow: UnitOfWork, booking_id: int) -> Agreement:
    """Return where the agreement of a booking stands; who may ask is asked before."""
    booking = uow.session.get_one(Booking, booking_id)
    signing = read_letterhead(uow, booking.authority_id).signing
    must = signing is Signing.REQUIRED
    wanted = _query().where(Document.booking_id == booking_id, Document.kind == Kind.AGREEMENT)
    view = next((each for each in _views(uow, wanted) if each.stands), None)
    if view is None:
        state = Agreed.NOT_WANTED if signing is Signing.NONE else Agreed.TO_ISSUE
        return Agreement(state, must)
    if view.is_signed_edition:
        return Agreement(Agreed.SIGNED, must, view.id)
    until = uow.session.scalars(
        select(SigningLink.expires_at)
        .where(
            SigningLink.document_id == view.id,
            SigningLink.used_at.is_(None),
            SigningLink.withdrawn_at.is_(None),
            SigningLink.expires_at > uow.now,
        )
        .order_by(SigningLink.expires_at.desc())
    ).first()
    return Agreement(
        Agreed.WAITS,
        must,
        view.id,
        can_be_signed=Kind.AGREEMENT.fits(booking.state),
        is_due=booking.state in GRANTED | {State.OUT},
        link_until=until,
    )


def awaited_kinds(uow: UnitOfWork, booking_id: int) -> Collection[Kind]:
    """Return what the worker is to issue for a booking."""
    return frozenset(
        uow.session.scalars(
            select(DocumentRequest.kind).where(DocumentRequest.booking_id == booking_id)
        )
    )


def _may_read(actor: Principal, view: DocumentView) -> bool:
    owners = {"authority_id": view.authority_id, "organisation_id": view.organisation_id}
    if view.kind.is_internal:
        owners.pop("organisation_id")
    return actor.can(Action.SEE_BOOKING, **owners)


def _query() -> Select[Document, DocumentFile, Document, AgreementSignature]:
    later, signature = aliased(Document), aliased(AgreementSignature)
    return (
        select(Document, DocumentFile, later, signature)
        .outerjoin(DocumentFile, DocumentFile.document_id == Document.id)
        .outerjoin(later, later.replaces_id == Document.id)
        .outerjoin(
            signature,
            (signature.document_id == Document.id)
            | ((Document.edition > 1) & (signature.document_id == Document.replaces_id)),
        )
        .order_by(Document.id.desc())
    )


def _views(
    uow: UnitOfWork, query: Select[Document, DocumentFile, Document, AgreementSignature]
) -> Sequence[DocumentView]:
    return [_view(row) for row in uow.session.execute(query)]


def _view(
    row: Row[Document, DocumentFile | None, Document | None, AgreementSignature | None],
) -> DocumentView:
    document, file, later, signed = row
    return DocumentView(
        id=document.id,
        kind=document.kind,
        reference=document.reference,
        edition=document.edition,
        authority_id=document.authority_id,
        organisation_id=document.organisation_id,
        booking_id=document.booking_id,
        subject_year=document.subject_year,
        issued_at=document.issued_at,
        issued_by=document.issued_by_name,
        sha256=file.sha256 if file else "",
        size=file.size if file else 0,
        replaced_by=later.reference if later else "",
        signature=SignatureView(
            signed.way, signed.name, signed.quality, signed.signed_at, bool(signed.copy)
        )
        if signed
        else None,
    )
