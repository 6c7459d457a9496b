"""Rows that name files which are not there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from lending.attachments.keeping import paper_files
from lending.attachments.models import Attachment
from lending.authorities.models import Authority
from lending.bookings.models import Booking, Event
from lending.catalogue.models import Item
from lending.catalogue.photos import FIELD, PhotoStore
from lending.db.database import Database, UnitOfWork
from lending.documents.letterhead import FOLDER as DOCUMENTS
from lending.documents.models import AgreementSignature, Document, DocumentFile, Letterhead
from lending.handover.models import Statement
from lending.jobs.finding_kinds import FindingKind
from lending.jobs.findings import Found
from lending.logistics.kinds import TaskKind
from lending.logistics.models import Task, TaskEvent
from lending.organisations.models import Organisation
from lending.storing import FileStore


class Store(Protocol):
    """Where files are looked for."""

    def has(self, name: str) -> bool:
        """Return whether there is a file of this name."""


@dataclass(frozen=True)
class Naming:
    """What names files; a name may be empty."""

    found: Found
    """What is to be looked at if one of the files is not there."""
    names: tuple[str, ...]


def missing_files(database: Database, instance: Path) -> dict[FindingKind, list[Found]]:
    """Return what names files that are not there; they are looked for outside any transaction."""
    with database.read() as uow:
        naming = {kind: list(read(uow)) for kind, read in READERS.items()}
    stores = _stores(instance)
    return {
        kind: [
            each.found
            for each in rows
            if not all(stores[kind].has(name) for name in each.names if name)
        ]
        for kind, rows in naming.items()
    }


def _stores(instance: Path) -> dict[FindingKind, Store]:
    told, documents = PhotoStore(instance, FIELD), FileStore(instance, DOCUMENTS)
    return {
        FindingKind.PHOTO: PhotoStore(instance),
        FindingKind.PICTURE: told,
        FindingKind.STATEMENT: told,
        FindingKind.PAPER: paper_files(instance),
        FindingKind.DOCUMENT: documents,
        FindingKind.LOGO: documents,
    }


def _photos(uow: UnitOfWork) -> Iterator[Naming]:
    """Yield the items with the photo that they show."""
    rows = uow.session.execute(
        select(Item.authority_id, Item.id, Item.name, Item.photo).where(Item.photo != "")
    )
    for authority_id, item_id, name, photo in rows:
        yield Naming(Found(authority_id, item_id, name), (photo,))


def _pictures(uow: UnitOfWork) -> Iterator[Naming]:
    """Yield the tasks with the photos and signatures told with them, and deliveries with plans."""
    tasks = (
        select(Task, Event.name, Booking.reference)
        .join(Booking, Booking.id == Task.booking_id)
        .join(Event, Event.id == Booking.event_id)
    )
    plan = Event.__table__.c.site_plan
    told = (
        tasks.add_columns(TaskEvent.photo, TaskEvent.signature)
        .join(TaskEvent, TaskEvent.task_id == Task.id)
        .where((TaskEvent.photo != "") | (TaskEvent.signature != ""))
    )
    planned = tasks.add_columns(plan).where(plan != "", Task.kind == TaskKind.DELIVER)
    rows = (*uow.session.execute(told), *uow.session.execute(planned))
    for task, event, reference, *names in rows:
        yield Naming(Found(task.authority_id, task.id, event, None, reference), tuple(names))


def _statements(uow: UnitOfWork) -> Iterator[Naming]:
    """Yield the statements with their photos and signatures."""
    rows = uow.session.execute(
        select(Statement, Event.name, Booking.reference, Booking.authority_id)
        .join(Booking, Booking.id == Statement.booking_id)
        .join(Event, Event.id == Booking.event_id)
        .options(selectinload(Statement.photos))
        .order_by(Statement.id)
    )
    for row, event, reference, authority_id in rows:
        names = (row.borrower_signature, row.lender_signature, *(each.name for each in row.photos))
        yield Naming(Found(authority_id, row.id, event, None, reference), names)


def _papers(uow: UnitOfWork) -> Iterator[Naming]:
    """Yield the papers with their file: to the lender of their request, or to all lenders."""
    rows = uow.session.execute(
        select(Attachment, Organisation.name, Booking.authority_id, Booking.reference)
        .join(Organisation, Organisation.id == Attachment.organisation_id)
        .outerjoin(Booking, Booking.id == Attachment.booking_id)
        .where(Attachment.is_kept)
    )
    everybody = list(uow.session.scalars(select(Authority.id)))
    for paper, name, lender, reference in rows:
        for authority_id in everybody if lender is None else [lender]:
            found = Found(authority_id, paper.id, name, None, reference or "")
            yield Naming(found, (paper.content,))


def _documents(uow: UnitOfWork) -> Iterator[Naming]:
    """Yield the organisations with the files of a document, and of what came back signed."""
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
    for row, name, *files in rows:
        found = Found(row.authority_id, row.organisation_id, name, None, row.reference)
        yield Naming(found, tuple(file or "" for file in files))


def _logos(uow: UnitOfWork) -> Iterator[Naming]:
    """Yield the lenders with the logo of their documents."""
    rows = uow.session.execute(
        select(Authority.id, Authority.name, Letterhead.logo).join(
            Letterhead, Letterhead.authority_id == Authority.id
        )
    )
    for number, name, logo in rows:
        yield Naming(Found(number, number, name), (logo,))


READERS: dict[FindingKind, Callable[[UnitOfWork], Iterator[Naming]]] = {
    FindingKind.PHOTO: _photos,
    FindingKind.PICTURE: _pictures,
    FindingKind.STATEMENT: _statements,
    FindingKind.PAPER: _papers,
    FindingKind.DOCUMENT: _documents,
    FindingKind.LOGO: _logos,
}
