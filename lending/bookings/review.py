"""A booking as the staff needs it to decide: who asks, what else is asked for, what came before.

The number of queries does not depend on how many lines, competitors or earlier loans there are.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from lending.accounts.permissions import Action, Principal
from lending.availability.answers import free_for_loan
from lending.availability.holds import terms_of
from lending.bookings.competitors import Competitor, find_competitors
from lending.bookings.detail import BookingDetail, get_booking
from lending.bookings.models import Booking, BookingLine
from lending.bookings.queries import visible_to
from lending.bookings.states import GRANTED, State
from lending.db.database import UnitOfWork
from lending.organisations.models import Organisation, OrganisationKind

LENT = GRANTED | {State.OUT, State.RETURNED, State.CLOSED}
ONE_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Borrower:
    """Who asks, as far as it matters for the decision."""

    organisation_id: int
    name: str
    kind: OrganisationKind
    rna: str | None


@dataclass(frozen=True)
class Record:
    """What the organisation asked for and got over the last twelve months, this one apart."""

    asked: int = 0
    """Requests that were sent."""
    granted: int = 0
    refused: int = 0
    pieces_asked: int = 0
    """In requests that were decided."""
    pieces_granted: int = 0
    lost: int = 0
    damaged: int = 0
    overdue: int = 0
    """Loans that are not back in time now."""


@dataclass(frozen=True)
class LineCase:
    """What decides about one line, beyond what the line says."""

    free_if_undecided_yield: int
    """What would be free if nobody undecided stood in the way."""
    competitors: tuple[Competitor, ...]

    @property
    def decided(self) -> int:
        """How many pieces decided loans take at some time of the period."""
        return sum(c.quantity for c in self.competitors if not c.is_undecided and not c.waits)

    @property
    def undecided(self) -> int:
        """How many pieces others hold as an option."""
        return sum(c.quantity for c in self.competitors if c.is_undecided)

    @property
    def waiting(self) -> int:
        """How many pieces others wait for."""
        return sum(c.quantity for c in self.competitors if c.waits)


@dataclass(frozen=True)
class Rival:
    """Another booking, with all that it takes of the same equipment."""

    booking: Competitor
    quantities: tuple[tuple[int, int], ...]
    """Item and pieces, in the order of the lines."""


@dataclass(frozen=True)
class Case:
    """Everything needed to decide about a booking."""

    booking: BookingDetail
    borrower: Borrower
    record: Record
    lines: Mapping[int, LineCase]
    """By item."""
    now: datetime

    @property
    def is_possible(self) -> bool:
        """Whether everything requested is free."""
        return all(line.free >= line.requested for line in self.booking.line_views)

    @property
    def rivals(self) -> tuple[Rival, ...]:
        """The other bookings, each once: those that hold something first, in order of arrival."""
        found: dict[int, Competitor] = {}
        quantities: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for line in self.booking.line_views:
            for rival in self.lines[line.item_id].competitors:
                found.setdefault(rival.booking_id, rival)
                quantities[rival.booking_id].append((line.item_id, rival.quantity))
        ordered = sorted(
            found.values(),
            key=lambda r: (r.waits, r.is_undecided, r.arrival is None, r.arrival or 0),
        )
        return tuple(Rival(rival, tuple(quantities[rival.booking_id])) for rival in ordered)


def read_case(uow: UnitOfWork, actor: Principal, booking_id: int) -> Case:
    """Return what the actor, one of the staff, needs to decide about a booking.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    booking = get_booking(uow, actor, booking_id)
    actor.check(Action.SEE_INBOX, authority_id=booking.authority_id)
    return Case(
        booking=booking,
        borrower=_borrower(uow, booking),
        record=_record(uow, actor, booking),
        lines=_lines(uow, booking),
        now=uow.now,
    )


def _borrower(uow: UnitOfWork, booking: BookingDetail) -> Borrower:
    organisation = uow.session.get_one(Organisation, booking.organisation_id)
    return Borrower(organisation.id, organisation.name, organisation.kind, organisation.rna)


def _record(uow: UnitOfWork, actor: Principal, booking: BookingDetail) -> Record:
    rows = uow.session.execute(
        select(
            Booking.state,
            func.count(func.distinct(Booking.id)),
            func.sum(BookingLine.requested),
            func.sum(func.coalesce(BookingLine.granted, 0)),
            func.sum(BookingLine.lost),
            func.sum(BookingLine.damaged),
        )
        .join(BookingLine, BookingLine.booking_id == Booking.id)
        .where(
            Booking.organisation_id == booking.organisation_id,
            Booking.id != booking.id,
            Booking.state != State.DRAFT,
            Booking.starts_at > uow.now - ONE_YEAR,
            visible_to(actor),
        )
        .group_by(Booking.state)
    ).all()
    overdue = uow.session.scalar(
        select(func.count()).where(
            Booking.organisation_id == booking.organisation_id,
            Booking.id != booking.id,
            Booking.state == State.OUT,
            Booking.ends_at <= uow.now,
            visible_to(actor),
        )
    )
    decided = [row for row in rows if row[0] in LENT or row[0] is State.REFUSED]
    return Record(
        asked=sum(row[1] for row in rows),
        granted=sum(row[1] for row in rows if row[0] in LENT),
        refused=sum(row[1] for row in rows if row[0] is State.REFUSED),
        pieces_asked=sum(int(row[2]) for row in decided),
        pieces_granted=sum(int(row[3]) for row in decided),
        lost=sum(int(row[4]) for row in rows),
        damaged=sum(int(row[5]) for row in rows),
        overdue=overdue or 0,
    )


def _lines(uow: UnitOfWork, booking: BookingDetail) -> dict[int, LineCase]:
    item_ids = [line.item_id for line in booking.line_views]
    if not item_ids:
        return {}
    terms = terms_of(uow.session, item_ids)
    decided = free_for_loan(
        uow,
        booking.period,
        item_ids=item_ids,
        terms=terms,
        without_lines=[line.id for line in booking.line_views],
        decided_only=True,
    )
    competitors = find_competitors(uow, booking, terms)
    return {
        item_id: LineCase(decided[item_id].free, tuple(competitors.get(item_id, ())))
        for item_id in item_ids
    }
