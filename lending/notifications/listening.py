"""What happens is told to whom it concerns, in the same transaction.

Whatever moves a booking (a page, a program, a round, the worker) publishes it, so nothing has to
think of writing a message.
"""

from datetime import datetime

from lending.attachments.facts import PaperChecked, PaperHandedIn
from lending.authorities.models import Authority
from lending.bookings.facts import BookingMoved
from lending.bookings.models import Booking, Redirection, Transition
from lending.bookings.states import GRANTED, UNDECIDED, State
from lending.bookings.steps import promised_answer
from lending.db.database import UnitOfWork
from lending.documents.facts import AgreementSigned, DocumentIssued, SigningLinkMade
from lending.equity.rounds.facts import RoundAdopted
from lending.events import Events
from lending.handover.facts import ChargeChanged, LoanIsLate
from lending.logistics.rounds.facts import RoundsPublished
from lending.notifications import links
from lending.notifications.announcing import (
    tell_agreement,
    tell_charge,
    tell_late,
    tell_signed,
    tell_signing_link,
)
from lending.notifications.contents import departments_of, of_authority, of_booking
from lending.notifications.crews import tell_changed_rounds
from lending.notifications.forgetting import forget_contacts
from lending.notifications.kinds import Kind
from lending.notifications.papers import tell_checked, tell_handed_in
from lending.notifications.recipients import DESK, people_of, staff_of
from lending.notifications.winds import tell_wind
from lending.notifications.writing import Told, iso, tell
from lending.organisations.facts import OrganisationJudged
from lending.organisations.models import Organisation
from lending.policies.models import AllocationRound
from lending.policies.queries import rules_in_force
from lending.retention.facts import ContactsForgotten
from lending.safety.facts import WindChecked

TO_ASSOCIATIONS = {
    "submit": Kind.ACKNOWLEDGEMENT,
    "complete": Kind.ACKNOWLEDGEMENT,
    "ask_for_pieces": Kind.MISSING_PIECE,
    "approve": Kind.GRANTED,
    "approve_in_part": Kind.GRANTED_IN_PART,
    "refuse": Kind.REFUSED,
    "wait": Kind.WAITING_LIST,
    "put_on_waiting_list": Kind.WAITING_LIST,
    "redirect": Kind.PASSED_ON,
    "serve": Kind.SERVED,
    "take_back": Kind.TAKEN_BACK,
    "cancel": Kind.CANCELLED,
    "expire": Kind.LAPSED,
}
EXPLAINED = frozenset({"approve_in_part", "refuse", "put_on_waiting_list", "take_back"})
"""The moves whose reasons have a page of their own."""
TO_STAFF = {
    "submit": Kind.NEW_REQUEST,
    "complete": Kind.NEW_REQUEST,
    "serve": Kind.NEW_REQUEST,
    "cancel": Kind.REQUEST_CANCELLED,
}


TOLD = TO_ASSOCIATIONS.keys() | TO_STAFF.keys()


def listen(events: Events) -> None:
    """Write messages from what happens; called once, by the composition root."""
    events.subscribe(BookingMoved, _moved)
    events.subscribe(OrganisationJudged, _judged)
    events.subscribe(PaperHandedIn, tell_handed_in)
    events.subscribe(PaperChecked, tell_checked)
    events.subscribe(DocumentIssued, tell_agreement)
    events.subscribe(SigningLinkMade, tell_signing_link)
    events.subscribe(AgreementSigned, tell_signed)
    events.subscribe(WindChecked, tell_wind)
    events.subscribe(LoanIsLate, tell_late)
    events.subscribe(ChargeChanged, tell_charge)
    events.subscribe(RoundAdopted, _adopted)
    events.subscribe(RoundsPublished, tell_changed_rounds)
    events.subscribe(ContactsForgotten, forget_contacts)


