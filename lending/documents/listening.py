"""What happens to bookings asks for documents, and an unsigned agreement keeps things in the depot.

Only a row is written in the booking's transaction; the worker issues and sets type.
"""

from sqlalchemy import select

from lending.bookings.facts import BookingMoved
from lending.bookings.models import Booking, Transition
from lending.db.database import UnitOfWork
from lending.documents.kinds import Kind
from lending.documents.letterhead import read_letterhead
from lending.documents.models import DocumentRequest
from lending.documents.queries import agreement_of
from lending.errors import InvalidInput
from lending.events import Events
from lending.i18n import N_

ASKS_FOR = {
    "submit": Kind.ACKNOWLEDGEMENT,
    "complete": Kind.ACKNOWLEDGEMENT,
    "ask_for_pieces": Kind.ACKNOWLEDGEMENT,
    "serve": Kind.ACKNOWLEDGEMENT,
    "approve": Kind.DECISION,
    "approve_in_part": Kind.DECISION,
    "take_back": Kind.DECISION,
    "refuse": Kind.DECISION,
}
"""The moves after which a letter is due, and which."""


def listen(events: Events) -> None:
    """Follow the bookings; called once, by the composition root."""
    events.subscribe(BookingMoved, _moved)


def _moved(fact: BookingMoved, uow: UnitOfWork) -> None:
    if fact.move == "check_out":
        _check_signed(uow, fact)
    kind = ASKS_FOR.get(fact.move)
    if kind is not None:
        _ask(uow, fact.booking_id, kind)


def _check_signed(uow: UnitOfWork, fact: BookingMoved) -> None:
    """Let nothing leave without the agreement that must be signed, unless somebody says why.

    Raises:
        InvalidInput: nobody does.
    """
    reason = uow.session.get_one(Transition, fact.transition_id).reason
    if not reason.strip() and agreement_of(uow, fact.booking_id).stands_in_the_way:
        raise InvalidInput(
            unsigned_reason=N_(
                "The agreement is not signed. Have it signed, or say why the equipment leaves"
                " without: it stays in the history."
            )
        )


def _ask(uow: UnitOfWork, booking_id: int, kind: Kind) -> None:
    booking = uow.session.get_one(Booking, booking_id)
    if not read_letterhead(uow, booking.authority_id).is_automatic:
        return
    of_kind = select(DocumentRequest).where(
        DocumentRequest.booking_id == booking_id, DocumentRequest.kind == kind
    )
    asked = uow.session.scalars(of_kind).one_or_none()
    if asked is None:
        asked = DocumentRequest(booking_id=booking_id, kind=kind)
        uow.session.add(asked)
    asked.asked_at, asked.held_at = uow.now, None
