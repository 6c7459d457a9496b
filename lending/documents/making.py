"""Make the files of documents that are issued, each once, outside the transaction that issues.

Setting type takes a second; nobody's booking waits for that, or fails with it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Select, exists, select
from sqlalchemy.exc import IntegrityError

from lending.accounts.permissions import SYSTEM
from lending.bookings.models import Booking
from lending.db.database import Database, UnitOfWork
from lending.documents.errors import LetterheadIncomplete
from lending.documents.facts import DocumentIssued
from lending.documents.issuing import issue_for_booking
from lending.documents.models import Document, DocumentFile, DocumentRequest
from lending.documents.printing import can_print
from lending.documents.typesetting import typeset
from lending.errors import NotAllowedNow, NotFound
from lending.storing import FileStore

log = logging.getLogger(__name__)


def make_file(database: Database, files: FileStore, document_id: int) -> None:
    """Make the file of a document, unless it is made; telling that it can be read.

    Raises:
        NotFound: there is no such document.
        CannotPrint: the system lacks Pango.
    """
    with database.read() as uow:
        document = uow.session.get(Document, document_id)
        if document is None:
            raise NotFound
        if uow.session.get(DocumentFile, document_id) is not None:
            return
        content, identifier = document.content, document.uuid
    pdf = typeset(content, identifier, files)
    # Before its row, which may be written again: the name is that of the content.
    name = files.save(pdf)

    def keep(uow: UnitOfWork) -> None:
        if uow.session.get(DocumentFile, document_id) is not None:
            return
        uow.session.add(
            DocumentFile(document_id=document_id, sha256=name, size=len(pdf), made_at=uow.now)
        )
        uow.session.flush()  # subscribers read what the database holds
        uow.events.publish(DocumentIssued(document_id), uow)

    try:
        database.write(keep)
    except IntegrityError:
        log.info("The file of document %d was made elsewhere at the same moment", document_id)


def some_document_waits(uow: UnitOfWork) -> bool:
    """Return whether a worker has anything to issue or to make."""
    asked = select(DocumentRequest.id).where(DocumentRequest.held_at.is_(None))
    if uow.session.execute(asked.limit(1)).first() is not None:
        return True
    return can_print() and uow.session.execute(_without_file().limit(1)).first() is not None


def issue_and_make(database: Database, files: FileStore) -> int:
    """Issue what was asked for, make the files that lack; return how many.

    One that fails holds up none of the others.

    Raises:
        Exception: the last thing that went wrong, once everything else is done.
    """
    failed: list[Exception] = []
    with database.read() as uow:
        asked = uow.session.scalars(
            select(DocumentRequest.id)
            .where(DocumentRequest.held_at.is_(None))
            .order_by(DocumentRequest.id)
        ).all()
    for request_id in asked:
        with _going_on(failed, f"Request {request_id} for a document"):
            _issue_asked(database, request_id)
    lacking: Sequence[int] = ()
    if can_print():
        with database.read() as uow:
            lacking = uow.session.scalars(_without_file()).all()
    for document_id in lacking:
        with _going_on(failed, f"The file of document {document_id}"):
            make_file(database, files, document_id)
    if failed:
        raise failed[-1]
    return len(lacking)


@contextmanager
def _going_on(failed: list[Exception], what: str) -> Iterator[None]:
    """Note and log what goes wrong, whatever it is, and go on."""
    try:
        yield
    except Exception as error:
        log.exception("%s failed", what)
        failed.append(error)


def _issue_asked(database: Database, request_id: int) -> None:
    """Issue one document, or keep the request until what it lacks is set."""

    def use_case(uow: UnitOfWork) -> None:
        asked = uow.session.get(DocumentRequest, request_id)
        if asked is None:
            return
        # The booking first, as whoever issues by hand: always in this order.
        uow.session.get_one(Booking, asked.booking_id, with_for_update=True)
        try:
            issue_for_booking(uow, SYSTEM, asked.booking_id, asked.kind)
        except LetterheadIncomplete:
            asked.held_at = uow.now
        except NotAllowedNow:
            uow.session.delete(asked)  # the booking has moved on meanwhile

    database.write(use_case)


def _without_file() -> Select[int]:
    made = exists().where(DocumentFile.document_id == Document.id)
    return select(Document.id).where(~made).order_by(Document.id)


def files_in_use(uow: UnitOfWork) -> set[str]:
    """Return the names of the files of all documents."""
    return set(uow.session.scalars(select(DocumentFile.sha256)))
