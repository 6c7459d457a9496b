"""What pages and programs show of papers; the files themselves are read from their folder."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select

from lending.accounts.permissions import Action, Principal
from lending.attachments.inspecting import ENDINGS
from lending.attachments.keeping import check_access
from lending.attachments.kinds import CURRENT, PaperKind, PaperState
from lending.attachments.models import Attachment
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.organisations.models import Organisation


@dataclass(frozen=True)
class PaperView:
    """A paper, as those who may see it do."""

    id: int
    organisation_id: int
    organisation: str
    booking_id: int | None
    booking_reference: str
    kind: PaperKind
    state: PaperState
    label: str
    content: str
    """The SHA-256 of its file."""
    media: str
    size: int
    is_kept: bool
    issuer: str
    number: str
    valid_from: date | None
    valid_until: date | None
    replaces_id: int | None
    handed_in_at: datetime
    handed_in_by: str
    checked_at: datetime | None
    checked_by: str
    reason: str
    ended_at: datetime | None

    @property
    def is_current(self) -> bool:
        """Whether it is not history."""
        return self.state in CURRENT

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether nobody relies on it."""
        return self.state in (PaperState.TO_CHECK, PaperState.NOT_ACCEPTED)

    @property
    def file_name(self) -> str:
        """Return what its file is called where it is put: never what the sender called it."""
        ending = ENDINGS[self.media]
        return f"{self.kind.value.replace('_', '-')}-{self.id}.{ending}"


def get_paper(uow: UnitOfWork, actor: Principal, attachment_id: int) -> PaperView:
    """Return a paper.

    Raises:
        NotSignedIn: nobody in particular sees none.
        NotFound: there is none that the actor may know of.
    """
    row = uow.session.execute(_query().where(Attachment.id == attachment_id)).one_or_none()
    if row is None:
        raise NotFound
    view = _view(*row)
    check_access(uow, actor, Action.SEE_PAPERS, view.organisation_id, view.booking_id)
    return view


def papers_of_organisation(
    uow: UnitOfWork, actor: Principal, organisation_id: int
) -> tuple[PaperView, ...]:
    """Return what an organisation handed in for all its requests, the latest first.

    Raises:
        NotSignedIn: nobody in particular sees none.
        NotFound: there is no organisation that the actor may know of.
    """
    check_access(uow, actor, Action.SEE_PAPERS, organisation_id, None)
    if uow.session.get(Organisation, organisation_id) is None:
        raise NotFound
    return _views(
        uow, Attachment.organisation_id == organisation_id, Attachment.booking_id.is_(None)
    )


def papers_of_booking(uow: UnitOfWork, actor: Principal, booking_id: int) -> tuple[PaperView, ...]:
    """Return what was handed in for a request, and what its organisation has current for all.

    Raises:
        NotFound, NotSignedIn, Forbidden: there is no request whose papers the actor may see.
    """
    booking = uow.session.get(Booking, booking_id)
    if booking is None:
        raise NotFound
    check_access(uow, actor, Action.SEE_PAPERS, booking.organisation_id, booking_id)
    general = Attachment.booking_id.is_(None) & Attachment.state.in_(CURRENT)
    return _views(
        uow,
        Attachment.organisation_id == booking.organisation_id,
        or_(Attachment.booking_id == booking_id, general),
    )


def files_in_use(uow: UnitOfWork) -> set[str]:
    """Return the names of the files that papers still have."""
    return set(uow.session.scalars(select(Attachment.content).where(Attachment.is_kept)))


def _views(uow: UnitOfWork, *conditions: Any) -> tuple[PaperView, ...]:
    rows = uow.session.execute(_query().where(*conditions).order_by(Attachment.id.desc()))
    return tuple(_view(*row) for row in rows)


def _query() -> Select[Attachment, str, str | None]:
    return (
        select(Attachment, Organisation.name, Booking.reference)
        .join(Organisation, Organisation.id == Attachment.organisation_id)
        .outerjoin(Booking, Booking.id == Attachment.booking_id)
    )


def _view(row: Attachment, organisation: str, reference: str | None) -> PaperView:
    told = set(PaperView.__dataclass_fields__) - {"organisation", "booking_reference"}
    return PaperView(
        organisation=organisation,
        booking_reference=reference or "",
        **{name: getattr(row, name) for name in told},
    )
