"""What pages show of rounds: to anybody what is announced, to the staff who takes part."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.models import Booking, BookingLine
from lending.bookings.queries import BookingRow
from lending.bookings.states import UNDECIDED, State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.equity.allocation.values import Limit
from lending.equity.rounds.models import Share
from lending.errors import NotFound
from lending.organisations.models import Organisation
from lending.policies.models import AllocationRound
from lending.policies.rounds import Stage, list_rounds, round_for, stage_of


@dataclass(frozen=True)
class RoundView:
    """A round as anybody may see it."""

    id: int
    authority_id: int
    authority: str
    zone: ZoneInfo
    name: str
    stage: Stage
    period_start: datetime
    period_end: datetime
    first_day: date
    last_day: date
    """Local days on which the loans it decides about begin."""
    opens_at: datetime
    cut_off_at: datetime
    decides_at: datetime
    adopted_at: datetime | None
    commitment: str
    seed: str
    """Empty until the round is decided."""
    cancel_reason: str
    requests: int
    """That wait for it, or that it decided."""


@dataclass(frozen=True)
class ShareRow:
    """What a round gave for a line."""

    booking_id: int
    reference: str
    organisation: str
    item_id: int
    item: str
    asked: int
    granted: int
    limit: Limit
    rank: int
    place: int
    free_then: int
    asked_then: int


def rounds_of(uow: UnitOfWork, authority_id: int | None) -> tuple[RoundView, ...]:
    """Return the rounds of an authority, or of all of them, the latest period first.

    Raises:
        NotFound: no such authority.
    """
    if authority_id is not None and uow.session.get(Authority, authority_id) is None:
        raise NotFound
    found = list_rounds(uow.session, authority_id)
    return tuple(_view(uow, each.authority, each) for each in found)


def read_round(uow: UnitOfWork, round_id: int) -> RoundView:
    """Return a round.

    Raises:
        NotFound: no such round.
    """
    found = uow.session.get(AllocationRound, round_id)
    if found is None:
        raise NotFound
    return _view(uow, found.authority, found)


def round_of(uow: UnitOfWork, booking: BookingRow) -> RoundView | None:
    """Return the round that will decide about a request, or would once it is sent."""
    if booking.state not in UNDECIDED | {State.DRAFT, State.WAITLISTED}:
        return None
    found = round_for(uow.session, booking.authority_id, booking.starts_at, uow.now)
    return _view(uow, found.authority, found) if found else None


def shares_of(uow: UnitOfWork, actor: Principal, round_id: int) -> tuple[ShareRow, ...]:
    """Return what a decided round gave, by item and then in the order of places.

    Raises:
        NotFound: no such round.
        NotSignedIn, Forbidden: the actor does not see the requests of its authority.
    """
    view = read_round(uow, round_id)
    actor.check(Action.SEE_INBOX, authority_id=view.authority_id)
    rows = uow.session.execute(
        select(Share, Booking.id, Booking.reference, Organisation.name, Item.id, Item.name)
        .join(BookingLine, BookingLine.id == Share.line_id)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Item, Item.id == BookingLine.item_id)
        .where(Share.round_id == round_id)
        .order_by(Item.name, Item.id, Share.rank, Share.place, Booking.reference)
    )
    return tuple(
        ShareRow(
            booking_id=booking_id,
            reference=reference,
            organisation=organisation,
            item_id=item_id,
            item=item,
            asked=share.asked,
            granted=share.granted,
            limit=share.limit,
            rank=share.rank,
            place=share.place,
            free_then=share.free_then,
            asked_then=share.asked_then,
        )
        for share, booking_id, reference, organisation, item_id, item in rows
    )


def _view(uow: UnitOfWork, authority: Authority, found: AllocationRound) -> RoundView:
    zone = ZoneInfo(authority.timezone)
    decided = Booking.round_id == found.id
    waits = (
        (Booking.authority_id == found.authority_id)
        & (Booking.starts_at >= found.period_start)
        & (Booking.starts_at < found.period_end)
        & Booking.state.in_(UNDECIDED | {State.WAITLISTED})
    )
    requests = uow.session.scalar(
        select(func.count()).where(decided if found.adopted_at else waits)
    )
    return RoundView(
        id=found.id,
        authority_id=authority.id,
        authority=authority.name,
        zone=zone,
        name=found.name,
        stage=stage_of(found, uow.now),
        period_start=found.period_start,
        period_end=found.period_end,
        first_day=to_local(found.period_start, zone).date(),
        last_day=to_local(found.period_end - timedelta(seconds=1), zone).date(),
        opens_at=found.opens_at,
        cut_off_at=found.cut_off_at,
        decides_at=found.decides_at,
        adopted_at=found.adopted_at,
        commitment=found.commitment,
        seed=found.seed if found.adopted_at else "",
        cancel_reason=found.cancel_reason,
        requests=requests or 0,
    )
