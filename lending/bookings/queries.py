"""What pages and programs show of bookings: lists, and one booking as an actor may see it.

The number of queries never depends on how much is shown.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, false, func, or_, select, true
from sqlalchemy.orm import aliased

from calendars.intervals import Interval
from lending.accounts.permissions import PERMISSIONS, Action, Principal, Scope
from lending.authorities.models import Authority, Competence
from lending.bookings.lateness import is_late, largest_crew
from lending.bookings.models import Booking, BookingLine, Event, Logistics, Redirection, Source
from lending.bookings.states import State
from lending.bookings.steps import NextStep, next_step, promised_answer
from lending.db.database import UnitOfWork
from lending.errors import NotSignedIn
from lending.organisations.models import Organisation
from lending.policies.models import AllocationRound
from lending.policies.queries import Rulebook, read_rulebook
from lending.words import fold

PER_PAGE = 25


class Order(StrEnum):
    """How a list of bookings is sorted."""

    SOONEST = "soonest"
    LATEST = "latest"
    NEWEST = "newest"


@dataclass(frozen=True)
class BookingFilter:
    """Which bookings are wanted; what is left empty does not narrow."""

    states: Collection[State] | None = None
    organisation_id: int | None = None
    authority_id: int | None = None
    event_id: int | None = None
    words: str = ""
    """In the reference, the name of the event or of the organisation."""
    period: Interval | None = None
    """Those whose loan shares an instant with it."""
    drafts_of_others: bool = True
    """Whether staff see what an association has not sent."""


@dataclass(frozen=True)
class BookingRow:
    """A booking as lists show it."""

    id: int
    uuid: str
    reference: str
    state: State
    organisation_id: int
    organisation: str
    authority_id: int
    authority: str
    zone: ZoneInfo
    event_id: int
    event: str
    event_starts_at: datetime
    event_ends_at: datetime
    competence: Competence
    starts_at: datetime
    ends_at: datetime
    logistics: Logistics
    source: Source
    created_at: datetime
    submitted_at: datetime | None
    complete_at: datetime | None
    arrival: int | None
    option_until: datetime | None
    pieces_until: datetime | None
    """Until when what is missing is awaited."""
    waiting_since: datetime | None
    decided_at: datetime | None
    lines: int
    """How many items it is about."""
    pieces: int
    """How many pieces: granted if that is decided, requested otherwise."""
    requested: int
    answer_by: datetime | None
    """Until when the authority has promised its answer; None before the file is complete."""
    is_late: bool
    """Whether it came (or, of a draft, comes now) later than the authority asks for."""
    next: NextStep
    passed_to: str
    """The authority that it was passed on to; empty unless it was."""

    @property
    def period(self) -> Interval:
        """The time of the loan."""
        return Interval(self.starts_at, self.ends_at)


@dataclass(frozen=True)
class Bookings:
    """One page of bookings, how many there are in all, and how many in each state."""

    rows: tuple[BookingRow, ...]
    total: int
    counts: Mapping[State, int]
    """Per state, the filter applied apart from its states."""


def list_bookings(
    uow: UnitOfWork,
    actor: Principal,
    wanted: BookingFilter = BookingFilter(),
    *,
    order: Order = Order.NEWEST,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> Bookings:
    """Return the bookings the actor may see; pages count from 1.

    Raises:
        NotSignedIn: nobody in particular sees none.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    conditions = [visible_to(actor), *_conditions(actor, wanted)]
    counted = uow.session.execute(
        select(Booking.state, func.count())
        .join(Event, Event.id == Booking.event_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .where(*conditions)
        .group_by(Booking.state)
    )
    counts: dict[State, int] = dict(counted.all())
    query = rows_query().where(*conditions)
    if wanted.states is not None:
        query = query.where(Booking.state.in_(wanted.states))
    query = query.order_by(*_ORDERS[order]).limit(per_page).offset((page - 1) * per_page)
    rulebook = read_rulebook(uow.session)
    rows = tuple(row_of(uow, rulebook, *row) for row in uow.session.execute(query))
    asked = counts if wanted.states is None else counts.keys() & set(wanted.states)
    return Bookings(rows, sum(counts[state] for state in asked), counts)


def count_by_state(uow: UnitOfWork) -> dict[State, int]:
    """Return how many bookings there are in each state, those of all authorities together."""
    rows = uow.session.execute(select(Booking.state, func.count()).group_by(Booking.state))
    return dict.fromkeys(State, 0) | dict(rows.all())


_ORDERS: dict[Order, tuple[Any, ...]] = {
    Order.SOONEST: (Booking.starts_at, Booking.id),
    Order.LATEST: (Booking.starts_at.desc(), Booking.id.desc()),
    Order.NEWEST: (Booking.id.desc(),),
}


def visible_to(actor: Principal) -> ColumnElement[bool]:
    """Return the condition under which the actor may know of a booking."""
    scope = actor.authority_scope(Action.SEE_BOOKING)
    if scope is None:
        return true()
    own = [
        grant.organisation_id
        for grant in actor.grants
        if PERMISSIONS[Action.SEE_BOOKING].get(grant.role) is Scope.OWN
        and grant.organisation_id is not None
    ]
    reached = [Booking.authority_id.in_(scope)] if scope else []
    reached += [Booking.organisation_id.in_(own)] if own else []
    return or_(false(), *reached)


def _conditions(actor: Principal, wanted: BookingFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.organisation_id is not None:
        conditions.append(Booking.organisation_id == wanted.organisation_id)
    if wanted.authority_id is not None:
        conditions.append(Booking.authority_id == wanted.authority_id)
    if wanted.event_id is not None:
        conditions.append(Booking.event_id == wanted.event_id)
    if wanted.period is not None:
        conditions.append(Booking.starts_at < wanted.period.end)
        conditions.append(Booking.ends_at > wanted.period.start)
    if not wanted.drafts_of_others:
        conditions.append(or_(Booking.state != State.DRAFT, Booking.created_by_id == actor.user_id))
    return conditions + [_mentions(word) for word in wanted.words.split()]


def _mentions(word: str) -> ColumnElement[bool]:
    return or_(
        Booking.reference.ilike(f"%{_literal(word)}%", escape="\\"),
        Event.name.ilike(f"%{_literal(word)}%", escape="\\"),
        Organisation.search_text.like(f"%{_literal(fold(word))}%", escape="\\"),
    )


def _literal(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def rows_query() -> Select[*tuple[Any, ...]]:
    """Return the query of what `row_of` takes, to be narrowed."""
    granted = func.coalesce(BookingLine.granted, BookingLine.requested)
    of_booking = BookingLine.booking_id == Booking.id
    count = select(func.count()).where(of_booking).scalar_subquery()
    pieces = select(func.coalesce(func.sum(granted), 0)).where(of_booking).scalar_subquery()
    asked = (
        select(func.coalesce(func.sum(BookingLine.requested), 0))
        .where(of_booking)
        .scalar_subquery()
    )
    next_lender = aliased(Authority)
    passed_to = (
        select(next_lender.name)
        .join(Redirection, Redirection.to_authority_id == next_lender.id)
        .where(Redirection.from_id == Booking.id)
        .scalar_subquery()
    )
    return (
        select(
            Booking,
            Event,
            Organisation.name,
            Authority,
            count,
            pieces,
            asked,
            largest_crew(),
            passed_to,
        )
        .join(Event, Event.id == Booking.event_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Authority, Authority.id == Booking.authority_id)
    )


def row_of(
    uow: UnitOfWork,
    rulebook: Rulebook,
    booking: Booking,
    event: Event,
    organisation: str,
    authority: Authority,
    lines: int,
    pieces: int,
    requested: int,
    crew: int,
    passed_to: str | None,
) -> BookingRow:
    """Return a booking as lists show it, from a row of `rows_query`."""
    zone = ZoneInfo(authority.timezone)
    rules = rulebook.at(booking.authority_id, booking.complete_at or uow.now).rules
    answer_by = (
        promised_answer(booking.complete_at, booking.starts_at, rules.answer_days)
        if booking.complete_at is not None
        else None
    )
    if booking.round_id is not None and booking.decided_at is None:
        answer_by = uow.session.get_one(AllocationRound, booking.round_id).decides_at
    return BookingRow(
        id=booking.id,
        uuid=booking.uuid,
        reference=booking.reference,
        state=booking.state,
        organisation_id=booking.organisation_id,
        organisation=organisation,
        authority_id=booking.authority_id,
        authority=authority.name,
        zone=zone,
        event_id=event.id,
        event=event.name,
        event_starts_at=event.starts_at,
        event_ends_at=event.ends_at,
        competence=event.competence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        logistics=booking.logistics,
        source=booking.source,
        created_at=booking.created_at,
        submitted_at=booking.submitted_at,
        complete_at=booking.complete_at,
        arrival=booking.arrival,
        option_until=booking.option_until,
        pieces_until=booking.pieces_until,
        waiting_since=booking.waiting_since,
        decided_at=booking.decided_at,
        lines=lines,
        pieces=int(pieces),
        requested=int(requested),
        answer_by=answer_by,
        is_late=is_late(booking, rules, crew, zone, uow.now),
        next=_dated(
            next_step(
                booking.state,
                booking.logistics,
                booking.starts_at,
                booking.ends_at,
                answer_by=answer_by,
                pieces_until=booking.pieces_until,
            ),
            uow.now,
        ),
        passed_to=passed_to or "",
    )


def _dated(step: NextStep, now: datetime) -> NextStep:
    return replace(step, is_overdue=step.at is not None and step.at < now)
