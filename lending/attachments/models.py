"""The table of papers; the files lie outside, under the hash of their content."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lending.attachments.kinds import PaperKind, PaperState
from lending.db.base import Base, Id, Uuid, choice
from lending.organisations.models import Organisation


class Attachment(Base):
    """A paper that was handed in. Its row is never changed into another paper's: it is history."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size > 0", name="size"),
        CheckConstraint("kind <> 'insurance' OR valid_until IS NOT NULL", name="insurance"),
        CheckConstraint(
            "valid_from IS NULL OR valid_until IS NULL OR valid_until >= valid_from", name="order"
        ),
        Index("ix_attachment_organisation", "organisation_id", "state"),
        Index("ix_attachment_booking", "booking_id"),
        Index("ix_attachment_state", "state", "valid_until"),
    )

    id: Mapped[Id]
    uuid: Mapped[Uuid]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("booking.id", ondelete="CASCADE"))
    """The only request that it serves; none for what serves all of them."""
    kind: Mapped[PaperKind] = mapped_column(choice(PaperKind))
    state: Mapped[PaperState] = mapped_column(choice(PaperState))
    label: Mapped[str] = mapped_column(String(120), default="")
    """The file's name on the computer that it came from: words to show, nothing else."""
    content: Mapped[str] = mapped_column(String(64))
    """The SHA-256 of the file that is kept; it stays when the file is gone."""
    media: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    is_kept: Mapped[bool] = mapped_column(default=True)
    """Whether there still is a file."""
    issuer: Mapped[str] = mapped_column(String(120), default="")
    """The insurer, or the service that authorises."""
    number: Mapped[str] = mapped_column(String(60), default="")
    """Of the policy, or of the order."""
    valid_from: Mapped[date | None]
    """The first day; of what is signed, the day of the signature."""
    valid_until: Mapped[date | None]
    """The last day."""
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("attachment.id", ondelete="SET NULL")
    )
    handed_in_at: Mapped[datetime]
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    handed_in_by: Mapped[str] = mapped_column(String(120), default="")
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    checked_by: Mapped[str] = mapped_column(String(120), default="")
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it was not accepted."""
    ended_at: Mapped[datetime | None]
    """When it was replaced or withdrawn."""

    organisation: Mapped[Organisation] = relationship()
