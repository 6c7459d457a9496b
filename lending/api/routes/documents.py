"""The documents of a booking."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Download, Operations
from lending.api.schemas.documents import DocumentList, document_out
from lending.db.database import UnitOfWork
from lending.documents.letterhead import FOLDER
from lending.documents.queries import documents_of, file_of, get_document
from lending.storing import FileStore

operations = Operations("Documents")


@operations.add("GET", "/bookings/{booking_id}/documents", Action.SEE_BOOKING, DocumentList)
def read_documents(uow: UnitOfWork, call: Call[None, None]) -> DocumentList:
    """List the letters, agreements and notes of a booking, the latest first.

    Those that others replaced are kept, and say so.
    """
    found = documents_of(uow, call.actor, call.ids["booking_id"])
    return DocumentList(items=[document_out(view) for view in found])


@operations.add(
    "GET",
    "/documents/{document_id}",
    Action.SEE_BOOKING,
    None,
    media_type="application/pdf",
)
def read_document(uow: UnitOfWork, call: Call[None, None]) -> Download:
    """Read a document as a PDF, tagged for screen readers; its SHA-256 stands in the list."""
    document = get_document(uow, call.actor, call.ids["document_id"])
    name, content = file_of(uow, FileStore(call.instance, FOLDER), document.id)
    return Download(name, content, "application/pdf")
