"""A calendar of one booking, to be put into one's own once: it does not follow what changes."""

from sqlalchemy import select

from calendars.writing import feed, header, render
from lending.accounts.permissions import Action, Principal
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.subscriptions.drawing import Feed, pen_for
from lending.subscriptions.kept import LOOKS_BACK
from lending.subscriptions.models import Audience, CalendarEntry, View
from lending.subscriptions.views import VIEWS


def one_booking(
    uow: UnitOfWork, actor: Principal, booking_id: int, *, language: str, public_url: str
) -> tuple[str, bytes]:
    """Return the reference of a booking and its entry in a calendar file.

    The entry is the very one of the feed that the actor would follow, identity and stamps
    included: who subscribes later does not see the booking twice. The transaction must be one
    that writes.

    Raises:
        NotFound: there is no such booking that the actor may read, or it was never sent.
    """
    booking = uow.session.get(Booking, booking_id)
    if booking is None:
        raise NotFound
    actor.check(
        Action.SEE_BOOKING,
        authority_id=booking.authority_id,
        organisation_id=booking.organisation_id,
        hidden=True,
    )
    of = _feed_for(actor, booking, language)
    pen = pen_for(uow, language, public_url)
    source = f"booking:{booking.id}"
    since = booking.ends_at - LOOKS_BACK
    drawn = next(iter(VIEWS[of.view].draw(uow, of, pen, {source}, since)), None)
    if drawn is None:
        raise NotFound
    kept = uow.session.scalar(
        select(CalendarEntry.body).where(
            CalendarEntry.view == of.view,
            CalendarEntry.scope_id == of.scope_id,
            CalendarEntry.language == of.language,
            CalendarEntry.audience == of.audience,
            CalendarEntry.alarms == of.alarms,
            CalendarEntry.uid == drawn.entry.uid,
        )
    )
    body = kept or render(drawn.entry, None, uow.now).body
    return booking.reference, feed(header(VIEWS[of.view].calendar(uow, of, pen)), [body])


def _feed_for(actor: Principal, booking: Booking, language: str) -> Feed:
    if actor.can(Action.SUBSCRIBE, organisation_id=booking.organisation_id):
        return Feed(
            View.ORGANISATION, booking.organisation_id, language, Audience.PUBLIC, alarms=False
        )
    return Feed(View.AUTHORITY, booking.authority_id, language, Audience.STAFF, alarms=False)
