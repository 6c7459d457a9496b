"""The table of borrowers."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lending.db.base import Base, Id, Uuid, choice
from lending.i18n import N_


class OrganisationKind(StrEnum):
    """What sort of body borrows."""

    ASSOCIATION = "association"
    SCHOOL = "school"
    PUBLIC_BODY = "public_body"
    DEPARTMENT = "department"

    @property
    def label(self) -> str:
        """Return the gettext id of the kind's name."""
        return {
            "association": N_("Association"),
            "school": N_("School"),
            "public_body": N_("Public body"),
            "department": N_("Department of the authority"),
        }[self.value]


class Verification(StrEnum):
    """Whether the front desk has checked who this is."""

    PENDING = "pending"
    VERIFIED = "verified"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """Return the gettext id of the state's name."""
        return {
            "pending": N_("To be verified"),
            "verified": N_("Verified"),
            "rejected": N_("Not accepted"),
        }[self.value]


class Organisation(Base):
    """An organisation that borrows."""

    __tablename__ = "organisation"
    __table_args__ = (
        Index("ix_organisation_verification", "verification"),
        Index("ix_organisation_search_text", "search_text"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    rna: Mapped[str | None] = mapped_column(String(10), unique=True)
    siren: Mapped[str | None] = mapped_column(String(9))
    siret: Mapped[str | None] = mapped_column(String(14), unique=True)
    commune_insee: Mapped[str] = mapped_column(ForeignKey("commune.insee"))
    address: Mapped[str] = mapped_column(String(250), default="")
    purpose: Mapped[str] = mapped_column(String(500), default="")
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(30), default="")
    insurance_until: Mapped[date | None]
    """Last day covered by the liability certificate that was shown."""
    republican_commitment_on: Mapped[date | None]
    """The day the contrat d'engagement républicain was signed."""
    search_text: Mapped[str] = mapped_column(String(800), default="")
    created_at: Mapped[datetime]
    verification: Mapped[Verification] = mapped_column(choice(Verification))
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    verification_note: Mapped[str] = mapped_column(String(500), default="")
