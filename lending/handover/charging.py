"""Charges for damage: proposed by the scale of the rules, answered, decided, handed to finance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lending.accounts.permissions import Action, Principal
from lending.bookings.charges import Charge, ChargeMove, ChargeState
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.handover.facts import ChargeChanged
from lending.handover.models import Statement
from lending.handover.scale import Fault, Harmed, bill_for
from lending.i18n import N_
from lending.policies.queries import rules_in_force

LONGEST_WORDS = 2000
LONGEST_TITLE = 60


@dataclass(frozen=True)
class ChargeWay:
    """A way of a charge from some states to another: who may take it and what it requires."""

    sources: frozenset[ChargeState]
    target: ChargeState
    action: Action
    label: str
    """A gettext id."""
    needs_words: str = ""
    """What to ask for where none are given; a gettext id."""


def _way(
    sources: str, target: ChargeState, action: Action, label: str, needs_words: str = ""
) -> ChargeWay:
    states = frozenset(ChargeState(state) for state in sources.split())
    return ChargeWay(states, target, action, label, needs_words)


_REASON = N_("Give a reason: the association reads it.")

WAYS: Mapping[str, ChargeWay] = {
    "accept": _way(
        "proposed contested", ChargeState.ACCEPTED, Action.ANSWER_CHARGE, N_("Accept the charge")
    ),
    "contest": _way(
        "proposed",
        ChargeState.CONTESTED,
        Action.ANSWER_CHARGE,
        N_("Contest the charge"),
        N_("Say what you do not agree with."),
    ),
    "reduce": _way(
        "proposed contested",
        ChargeState.REDUCED,
        Action.DECIDE_CHARGE,
        N_("Reduce the charge"),
        _REASON,
    ),
    "uphold": _way(
        "proposed contested",
        ChargeState.UPHELD,
        Action.DECIDE_CHARGE,
        N_("Uphold the charge"),
        _REASON,
    ),
    "waive": _way(
        "proposed contested accepted reduced upheld",
        ChargeState.WAIVED,
        Action.DECIDE_CHARGE,
        N_("Waive the charge"),
        _REASON,
    ),
    "export": _way(
        "accepted reduced upheld",
        ChargeState.EXPORTED,
        Action.DECIDE_CHARGE,
        N_("Note the revenue order"),
    ),
    "renumber": _way(
        "exported",
        ChargeState.EXPORTED,
        Action.DECIDE_CHARGE,
        N_("Correct the number of the revenue order"),
    ),
    "credit": _way(
        "exported",
        ChargeState.CREDITING,
        Action.DECIDE_CHARGE,
        N_("Have the revenue order cancelled"),
        _REASON,
    ),
    "note_credit": _way(
        "crediting",
        ChargeState.WAIVED,
        Action.DECIDE_CHARGE,
        N_("Note that the order is cancelled"),
    ),
    "settle": _way(
        "accepted reduced upheld exported",
        ChargeState.SETTLED,
        Action.DECIDE_CHARGE,
        N_("Note that it is paid"),
    ),
}
"""The one table of what can become of a charge.

What the finance department has issued an order for is not waived here alone: it is asked to cancel
the order, and the charge is waived once it has.
"""


def propose_charge(
    uow: UnitOfWork, actor: Principal, booking: Booking, statement: Statement
) -> Charge | None:
    """Propose what a statement comes to, by the rules that the booking was judged by.

    Returns nothing where it comes to nothing.
    """
    since = booking.complete_at or booking.decided_at or uow.now
    version = rules_in_force(uow.session, booking.authority_id, since)
    bill = bill_for(version.rules, _harmed(statement))
    if not bill.cents:
        return None
    charge = Charge(
        statement_id=statement.id,
        booking_id=booking.id,
        authority_id=booking.authority_id,
        organisation_id=booking.organisation_id,
        policy_id=version.policy_id,
        state=ChargeState.PROPOSED,
        proposed_cents=bill.cents,
        cents=bill.cents,
        bill=bill.model_dump_json(),
        proposed_at=uow.now,
    )
    uow.session.add(charge)
    _note(uow, actor, charge, None, "")
    return charge


def _harmed(statement: Statement) -> list[Harmed]:
    return [
        Harmed(
            item_code=told.line.item.code,
            name=told.line.item.name,
            replacement_value_cents=told.line.item.replacement_value_cents,
            fault=fault,
            quantity=quantity,
        )
        for told in statement.lines
        if not told.line.item.is_service
        for fault, quantity in (
            (Fault.DIRTY, told.dirty),
            (Fault.DAMAGED, told.damaged),
            (Fault.LOST, told.lost),
        )
    ]


def accept_charge(uow: UnitOfWork, actor: Principal, charge_id: int) -> Charge:
    """Agree, for the borrower, to pay what is proposed.

    Raises:
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    return _go(uow, actor, charge_id, "accept", "")


