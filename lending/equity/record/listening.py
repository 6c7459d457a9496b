"""Every decision about a booking is recorded, in the transaction that makes it.

Listens to the moves of bookings, so that no page, route, command or job leads past the record.
"""

from dataclasses import asdict

from sqlalchemy import select

from lending.accounts.permissions import SYSTEM, Action, Principal, Role
from lending.bookings.facts import BookingMoved
from lending.bookings.models import Booking, BookingLine, Redirection, Transition
from lending.bookings.states import GRANTED, MOVES, State
from lending.db.database import UnitOfWork
from lending.equity.overriding.models import RulesOverridden, WorseOff
from lending.equity.record.chain import append
from lending.equity.record.decision import INSTALLATION, Author, Decision, Kind, Rule
from lending.equity.record.snapshot import take_snapshot
from lending.events import Events
from lending.policies.models import AllocationRound

DECISIONS = {
    "approve": (Kind.GRANT, Rule.STAFF),
    "approve_in_part": (Kind.GRANT_IN_PART, Rule.STAFF),
    "take_back": (Kind.GRANT_IN_PART, Rule.STAFF),
    "refuse": (Kind.REFUSE, Rule.STAFF),
    "put_on_waiting_list": (Kind.WAIT, Rule.STAFF),
    "redirect": (Kind.REDIRECT, Rule.STAFF),
    "serve": (Kind.SERVE, Rule.WAITING_LIST),
    "cancel": (Kind.CANCEL, Rule.STAFF),
    "expire": (Kind.EXPIRE, Rule.DEADLINE),
}
"""The moves that are decisions. What a borrower does with its own request is none, but for a
cancellation, which gives to others."""


def listen(events: Events) -> None:
    """Record decisions; called once, by the composition root, after those who may refuse a move.

    The chain is locked from here to the end of the transaction.
    """
    events.subscribe(BookingMoved, _moved)


def _moved(fact: BookingMoved, uow: UnitOfWork) -> None:
    if fact.move not in DECISIONS or fact.old is State.DRAFT:
        return
    kind, rule = DECISIONS[fact.move]
    booking = uow.session.get_one(Booking, fact.booking_id)
    author = _author(fact.actor, booking, MOVES[fact.move].action)
    if author.role == Role.BORROWER:
        rule = Rule.BORROWER
    by_round = _adopting(uow, booking)
    if by_round:
        rule = Rule.ROUND
    override = uow.session.get(RulesOverridden, fact.transition_id)
    preemption = fact.although.preemption
    if override is not None or (preemption and preemption.is_late):
        kind, rule = Kind.OVERRIDE, Rule.OVERRIDE
    snapshot = take_snapshot(uow, booking)
    append(
        uow,
        booking.authority_id,
        Decision(
            kind=kind,
            rule=rule,
            author=author,
            inputs=snapshot.inputs,
            result=_result(fact, booking)
            | _passed_on(uow, fact)
            | _overridden(uow, override)
            | ({"preempted_by": asdict(preemption)} if preemption else {}),
            booking_id=booking.id,
            round_id=booking.round_id if by_round else None,
            policy_id=snapshot.policy_id,
            stock=snapshot.stock,
            reason_code=booking.refusal_reason if kind is Kind.REFUSE or preemption else None,
            reason=override.motive
            if override
            else uow.session.get_one(Transition, fact.transition_id).reason,
        ),
    )


def _overridden(uow: UnitOfWork, override: RulesOverridden | None) -> dict[str, object]:
    """Return what the rules said no for, who held otherwise first, and to whose cost."""
    if override is None:
        return {}
    worse_off = uow.session.execute(
        select(BookingLine.booking_id, BookingLine.item_id, WorseOff.pieces)
        .join(BookingLine, BookingLine.id == WorseOff.line_id)
        .where(WorseOff.transition_id == override.transition_id)
        .order_by(BookingLine.booking_id, BookingLine.item_id)
    )
    return {
        "override": {
            "criteria": override.criteria.split(),
            "proposed_by": override.proposed_by_id,
            "worse_off": [
                {"booking_id": booking_id, "item_id": item_id, "pieces": pieces}
                for booking_id, item_id, pieces in worse_off
            ],
        }
    }


def _adopting(uow: UnitOfWork, booking: Booking) -> bool:
    """Return whether the round of the booking is being adopted in this transaction."""
    if booking.round_id is None:
        return False
    return uow.session.get_one(AllocationRound, booking.round_id).adopted_at == uow.now


def _author(actor: Principal, booking: Booking, action: Action | None) -> Author:
    if actor == SYSTEM:
        return INSTALLATION
    role = actor.role_for(
        action or Action.SEE_BOOKING,
        authority_id=booking.authority_id,
        organisation_id=booking.organisation_id,
    )
    return Author(role.value if role else "", actor.user_id, actor.api_token_id)


def _passed_on(uow: UnitOfWork, fact: BookingMoved) -> dict[str, object]:
    """Return where a request went that was passed on."""
    link = uow.session.get(Redirection, fact.booking_id) if fact.move == "redirect" else None
    if link is None:
        return {}
    return {"passed_to": {"authority_id": link.to_authority_id, "booking_id": link.to_id}}


def _result(fact: BookingMoved, booking: Booking) -> dict[str, object]:
    granted = booking.lines if booking.state in GRANTED else []
    return {
        "move": fact.move,
        "old": fact.old,
        "new": fact.new,
        "granted": {str(line.item_id): line.granted for line in granted},
    }
