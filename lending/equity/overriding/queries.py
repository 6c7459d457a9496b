"""What pages show of overrides: what is proposed, what was done, and to whose cost."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from calendars.intervals import Interval
from lending.accounts.permissions import Action, Principal
from lending.bookings.duties import DutyKind
from lending.bookings.duty_sources import Duty, in_scope
from lending.bookings.models import Booking, BookingLine, Event, Transition
from lending.catalogue.models import Item
from lending.db.database import UnitOfWork
from lending.equity.eligibility.criteria import Criterion
from lending.equity.overriding.harm import Loss, worse_off
from lending.equity.overriding.models import OverrideProposal, RulesOverridden, WorseOff
from lending.organisations.models import Organisation

CONFIRM_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class ProposalView:
    """An override that waits for a second person."""

    motive: str
    by: str
    at: datetime
    granted: Mapping[int, int]
    """Pieces by item."""
    reason: str
    is_mine: bool
    """Whether the reader proposed it, and so cannot confirm it."""
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class OverrideView:
    """A request was granted although the rules said no."""

    motive: str
    criteria: tuple[Criterion, ...]
    proposed_by: str
    losses: tuple[Loss, ...]


def proposal_of(uow: UnitOfWork, actor: Principal, booking: Booking) -> ProposalView | None:
    """Return what is proposed for a booking that the actor, one of the staff, may decide."""
    proposal = uow.session.get(OverrideProposal, booking.id)
    if proposal is None:
        return None
    granted = {int(item): quantity for item, quantity in proposal.granted.items()}
    return ProposalView(
        motive=proposal.motive,
        by=proposal.by_name,
        at=proposal.at,
        granted=granted,
        reason=proposal.reason,
        is_mine=actor.user_id is not None and actor.user_id == proposal.by_id,
        losses=worse_off(uow, booking, granted),
    )


def overrides_of(uow: UnitOfWork, booking_id: int) -> Mapping[int, OverrideView]:
    """Return what was granted against the rules, by number of the transition."""
    rows = uow.session.scalars(
        select(RulesOverridden)
        .join(Transition, Transition.id == RulesOverridden.transition_id)
        .where(Transition.booking_id == booking_id)
    ).all()
    if not rows:
        return {}
    losses = _losses(uow, [row.transition_id for row in rows])
    return {
        row.transition_id: OverrideView(
            motive=row.motive,
            criteria=tuple(Criterion(name) for name in row.criteria.split()),
            proposed_by=row.proposed_by_name,
            losses=tuple(losses[row.transition_id]),
        )
        for row in rows
    }


def _losses(uow: UnitOfWork, transitions: list[int]) -> Mapping[int, list[Loss]]:
    found: dict[int, list[Loss]] = defaultdict(list)
    for lost, line, booking, organisation, event, item in uow.session.execute(
        select(WorseOff, BookingLine, Booking, Organisation.name, Event.name, Item.name)
        .join(BookingLine, BookingLine.id == WorseOff.line_id)
        .join(Booking, Booking.id == BookingLine.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .join(Item, Item.id == BookingLine.item_id)
        .where(WorseOff.transition_id.in_(transitions))
        .order_by(WorseOff.line_id)
    ):
        found[lost.transition_id].append(
            Loss(
                booking_id=booking.id,
                reference=booking.reference,
                organisation=organisation,
                event=event,
                line_id=line.id,
                item_id=line.item_id,
                item=item,
                pieces=lost.pieces,
            )
        )
    return found


def override_duties(uow: UnitOfWork, actor: Principal) -> list[Duty]:
    """Return the overrides that wait for the actor as the second person."""
    if not actor.can(Action.DECIDE_BOOKING) or actor.user_id is None:
        return []
    scope = actor.authority_scope(Action.DECIDE_BOOKING)
    rows = uow.session.execute(
        select(OverrideProposal, Booking, Organisation.name, Event.name)
        .join(Booking, Booking.id == OverrideProposal.booking_id)
        .join(Organisation, Organisation.id == Booking.organisation_id)
        .join(Event, Event.id == Booking.event_id)
        .where(
            OverrideProposal.by_id != actor.user_id,
            *in_scope(Booking.authority_id, scope),
        )
    )
    return [
        Duty(
            kind=DutyKind.CONFIRM,
            due_at=min(proposal.at + CONFIRM_WITHIN, booking.starts_at),
            authority_id=booking.authority_id,
            booking_id=booking.id,
            reference=booking.reference,
            state=booking.state,
            organisation_id=booking.organisation_id,
            organisation=organisation,
            event=event,
            period=Interval(booking.starts_at, booking.ends_at),
        )
        for proposal, booking, organisation, event in rows
    ]
