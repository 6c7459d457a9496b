"""Rows that name files which are not there."""

from collections.abc import Iterator

from sqlalchemy import select

from lending.attachments.models import Attachment
from lending.authorities.models import Authority
from lending.bookings.models import Booking, Event
from lending.catalogue.models import Item
from lending.catalogue.photos import PhotoStore
from lending.db.database import UnitOfWork
from lending.documents.models import AgreementSignature, Document, DocumentFile
from lending.jobs.findings import Found
from lending.logistics.models import Task, TaskEvent
from lending.organisations.models import Organisation
from lending.storing import FileStore


def missing_photos(uow: UnitOfWork, store: PhotoStore) -> Iterator[Found]:
    """Yield the items that show a photo of which there is no file."""
    rows = uow.session.execute(
        select(Item.authority_id, Item.id, Item.name, Item.photo).where(Item.photo != "")
    )
    for authority_id, item_id, name, photo in rows:
        if not store.has(photo):
            yield Found(authority_id, item_id, name)


def missing_pictures(uow: UnitOfWork, store: PhotoStore) -> Iterator[Found]:
    """Yield the tasks with a photo or a signature of which there is no file."""
    rows = uow.session.execute(
        select(Task, Event.name, Booking.reference, TaskEvent.photo, TaskEvent.signature)
        .join(Task, Task.id == TaskEvent.task_id)
        .join(Booking, Booking.id == Task.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .where((TaskEvent.photo != "") | (TaskEvent.signature != ""))
    )
    for task, event, reference, *names in rows:
        if not all(store.has(name) for name in names if name):
            yield Found(task.authority_id, task.id, event, None, reference)


def missing_papers(uow: UnitOfWork, store: FileStore) -> Iterator[Found]:
    """Yield the papers whose file is gone: to the lender of their request, or to all lenders."""
    rows = uow.session.execute(
        select(Attachment, Organisation.name, Booking.authority_id, Booking.reference)
        .join(Organisation, Organisation.id == Attachment.organisation_id)
        .outerjoin(Booking, Booking.id == Attachment.booking_id)
        .where(Attachment.is_kept)
    )
    everybody = list(uow.session.scalars(select(Authority.id)))
    for paper, name, lender, reference in rows:
        if not store.has(paper.content):
            for authority_id in everybody if lender is None else [lender]:
                yield Found(authority_id, paper.id, name, None, reference or "")


def missing_documents(uow: UnitOfWork, store: FileStore) -> Iterator[Found]:
    """Yield the organisations with a document, or a signed copy, of which there is no file."""
    rows = uow.session.execute(
        select(
            Document,
            Organisation.name,
            DocumentFile.sha256,
            AgreementSignature.drawing,
            AgreementSignature.copy,
        )
        .join(Organisation, Organisation.id == Document.organisation_id)
        .join(DocumentFile, DocumentFile.document_id == Document.id)
        .outerjoin(AgreementSignature, AgreementSignature.document_id == Document.id)
        .order_by(Document.id)
    )
    for document, name, *files in rows:
        if not all(store.has(file) for file in files if file):
            number = document.organisation_id
            yield Found(document.authority_id, number, name, None, document.reference)
