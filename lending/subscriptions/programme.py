"""The feed of the public programme: what anyone may know of events, and nothing else."""

from collections.abc import Collection, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from calendars.entries import Calendar, Entry, Place, Status
from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.bookings.programme import ProgrammeEvent, list_programme
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.i18n import N_
from lending.subscriptions.addresses import programme_page
from lending.subscriptions.bookings import numbers
from lending.subscriptions.drawing import PRODUCT, Drawn, Feed, Pen, Reach
from lending.subscriptions.models import Audience, View

EVERYBODY = 0
"""The scope of the programme of all authorities."""
CANCELLED = N_("CANCELLED – %(title)s")


class ProgrammeView:
    """The events of one authority's loans, or of all, that may be shown."""

    def reach(self, uow: UnitOfWork, actor: Principal, scope_id: int) -> Reach:
        """Let anyone read it."""
        actor.check(Action.SEE_PROGRAMME)
        if scope_id != EVERYBODY and uow.session.get(Authority, scope_id) is None:
            raise NotFound
        return Reach(Audience.PUBLIC)

    def name(self, uow: UnitOfWork, scope_id: int) -> str:
        """Return the authority's name, or nothing for all of them."""
        return "" if scope_id == EVERYBODY else uow.session.get_one(Authority, scope_id).name

    def scopes(self, uow: UnitOfWork, bookings: ColumnElement[bool]) -> set[int]:
        """Return to whom these bookings are addressed, and all of them."""
        return {EVERYBODY, *uow.session.scalars(select(Booking.authority_id).where(bookings))}

    def calendar(self, uow: UnitOfWork, feed: Feed, pen: Pen) -> Calendar:
        """Name the feed after the authority."""
        name, timezone = pen.words.gettext("Events"), "Europe/Paris"
        if feed.scope_id != EVERYBODY:
            authority = uow.session.get_one(Authority, feed.scope_id)
            name = pen.words.gettext("%(name)s – events") % {"name": authority.name}
            timezone = ZoneInfo(authority.timezone).key
        return Calendar(
            product=PRODUCT,
            name=name,
            description=pen.words.gettext("Events that associations prepare with lent equipment."),
            timezone=timezone,
            colour="slateblue",
            colour_hex="#6b4fa0",
        )

    def draw(
        self,
        uow: UnitOfWork,
        feed: Feed,
        pen: Pen,
        sources: Collection[str] | None,
        since: datetime,
    ) -> Iterator[Drawn]:
        """Draw one entry an event, however many requests are made for it."""
        events = list_programme(
            uow,
            authority_id=feed.scope_id or None,
            event_ids=None if sources is None else numbers(sources, "event"),
            ends_after=since if sources is None else None,
        )
        # Everybody inserts in one order: two who look at once do not deadlock.
        for event in sorted(events, key=lambda event: event.id):
            yield _drawn(event, pen)


def programme_scope(uow: UnitOfWork, authority_code: str | None) -> int:
    """Return the scope of an authority's programme by its code, or that of all.

    Raises:
        NotFound: no such authority.
    """
    if authority_code is None:
        return EVERYBODY
    found = uow.session.scalar(select(Authority.id).where(Authority.code == authority_code))
    if found is None:
        raise NotFound
    return found


def _drawn(event: ProgrammeEvent, pen: Pen) -> Drawn:
    month = to_local(event.starts_at, event.zone).date()
    address = pen.address(programme_page(month, event.id))
    title = event.name
    if event.is_cancelled:
        title = pen.words.gettext(CANCELLED) % {"title": title}
    entry = Entry(
        uid=pen.uid(event.uuid, View.PROGRAMME),
        when=event.period,
        title=title,
        created=event.since,
        modified=event.since,
        description=f"{event.place}\n{address}",
        location=event.place,
        place=None if event.lat is None or event.lon is None else Place(event.lat, event.lon),
        status=Status.CANCELLED if event.is_cancelled else Status.CONFIRMED,
        transparent=True,
        url=address,
    )
    return Drawn(
        source=f"event:{event.id}",
        authority_id=event.authority_id,
        entry=entry,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        cancelled_at=event.cancelled_at,
        shown_until=event.ends_at if event.is_cancelled else None,
    )
