"""What happens to documents, as told to the rooms above (see lending.events)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DocumentIssued:
    """The file of a document is made, and can be read and sent from now on."""

    document_id: int


@dataclass(frozen=True)
class SigningLinkMade:
    """Somebody made a link to sign an agreement with, for whoever signs for the organisation."""

    link_id: int


@dataclass(frozen=True)
class AgreementSigned:
    """An agreement was signed; its signed edition is being made, and told as issued by itself."""

    document_id: int
    """Of the agreement that was signed."""
