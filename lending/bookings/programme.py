"""The public programme: events that their organisations agreed to show, and nothing else of them.

An event is in it once something is granted for it. When all that was granted is cancelled, it
stays until its end, marked: who wrote it down must learn of it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from calendars.intervals import Interval
from lending.authorities.models import Authority, Commune
from lending.bookings.models import Booking, Event, Transition
from lending.bookings.states import GRANTED, State
from lending.db.database import UnitOfWork

TAKES_PLACE = GRANTED | {State.OUT, State.RETURNED, State.CLOSED}


@dataclass(frozen=True)
class ProgrammeEvent:
    """What anyone may know of an event."""

    id: int
    uuid: str
    name: str
    starts_at: datetime
    ends_at: datetime
    commune: str
    site_address: str
    lat: float | None
    lon: float | None
    zone: ZoneInfo
    """Where it takes place, as far as its lender's tells."""
    authority_id: int
    """A lender of its equipment."""
    since: datetime
    """When the first request for it was made."""
    cancelled_at: datetime | None
    """When nothing that was granted for it remained."""

    @property
    def is_cancelled(self) -> bool:
        """Whether all that was granted for it is cancelled."""
        return self.cancelled_at is not None

    @property
    def place(self) -> str:
        """The address with its commune, which many write themselves."""
        if not self.site_address or self.commune in self.site_address:
            return self.site_address or self.commune
        return f"{self.site_address}, {self.commune}"

    @property
    def period(self) -> Interval:
        """The time of the event."""
        return Interval(self.starts_at, self.ends_at)


def list_programme(
    uow: UnitOfWork,
    *,
    authority_id: int | None = None,
    within: Interval | None = None,
    event_ids: Collection[int] | None = None,
    ends_after: datetime | None = None,
) -> list[ProgrammeEvent]:
    """Return the events of the programme (of a lender, if given), in the order of their start.

    A cancelled event is in it until it would have ended.
    """
    query = _query(uow, authority_id)
    if within is not None:
        query = query.where(Event.starts_at < within.end, Event.ends_at > within.start)
    if event_ids is not None:
        query = query.where(Event.id.in_(event_ids))
    if ends_after is not None:
        query = query.where(Event.ends_at > ends_after)
    rows = uow.session.execute(query.order_by(Event.starts_at, Event.name, Event.id)).all()
    zones = _zones(uow)
    return [_view(row, zones) for row in rows]


def next_in_programme(
    uow: UnitOfWork, authority_id: int | None, after: datetime
) -> datetime | None:
    """Return when the first event of the programme after an instant begins."""
    query = _query(uow, authority_id).where(Event.starts_at >= after)
    return uow.session.scalar(query.with_only_columns(func.min(Event.starts_at)))


def _query(uow: UnitOfWork, authority_id: int | None) -> Select[Any]:
    here = [Booking.authority_id == authority_id] if authority_id is not None else []
    was_granted = exists(
        select(Transition.id)
        .where(
            Transition.booking_id == Booking.id,
            Transition.new == State.CANCELLED,
            Transition.old.in_(GRANTED),
        )
        .correlate(Booking)
    )
    takes_place = _booked(Booking.state.in_(TAKES_PLACE), *here)
    called_off = _booked(Booking.state == State.CANCELLED, was_granted, *here)
    is_over = ~_booked(Booking.state.in_(TAKES_PLACE)) & (Event.ends_at > uow.now)
    of_event = select(Booking).where(Booking.event_id == Event.id, *here).correlate(Event)
    return (
        select(
            Event,
            Commune.name.label("commune"),
            takes_place.label("takes_place"),
            of_event.with_only_columns(func.min(Booking.authority_id))
            .scalar_subquery()
            .label("authority_id"),
            of_event.with_only_columns(func.min(Booking.created_at))
            .scalar_subquery()
            .label("since"),
            of_event.join(Transition, Transition.booking_id == Booking.id)
            .where(Transition.new == State.CANCELLED)
            .with_only_columns(func.max(Transition.at))
            .scalar_subquery()
            .label("cancelled_at"),
        )
        .join(Commune, Commune.insee == Event.commune_insee)
        .where(Event.is_public, or_(takes_place, and_(called_off, is_over)))
    )


def _booked(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether the event has a booking like this."""
    bookings = select(Booking.id).where(Booking.event_id == Event.id, *conditions)
    return exists(bookings.correlate(Event))


def _zones(uow: UnitOfWork) -> dict[int, ZoneInfo]:
    rows = uow.session.execute(select(Authority.id, Authority.timezone))
    return {number: ZoneInfo(name) for number, name in rows}


def _view(row: Row[Any], zones: dict[int, ZoneInfo]) -> ProgrammeEvent:
    event: Event = row.Event
    return ProgrammeEvent(
        id=event.id,
        uuid=event.uuid,
        name=event.name,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        commune=row.commune,
        site_address=event.site_address,
        lat=event.lat,
        lon=event.lon,
        zone=zones[row.authority_id],
        authority_id=row.authority_id,
        since=row.since,
        cancelled_at=None if row.takes_place else row.cancelled_at,
    )
