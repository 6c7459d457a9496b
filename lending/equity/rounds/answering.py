"""What a round has to do with one request: that it waits for it, or what it got and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select

from calendars.intervals import Interval
from lending.bookings.detail import BookingDetail
from lending.bookings.models import BookingLine
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.equity.allocation.values import Limit
from lending.equity.rounds.models import Share
from lending.equity.rounds.queries import RoundView, read_round, round_of
from lending.policies.models import AllocationRound


class Readiness(StrEnum):
    """Whether a request that waits takes part in its round, as far as its file goes."""

    IN_TIME = "in_time"
    INCOMPLETE = "incomplete"
    """It is not complete yet, and can still be."""
    LATE = "late"
    """It was not complete by the cut-off."""
    LEFT_OUT = "left_out"
    """The round was decided without it."""


@dataclass(frozen=True)
class SharedLine:
    """What a line got, and the moment that decided."""

    item_id: int
    name: str
    name_en: str
    asked: int
    granted: int
    limit: Limit
    tight: Interval
    free_then: int
    """Left by the classes before."""
    asked_then: int
    """By everybody of the class."""


@dataclass(frozen=True)
class Standing:
    """Where a request stood in the round that decided it."""

    organisation_id: int
    rank: int
    """Of its priority class."""
    place: int
    """Of its organisation when odd pieces were given."""
    places: int
    """How many organisations took part."""
    served_cents: int
    """What it was lent over the twelve months before, at the price of new."""
    ticket: str
    lines: tuple[SharedLine, ...]


@dataclass(frozen=True)
class RoundAnswer:
    """The round of a request: one of `standing`, once it is decided, and `readiness`, before."""

    view: RoundView
    standing: Standing | None
    readiness: Readiness | None


def round_answer(uow: UnitOfWork, booking: BookingDetail) -> RoundAnswer | None:
    """Return what a round has to do with a request, if anything; the caller may see it."""
    rows = uow.session.execute(
        select(Share, Item)
        .join(BookingLine, BookingLine.id == Share.line_id)
        .join(Item, Item.id == BookingLine.item_id)
        .where(BookingLine.booking_id == booking.id)
        .order_by(Item.name, Item.id)
    ).all()
    if rows:
        first: Share = rows[0][0]
        places = uow.session.scalar(
            select(func.max(Share.place)).where(Share.round_id == first.round_id)
        )
        standing = Standing(
            organisation_id=booking.organisation_id,
            rank=first.rank,
            place=first.place,
            places=places or first.place,
            served_cents=first.served_cents,
            ticket=first.ticket,
            lines=tuple(_line(share, item) for share, item in rows),
        )
        return RoundAnswer(read_round(uow, first.round_id), standing, None)
    if booking.submitted_at is None:
        return None
    view = round_of(uow, booking)
    if view is None:
        passed = _round_passed(uow, booking)
        return RoundAnswer(passed, None, Readiness.LEFT_OUT) if passed else None
    return RoundAnswer(view, None, _readiness(booking.complete_at, view, uow.now))


def _round_passed(uow: UnitOfWork, booking: BookingDetail) -> RoundView | None:
    """Return the round that decided about the time of a request, and not about the request."""
    number = uow.session.scalar(
        select(AllocationRound.id).where(
            AllocationRound.authority_id == booking.authority_id,
            AllocationRound.period_start <= booking.starts_at,
            AllocationRound.period_end > booking.starts_at,
            AllocationRound.adopted_at >= booking.submitted_at,
        )
    )
    return read_round(uow, number) if number is not None else None


def _readiness(complete_at: datetime | None, view: RoundView, now: datetime) -> Readiness:
    if complete_at is not None and complete_at <= view.cut_off_at:
        return Readiness.IN_TIME
    return Readiness.INCOMPLETE if now <= view.cut_off_at else Readiness.LATE


def _line(share: Share, item: Item) -> SharedLine:
    return SharedLine(
        item_id=item.id,
        name=item.name,
        name_en=item.name_en,
        asked=share.asked,
        granted=share.granted,
        limit=share.limit,
        tight=Interval(share.tight_from, share.tight_until),
        free_then=share.free_then,
        asked_then=share.asked_then,
    )
