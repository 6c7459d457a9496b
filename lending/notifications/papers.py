"""What is told of papers: to the staff that some wait, to an association what came of one."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars.zones import to_local
from lending.attachments.facts import PaperChecked, PaperHandedIn
from lending.attachments.kinds import PaperState
from lending.attachments.models import Attachment
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.bookings.states import AT_WORK
from lending.db.database import UnitOfWork
from lending.notifications import links
from lending.notifications.contents import of_authority
from lending.notifications.kinds import Kind
from lending.notifications.recipients import DESK, people_of, staff_of
from lending.notifications.writing import Told, tell


def tell_handed_in(fact: PaperHandedIn, uow: UnitOfWork) -> None:
    """Tell the lenders whom a paper concerns that some wait to be checked, once a day.

    A paper of a registration concerns none yet: whoever looks at the registration finds it.
    """
    paper = uow.session.get_one(Attachment, fact.attachment_id)
    for authority_id in _lenders(uow, paper):
        authority = uow.session.get_one(Authority, authority_id)
        day = to_local(uow.now, ZoneInfo(authority.timezone)).date()
        where = f"booking:{paper.booking_id}" if paper.booking_id else "all"
        told = Told(
            Kind.PAPERS_TO_CHECK,
            f"papers:{paper.organisation_id}:{where}:{day.isoformat()}",
            links.papers_of(paper.booking_id)
            if paper.booking_id
            else links.papers(paper.organisation_id),
            {
                **of_authority(authority),
                "organisation": paper.organisation.name,
                "paper": paper.kind.label,
            },
            paper.booking_id,
            authority_id,
        )
        staff = staff_of(uow, authority_id, DESK)
        tell(uow, told, [each for each in staff if each.user_id != paper.handed_in_by_id])


def tell_checked(fact: PaperChecked, uow: UnitOfWork) -> None:
    """Tell an association that a paper is accepted, or why it is not."""
    paper = uow.session.get_one(Attachment, fact.attachment_id)
    is_accepted = fact.state is PaperState.ACCEPTED
    checked_at = paper.checked_at or uow.now
    booking = uow.session.get(Booking, paper.booking_id) if paper.booking_id else None
    said = of_authority(booking.authority) if booking else {}
    told = Told(
        Kind.PAPER_ACCEPTED if is_accepted else Kind.PAPER_DECLINED,
        # One that was accepted may be declined later, and the other way round.
        f"paper:{paper.id}:{checked_at.timestamp():.0f}",
        links.paper(paper.id),
        {
            **said,
            "organisation": paper.organisation.name,
            "paper": paper.kind.label,
            "reason": paper.reason,
            "valid_until": paper.valid_until.isoformat() if paper.valid_until else "",
        },
        paper.booking_id,
        booking.authority_id if booking else None,
    )
    tell(uow, told, people_of(uow, paper.organisation_id))


def _lenders(uow: UnitOfWork, paper: Attachment) -> Collection[int]:
    """Return who lends, or is asked to lend, what the paper is for."""
    concerned = select(Booking.authority_id).distinct().order_by(Booking.authority_id)
    if paper.booking_id is not None:
        return uow.session.scalars(concerned.where(Booking.id == paper.booking_id)).all()
    return uow.session.scalars(
        concerned.where(
            Booking.organisation_id == paper.organisation_id,
            Booking.state.in_(AT_WORK),
            Booking.ends_at > uow.now,
        )
    ).all()