def contest_charge(uow: UnitOfWork, actor: Principal, charge_id: int, words: str) -> Charge:
    """Say, for the borrower, why it is not agreed with; the lender then decides.

    Raises:
        InvalidInput: nothing is said.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    return _go(uow, actor, charge_id, "contest", words)


def reduce_charge(
    uow: UnitOfWork, actor: Principal, charge_id: int, cents: int, reason: str
) -> Charge:
    """Decide that less is due.

    Raises:
        InvalidInput: no reason, or an amount that is not less.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    return _go(uow, actor, charge_id, "reduce", reason, cents=cents)


def uphold_charge(uow: UnitOfWork, actor: Principal, charge_id: int, reason: str) -> Charge:
    """Decide that what was proposed is due, although it is contested or not answered.

    Raises:
        InvalidInput: no reason.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    return _go(uow, actor, charge_id, "uphold", reason)


def waive_charge(uow: UnitOfWork, actor: Principal, charge_id: int, reason: str) -> Charge:
    """Decide that nothing is due.

    Raises:
        InvalidInput: no reason.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    return _go(uow, actor, charge_id, "waive", reason, cents=0)


def export_charge(uow: UnitOfWork, actor: Principal, charge_id: int, title: str) -> Charge:
    """Note that the finance department has it, and the number of its titre de recettes.

    Raises:
        InvalidInput: the number is missing, or too long.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    return _number(uow, actor, charge_id, "export", title)


def renumber_charge(uow: UnitOfWork, actor: Principal, charge_id: int, title: str) -> Charge:
    """Correct the number of the titre de recettes; the history keeps both.

    Raises:
        InvalidInput: the number is missing, or too long.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    return _number(uow, actor, charge_id, "renumber", title)


def _number(uow: UnitOfWork, actor: Principal, charge_id: int, way: str, title: str) -> Charge:
    charge = _go(uow, actor, charge_id, way, _checked_number(title))
    charge.title = title.strip()
    return charge


def _checked_number(title: str) -> str:
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise InvalidInput(title=N_("Write the number of the revenue order."))
    return title.strip()


def credit_charge(uow: UnitOfWork, actor: Principal, charge_id: int, reason: str) -> Charge:
    """Decide that nothing is due although an order was issued: its cancellation is asked for.

    Raises:
        InvalidInput: no reason.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    return _go(uow, actor, charge_id, "credit", reason, cents=0)


def note_credit(uow: UnitOfWork, actor: Principal, charge_id: int, title: str) -> Charge:
    """Note that the finance department has cancelled the order, and the number it did it by.

    Raises:
        InvalidInput: the number is missing, or too long.
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    number = _checked_number(title)

    def why(charge: Charge) -> str:
        # The association reads why nothing is due any more, and not a number alone.
        return f"{charge.moves[-1].words[: LONGEST_WORDS - LONGEST_TITLE - 3]} ({number})"

    return _go(uow, actor, charge_id, "note_credit", why)


def settle_charge(uow: UnitOfWork, actor: Principal, charge_id: int) -> Charge:
    """Note that it is paid.

    Raises:
        NotAllowedNow, NotSignedIn, NotFound, Forbidden: the actor cannot.
    """
    return _go(uow, actor, charge_id, "settle", "")


def _go(
    uow: UnitOfWork,
    actor: Principal,
    charge_id: int,
    name: str,
    words: str | Callable[[Charge], str],
    *,
    cents: int | None = None,
) -> Charge:
    """Move a charge, write its history and tell who wants to know.

    `words` that depend on the charge are found once it is locked.
    """
    way = WAYS[name]
    charge = uow.session.get(Charge, charge_id, with_for_update=True)
    if charge is None:
        raise NotFound
    lender, borrower = charge.authority_id, charge.organisation_id
    actor.check(Action.SEE_CHARGE, authority_id=lender, organisation_id=borrower, hidden=True)
    actor.check(way.action, authority_id=lender, organisation_id=borrower)
    if charge.state not in way.sources:
        raise NotAllowedNow
    said = words(charge) if callable(words) else words
    _check(charge, way, said, cents)
    old, charge.state = charge.state, way.target
    if cents is not None:
        charge.cents = cents
    _note(uow, actor, charge, old, said.strip())
    return charge


def _check(charge: Charge, way: ChargeWay, words: str, cents: int | None) -> None:
    field = "words" if way.action is Action.ANSWER_CHARGE else "reason"
    if way.needs_words and not words.strip():
        raise InvalidInput([FieldError(field, way.needs_words)])
    if len(words.strip()) > LONGEST_WORDS:
        limit = (("limit", LONGEST_WORDS),)
        raise InvalidInput([FieldError(field, N_("Shorten this to %(limit)d characters."), limit)])
    if way.target is ChargeState.REDUCED and not 0 < (cents or 0) < charge.cents:
        raise InvalidInput(cents=N_("Give an amount below what was proposed; or waive it."))


def _note(
    uow: UnitOfWork, actor: Principal, charge: Charge, old: ChargeState | None, words: str
) -> None:
    charge.moves.append(
        ChargeMove(
            old=old,
            new=charge.state,
            cents=charge.cents,
            actor_id=actor.user_id,
            actor_name=actor.name[:120],
            words=words,
            at=uow.now,
        )
    )
    uow.session.flush()  # subscribers read what the database holds
    uow.events.publish(ChargeChanged(charge.id), uow)
