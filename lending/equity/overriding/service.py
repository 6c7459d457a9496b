"""Propose an override, carry it out as the second person, or set it aside."""

from collections.abc import Mapping

from lending.accounts.permissions import Action, Principal
from lending.bookings.decisions import approve_booking, check_grants
from lending.bookings.facts import NOTHING_AGAINST, Although, Override
from lending.bookings.models import Booking
from lending.bookings.moves import check_move, load_for
from lending.db.database import UnitOfWork
from lending.equity.overriding.guarding import NO_MOTIVE, SAME_PERSON, blocking
from lending.equity.overriding.models import OverrideProposal
from lending.errors import InvalidInput, NotAllowedNow
from lending.i18n import N_

ONLY_PEOPLE = N_("An override takes two people; a program cannot propose one.")


def propose_override(
    uow: UnitOfWork,
    actor: Principal,
    booking_id: int,
    motive: str,
    granted: Mapping[int, int] | None = None,
    reason: str = "",
    although: Although = NOTHING_AGAINST,
) -> OverrideProposal:
    """Say why a request should be granted although the rules say no; nothing is granted yet.

    A proposal that is there already is replaced.

    Raises:
        InvalidInput: no motive, or what `approve_booking` would refuse of the quantities.
        NotAllowedNow: the rules do not say no, or nothing can be granted now.
        NotFound, Forbidden: the actor cannot decide.
    """
    booking = load_for(uow, actor, booking_id, Action.DECIDE_BOOKING)
    grants = {line.item_id: line.requested for line in booking.lines} | dict(granted or {})
    check_move(actor, booking, check_grants(booking, grants, reason), reason)
    if not motive.strip():
        raise InvalidInput(override=NO_MOTIVE)
    if not blocking(uow, booking):
        raise NotAllowedNow
    if actor.user_id is None:
        raise InvalidInput(override=ONLY_PEOPLE)
    proposal = uow.session.get(OverrideProposal, booking_id) or OverrideProposal(
        booking_id=booking_id
    )
    proposal.motive = motive.strip()
    proposal.granted = {str(item): quantity for item, quantity in grants.items()}
    proposal.reason = reason.strip()
    proposal.capacity_reason = although.capacity.strip()
    proposal.opinions_reason = although.opinions.strip()
    proposal.by_id, proposal.by_name = actor.user_id, actor.name
    proposal.at = uow.now
    uow.session.add(proposal)
    uow.session.flush()  # callers read it again
    return proposal


def confirm_override(uow: UnitOfWork, actor: Principal, booking_id: int) -> Booking:
    """Grant, as the second person, what somebody proposed against the rules.

    Raises:
        InvalidInput: the actor is the one who proposed it, or is no person.
        NotAllowedNow: nothing was proposed (or: is any more), or as `approve_booking`.
        StockConflict, NotFound, Forbidden: as `approve_booking`.
    """
    load_for(uow, actor, booking_id, Action.DECIDE_BOOKING)
    proposal = _proposal(uow, booking_id)
    if actor.user_id is None or actor.user_id == proposal.by_id:
        raise InvalidInput(override=SAME_PERSON)
    return approve_booking(
        uow,
        actor,
        booking_id,
        {int(item): quantity for item, quantity in proposal.granted.items()},
        proposal.reason,
        Although(
            capacity=proposal.capacity_reason,
            opinions=proposal.opinions_reason,
            override=Override(proposal.motive, proposal.by_id, proposal.by_name),
        ),
    )


def set_override_aside(uow: UnitOfWork, actor: Principal, booking_id: int) -> None:
    """Take back a proposal, or turn it down: the request stays to be decided.

    Raises:
        NotAllowedNow: nothing was proposed (or: is any more).
        NotFound, Forbidden: the actor cannot decide.
    """
    load_for(uow, actor, booking_id, Action.DECIDE_BOOKING)
    uow.session.delete(_proposal(uow, booking_id))


def _proposal(uow: UnitOfWork, booking_id: int) -> OverrideProposal:
    proposal = uow.session.get(OverrideProposal, booking_id)
    if proposal is None:
        raise NotAllowedNow
    return proposal
