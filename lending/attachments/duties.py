"""Papers that wait for somebody to look at them, as duties of the inbox."""

from datetime import timedelta

from sqlalchemy import or_, select

from lending.accounts.permissions import Action, Principal
from lending.attachments.kinds import PaperState
from lending.attachments.models import Attachment
from lending.bookings.duties import DutyKind
from lending.bookings.duty_sources import Duty
from lending.bookings.models import Booking
from lending.bookings.queries import visible_to
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation

CHECK_WITHIN = timedelta(days=7)


def paper_duties(uow: UnitOfWork, actor: Principal) -> list[Duty]:
    """Return the papers that the actor has to check, each organisation once.

    Those of a request stand with its lender; what serves all requests concerns every lender.
    """
    if not actor.can(Action.CHECK_PAPERS):
        return []
    rows = uow.session.execute(
        select(Attachment, Organisation.name, Booking)
        .join(Organisation, Organisation.id == Attachment.organisation_id)
        .outerjoin(Booking, Booking.id == Attachment.booking_id)
        .where(
            Attachment.state == PaperState.TO_CHECK,
            or_(Attachment.booking_id.is_(None), visible_to(actor)),
        )
        .order_by(Attachment.handed_in_at.desc(), Attachment.id.desc())
    )
    found: dict[tuple[int, int | None], Duty] = {}
    for row, organisation, booking in rows:
        # The first one handed in comes last, and counts.
        found[row.organisation_id, row.booking_id] = Duty(
            kind=DutyKind.PAPERS,
            due_at=row.handed_in_at + CHECK_WITHIN,
            authority_id=booking.authority_id if booking else None,
            booking_id=row.booking_id,
            reference=booking.reference if booking else "",
            organisation_id=row.organisation_id,
            organisation=organisation,
        )
    return list(found.values())