def _moved(fact: BookingMoved, uow: UnitOfWork) -> None:
    if fact.move not in TOLD or (fact.move == "cancel" and fact.old is State.DRAFT):
        return
    booking = uow.session.get_one(Booking, fact.booking_id)
    by_borrower = booking.organisation_id in fact.actor.organisation_ids
    data = of_booking(booking) | _of_move(uow, fact, booking)
    kind = TO_ASSOCIATIONS.get(fact.move)
    if kind is not None and not (kind is Kind.CANCELLED and by_borrower):
        told = _told(fact, booking, kind, data, _path(fact))
        tell(uow, told, people_of(uow, booking.organisation_id))
    kind = TO_STAFF.get(fact.move)
    if kind is not None and _concerns_staff(fact, by_borrower):
        told = _told(fact, booking, kind, data, links.decision(booking.id))
        staff = staff_of(uow, booking.authority_id, departments=departments_of(booking))
        tell(uow, told, [each for each in staff if each.user_id != fact.actor.user_id])


def _concerns_staff(fact: BookingMoved, by_borrower: bool) -> bool:
    """Return whether the staff has to know: not of what it did itself, nor of what it never saw."""
    if fact.move == "cancel":
        return by_borrower and fact.old in GRANTED | UNDECIDED
    return True


def _told(
    fact: BookingMoved, booking: Booking, kind: Kind, data: dict[str, object], path: str
) -> Told:
    cause = f"transition:{fact.transition_id}"
    return Told(kind, cause, path, data, booking.id, booking.authority_id)


def _of_move(uow: UnitOfWork, fact: BookingMoved, booking: Booking) -> dict[str, object]:
    """Return what this move adds to what is said of every booking."""
    rules = rules_in_force(uow.session, booking.authority_id, uow.now).rules
    said: dict[str, object] = {
        "move": fact.move,
        "reason": uow.session.get_one(Transition, fact.transition_id).reason,
        "own_event": fact.although.preemption is not None,
    }
    if fact.move in ("submit", "complete", "serve"):
        decided_on = _round_day(uow, booking)
        answer = promised_answer(uow.now, booking.starts_at, rules.answer_days)
        said["answer_by"] = iso(decided_on or answer)
        said["by_round"] = decided_on is not None
    if booking.pieces_until is not None:
        said["until"] = iso(booking.pieces_until)
    if booking.refusal_reason is not None:
        said["refusal"] = booking.refusal_reason.label
    if booking.round_id is not None and fact.move in ("approve", "approve_in_part"):
        said["round"] = uow.session.get_one(AllocationRound, booking.round_id).name
    if fact.move == "redirect":
        said["to"] = _name_of_other(uow, booking)
    return said


def _round_day(uow: UnitOfWork, booking: Booking) -> datetime | None:
    if booking.round_id is None:
        return None
    return uow.session.get_one(AllocationRound, booking.round_id).decides_at


def _name_of_other(uow: UnitOfWork, booking: Booking) -> str:
    link = uow.session.get_one(Redirection, booking.id)
    return uow.session.get_one(Authority, link.to_authority_id).name


def _path(fact: BookingMoved) -> str:
    if fact.move == "ask_for_pieces":
        return links.pieces(fact.booking_id)
    if fact.move in EXPLAINED:
        return links.answer(fact.booking_id)
    return links.booking(fact.booking_id)


def _judged(fact: OrganisationJudged, uow: UnitOfWork) -> None:
    organisation = uow.session.get_one(Organisation, fact.organisation_id)
    judged_at = organisation.verified_at or uow.now
    told = Told(
        Kind.VERIFIED if fact.is_verified else Kind.REJECTED,
        f"verification:{organisation.id}:{judged_at.timestamp():.0f}",
        links.START if fact.is_verified else links.OWN_ORGANISATION,
        {"organisation": organisation.name, "reason": organisation.verification_note},
    )
    tell(uow, told, people_of(uow, organisation.id))


def _adopted(fact: RoundAdopted, uow: UnitOfWork) -> None:
    found = uow.session.get_one(AllocationRound, fact.round_id)
    authority = uow.session.get_one(Authority, found.authority_id)
    told = Told(
        Kind.ROUND_ADOPTED,
        f"round:{found.id}",
        links.allocation(found.id),
        {
            **of_authority(authority),
            "round": found.name,
            "granted": fact.granted,
            "waiting": fact.waiting,
        },
        authority_id=authority.id,
    )
    tell(uow, told, staff_of(uow, authority.id, DESK))
