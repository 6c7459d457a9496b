"""Nothing is granted that the rules say no to, unless two people hold that it is.

Listens to the bookings in the transaction that grants them, so that no way leads past it.
"""

from collections.abc import Sequence
from typing import Any

from lending.bookings.facts import BookingChanged, BookingMoved
from lending.bookings.models import Booking
from lending.bookings.states import GRANTING, State
from lending.db.database import UnitOfWork
from lending.equity.eligibility.criteria import Finding
from lending.equity.eligibility.facts import judge_booking
from lending.equity.overriding.harm import worse_off
from lending.equity.overriding.models import OverrideProposal, RulesOverridden, WorseOff
from lending.errors import FieldError, InvalidInput
from lending.events import Events
from lending.i18n import N_

NO_BY_THE_RULES = N_(
    "The rules say no to this request. To grant it all the same is an override: give its motive; "
    "a second person then confirms it."
)
NO_MOTIVE = N_("Give the motive of the override.")
SAME_PERSON = N_("An override takes a second person: somebody else has to confirm it.")


class RulesSayNo(InvalidInput):
    """The rules say no to a request; granting it takes a motive and a second person."""

    code = "rules_say_no"
    default_message = N_("The lending rules say no to this request.")

    def __init__(self, findings: Sequence[Finding], why: str = NO_BY_THE_RULES) -> None:
        self.findings = tuple(findings)
        super().__init__([FieldError("override", why)])


def listen(events: Events) -> None:
    """Hold to the rules; called once, by the composition root, before the record is written."""
    events.subscribe(BookingMoved, _moved)
    events.subscribe(BookingChanged, _changed)


def blocking(uow: UnitOfWork, booking: Booking) -> tuple[Finding, ...]:
    """Return what the rules say no for; nothing if they do not."""
    _, _, findings = judge_booking(uow, booking)
    return tuple(finding for finding in findings if finding.blocks)


def _moved(fact: BookingMoved, uow: UnitOfWork) -> None:
    if fact.move in GRANTING:
        _judge(uow, fact)
    if fact.new is not State.IN_REVIEW:
        _withdraw(uow, fact.booking_id)


def _changed(fact: BookingChanged, uow: UnitOfWork) -> None:
    # What was proposed was about what the request said before.
    _withdraw(uow, fact.booking_id)


def _withdraw(uow: UnitOfWork, booking_id: int) -> None:
    proposal = uow.session.get(OverrideProposal, booking_id)
    if proposal is not None:
        uow.session.delete(proposal)
        uow.session.flush()


def _judge(uow: UnitOfWork, fact: BookingMoved) -> None:
    booking = uow.session.get_one(Booking, fact.booking_id)
    against = blocking(uow, booking)
    if not against:
        return
    override = fact.although.override
    if override is None:
        raise RulesSayNo(against)
    if not override.motive.strip():
        raise RulesSayNo(against, NO_MOTIVE)
    if override.proposed_by is None or override.proposed_by == fact.actor.user_id:
        raise RulesSayNo(against, SAME_PERSON)
    uow.session.add(
        RulesOverridden(
            transition_id=fact.transition_id,
            motive=override.motive.strip(),
            criteria=" ".join(finding.criterion for finding in against),
            proposed_by_id=override.proposed_by,
            proposed_by_name=override.proposed_by_name,
        )
    )
    uow.session.flush()  # who is worse off points to it
    granted: dict[int, Any] = {line.item_id: line.granted or 0 for line in booking.lines}
    uow.session.add_all(
        WorseOff(transition_id=fact.transition_id, line_id=loss.line_id, pieces=loss.pieces)
        for loss in worse_off(uow, booking, granted)
    )
    uow.session.flush()  # the record reads it
