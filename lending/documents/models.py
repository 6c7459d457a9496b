"""The tables of documents, of who signs them, and of what they look like."""

from datetime import date, datetime
from typing import cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.db.base import Base, Id, Uuid, choice
from lending.db.guards import Guard, guard_with_its_table
from lending.documents.kinds import Kind, Signing, Way


class Letterhead(Base):
    """What the documents of an authority have in common."""

    __tablename__ = "letterhead"

    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"), primary_key=True)
    address: Mapped[str] = mapped_column(Text, default="")
    """As it stands on an envelope, a line each."""
    place: Mapped[str] = mapped_column(String(120), default="")
    """Where documents are signed: "Fait à …"."""
    logo: Mapped[str] = mapped_column(String(64), default="")
    """The name of a picture among the files of documents; empty without."""
    legal_basis: Mapped[str] = mapped_column(Text, default="")
    """What decisions refer to beyond the rules themselves, a line each."""
    signing: Mapped[Signing] = mapped_column(choice(Signing), default=Signing.OPTIONAL)
    is_automatic: Mapped[bool] = mapped_column(default=False)
    """Whether acknowledgements and decision letters are issued without anybody asking."""
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))

    authority: Mapped[Authority] = relationship()


class Signatory(Base):
    """Who may sign for an authority, in which quality, by which order, for how long."""

    __tablename__ = "signatory"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="order"),
        Index("ix_signatory_authority", "authority_id", "valid_from"),
    )

    id: Mapped[Id]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    name: Mapped[str] = mapped_column(String(120))
    quality: Mapped[str] = mapped_column(String(160))
    """As it stands above the name: "Le Maire", "Pour le Maire, l'adjointe déléguée"."""
    delegation: Mapped[str] = mapped_column(String(200), default="")
    """The order by which the power to sign was passed on; none for who has it by office."""
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    """The last day."""


class DocumentRequest(Base):
    """A document that somebody is to issue: written with what calls for it, and gone with it."""

    __tablename__ = "document_request"
    __table_args__ = (UniqueConstraint("booking_id", "kind"),)

    id: Mapped[Id]
    booking_id: Mapped[int] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    asked_at: Mapped[datetime]
    held_at: Mapped[datetime | None]
    """When it was found that something is missing; tried again once somebody sees to it."""


class Document(Base):
    """A document that was issued: its number and what it says. Never changed, never removed."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("authority_id", "kind", "year", "number", "edition"),
        CheckConstraint("number > 0 AND edition > 0", name="number"),
        CheckConstraint(
            "(booking_id IS NULL) = (subject_year IS NOT NULL)",
            name="subject",
        ),
        Index("ix_document_booking", "booking_id"),
        Index("ix_document_organisation", "organisation_id", "subject_year"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    authority_id: Mapped[int] = mapped_column(ForeignKey("authority.id"))
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    year: Mapped[int]
    """In which it was issued, on the authority's clock."""
    number: Mapped[int]
    """From 1, without a gap, within authority, kind and year."""
    edition: Mapped[int]
    """1; the signed copy of an agreement is the second edition under the same number."""
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id"))
    subject_year: Mapped[int | None]
    """The year that a statement of value is about."""
    content: Mapped[str] = mapped_column(Text)
    """All that it says, as canonical JSON: the file is made from nothing else."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the content."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"), unique=True)
    """The earlier one that it takes the place of; both stay."""
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    issued_by_name: Mapped[str] = mapped_column(String(120), default="")

    booking: Mapped[Booking | None] = relationship()

    @property
    def reference(self) -> str:
        """Its number as it is written."""
        return reference_of(self.kind, self.year, self.number)


def reference_of(kind: Kind, year: int, number: int) -> str:
    """Write the number of a document."""
    return f"{kind.prefix}-{year}-{number:04d}"


class DocumentFile(Base):
    """The PDF of a document, once it is made. Never changed, never removed."""

    __tablename__ = "document_file"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    """Of the file, and its name among the files of documents."""
    size: Mapped[int]
    made_at: Mapped[datetime]


class SigningLink(Base):
    """A secret address at which an agreement is read and signed, once."""

    __tablename__ = "signing_link"

    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class AgreementSignature(Base):
    """How an agreement was signed. Never changed, never removed."""

    __tablename__ = "agreement_signature"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    """Of the agreement as it was read, and signed."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Of its file."""
    way: Mapped[Way] = mapped_column(choice(Way))
    name: Mapped[str] = mapped_column(String(120))
    quality: Mapped[str] = mapped_column(String(120))
    """For the organisation: president, treasurer…"""
    consent: Mapped[str] = mapped_column(Text, default="")
    """The sentence that was agreed to, in the words that were shown."""
    drawing: Mapped[str] = mapped_column(String(64), default="")
    """The name of the picture of what was drawn; empty where the name was typed alone."""
    copy: Mapped[str] = mapped_column(String(64), default="")
    """The name of the copy of what was signed by hand."""
    copy_type: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    """From which it came, as our server saw it."""
    signed_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Who was signed in, or handed the copy in."""


GUARDS = (
    Guard(
        "document",
        key=("id",),
        other_keys=(
            ("uuid",),
            ("replaces_id",),
            ("authority_id", "kind", "year", "number", "edition"),
        ),
    ),
    Guard("document_file", key=("document_id",)),
    Guard("agreement_signature", key=("document_id",)),
)
"""What is issued stays; the migration makes them too."""

for _model, _guard in zip((Document, DocumentFile, AgreementSignature), GUARDS, strict=True):
    guard_with_its_table(cast(Table, _model.__table__), _guard)
