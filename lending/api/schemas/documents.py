"""Documents, as programs read them."""

from pydantic import Field

from lending.api.schemas.common import Instant, Output
from lending.documents.kinds import Kind
from lending.documents.queries import DocumentView


class DocumentOut(Output):
    """A document that was issued."""

    id: int
    kind: Kind
    reference: str = Field(examples=["CONV-2026-0012"])
    edition: int = Field(description="2 for the signed copy of an agreement.")
    issued_at: Instant
    is_made: bool = Field(description="Whether its file can be read yet: some seconds later.")
    sha256: str = Field(description="Of its file, in hexadecimal; empty until it is made.")
    size: int = Field(description="Of its file, in bytes.")
    replaced_by: str = Field(description="The reference of what took its place; empty if none.")
    signed_by: str = Field(description="Who signed it for the organisation; empty if nobody did.")
    signed_at: Instant | None


class DocumentList(Output):
    """The documents of a booking."""

    items: list[DocumentOut]


def document_out(view: DocumentView) -> DocumentOut:
    """Write a document for programs."""
    return DocumentOut(
        id=view.id,
        kind=view.kind,
        reference=view.reference,
        edition=view.edition,
        issued_at=view.issued_at,
        is_made=view.is_made,
        sha256=view.sha256,
        size=view.size,
        replaced_by=view.replaced_by,
        signed_by=view.signature.name if view.signature else "",
        signed_at=view.signature.signed_at if view.signature else None,
    )
