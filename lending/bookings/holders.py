"""Who has an item, and whom a change of its stock would leave short: for its keepers."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.availability.holds import FOREVER, read_supply, seconds
from lending.availability.models import Hold
from lending.availability.sweep import Gap, gaps, timeline
from lending.bookings.models import Booking, BookingLine, Event
from lending.bookings.shortages import Claimant, claimants_of
from lending.bookings.states import State
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.organisations.models import Organisation

BACK = frozenset({State.RETURNED, State.CLOSED})
"""These hold for the turnaround only: nobody is harmed."""


@dataclass(frozen=True)
class Loan:
    """A booking that takes some of an item, now or later."""

    booking_id: int
    reference: str
    organisation: str
    event: str
    state: State
    quantity: int
    starts_at: datetime
    ends_at: datetime
    is_late: bool
    """Out, and not back in time."""


@dataclass(frozen=True)
class Harm:
    """A booking that would no longer get what it was promised or asks for."""

    booking_id: int
    reference: str
    organisation: str
    event: str
    state: State
    quantity: int
    starts_at: datetime
    ends_at: datetime
    missing: int
    """Pieces, at the worst moment, over all bookings of that moment."""


def list_loans(uow: UnitOfWork, actor: Principal, item_id: int) -> list[Loan]:
    """Return the bookings that hold some of an item now or later, soonest first.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not see them.
    """
    _check(uow, actor, item_id, Action.SEE_STOCK_DETAILS)
    now = seconds(uow.now)
    rows = uow.session.execute(
        select(
            Booking.id,
            Booking.reference,
            Organisation.name,
            Event.name,
            Booking.state,
            Hold.quantity,
            Booking.starts_at,
            Booking.ends_at,
            Hold.is_out & (Hold.ends <= now),
        )
        .join(BookingLine, BookingLine.id == Hold.booking_line_id)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .where(Hold.item_id == item_id, or_(Hold.ends > now, Hold.is_out))
        .order_by(Booking.starts_at, Booking.id)
    )
    return [Loan(*row[:-1], is_late=bool(row[-1])) for row in rows]


def foresee_maintenance(
    uow: UnitOfWork, actor: Principal, item_id: int, quantity: int, period: Interval
) -> list[Harm]:
    """Return the bookings that would fall short if these pieces were away over the period.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not plan maintenance.
    """
    starts, ends = seconds(period.start), seconds(period.end)
    return _foresee(uow, actor, item_id, quantity, starts, ends)


def foresee_movement(
    uow: UnitOfWork, actor: Principal, item_id: int, quantity_delta: int, effective_at: datetime
) -> list[Harm]:
    """Return the bookings that would fall short if the stock changed so.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not change the stock.
    """
    starts = max(seconds(effective_at), seconds(uow.now))
    return _foresee(uow, actor, item_id, -quantity_delta, starts, FOREVER)


def _foresee(
    uow: UnitOfWork, actor: Principal, item_id: int, quantity: int, starts: int, ends: int
) -> list[Harm]:
    _check(uow, actor, item_id, Action.MANAGE_STOCK)
    if quantity <= 0 or starts >= ends:
        return []
    supply = read_supply(uow.session, starts, ends, seconds(uow.now), item_ids=[item_id]).get(
        item_id
    )
    if supply is None:
        return []
    claims = [*supply.claims, (starts, ends, quantity)]
    steps = timeline(starts, ends, supply.stock, claims, supply.changes)
    return _harms(uow, item_id, gaps(steps, wanted=0))


def _harms(uow: UnitOfWork, item_id: int, short: list[Gap]) -> list[Harm]:
    worst: dict[int, tuple[Claimant, int]] = {}
    claimants = claimants_of(uow, [(item_id, gap) for gap in short])
    for gap, concerned in zip(short, claimants, strict=True):
        for claimant in concerned:
            if claimant.state in BACK:
                continue
            before = worst.get(claimant.booking_id)
            if before is None or gap.missing > before[1]:
                worst[claimant.booking_id] = (claimant, gap.missing)
    return sorted(
        (
            Harm(
                booking_id=claimant.booking_id,
                reference=claimant.reference,
                organisation=claimant.organisation,
                event=claimant.event,
                state=claimant.state,
                quantity=claimant.quantity,
                starts_at=claimant.period.start,
                ends_at=claimant.period.end,
                missing=missing,
            )
            for claimant, missing in worst.values()
        ),
        key=lambda harm: (harm.starts_at, harm.booking_id),
    )


def _check(uow: UnitOfWork, actor: Principal, item_id: int, action: Action) -> None:
    authority_id = uow.session.scalar(select(Item.authority_id).where(Item.id == item_id))
    if authority_id is None:
        raise NotFound
    actor.check(action, authority_id=authority_id)
