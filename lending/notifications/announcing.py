"""What hand-over and documents have to tell: what is to be signed, is late, or is charged."""

from typing import Any

from lending.bookings.charges import Charge, ChargeState
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.documents.facts import AgreementSigned, DocumentIssued, SigningLinkMade
from lending.documents.kinds import Kind as DocumentKind
from lending.documents.kinds import Signing
from lending.documents.letterhead import read_letterhead
from lending.documents.models import AgreementSignature, Document, SigningLink
from lending.documents.queries import Agreed, agreement_of
from lending.handover.facts import ChargeChanged, LoanIsLate
from lending.handover.scale import Bill
from lending.notifications import links
from lending.notifications.contents import departments_of, meeting, of_booking
from lending.notifications.kinds import Kind
from lending.notifications.recipients import DESK, Recipient, people_of, staff_of
from lending.notifications.writing import Told, iso, tell


def tell_agreement(fact: DocumentIssued, uow: UnitOfWork) -> None:
    """Ask an association to read and sign the agreement of its loan, once it can be read."""
    document = uow.session.get_one(Document, fact.document_id)
    if document.kind is not DocumentKind.AGREEMENT or document.booking_id is None:
        return
    agreed = agreement_of(uow, document.booking_id)
    if agreed.state is not Agreed.WAITS or agreed.document_id != document.id:
        return  # another one has taken its place, or this is the signed edition
    if read_letterhead(uow, document.authority_id).signing is Signing.NONE:
        return
    booking = uow.session.get_one(Booking, document.booking_id)
    said = {"number": document.reference, "must": agreed.must_be_signed}
    told = _about(booking, Kind.AGREEMENT, f"document:{document.id}", said)
    tell(uow, told, people_of(uow, booking.organisation_id))


def tell_signing_link(fact: SigningLinkMade, uow: UnitOfWork) -> None:
    """Mail the contact of an association where its agreement is signed, without an account.

    The message does not hold the secret: the mail is given one of its own when it leaves.
    """
    link = uow.session.get_one(SigningLink, fact.link_id)
    document = uow.session.get_one(Document, link.document_id)
    booking = uow.session.get_one(Booking, document.booking_id)
    said = {"number": document.reference, "link": link.id, "until": iso(link.expires_at)}
    told = _about(booking, Kind.SIGNING_LINK, f"link:{link.id}", said)
    everybody = people_of(uow, booking.organisation_id)
    tell(uow, told, [each for each in everybody if each.is_contact])


def tell_signed(fact: AgreementSigned, uow: UnitOfWork) -> None:
    """Tell the staff that an agreement is signed, but not whoever took the copy in."""
    document = uow.session.get_one(Document, fact.document_id)
    signature = uow.session.get_one(AgreementSignature, document.id)
    booking = uow.session.get_one(Booking, document.booking_id)
    said = {"number": document.reference, "name": signature.name, "quality": signature.quality}
    told = _about(booking, Kind.AGREEMENT_SIGNED, f"document:{document.id}", said)
    staff = _staff(uow, booking)
    tell(uow, told, [each for each in staff if each.user_id != signature.user_id])


def tell_late(fact: LoanIsLate, uow: UnitOfWork) -> None:
    """Ask for what should have been back some hours ago."""
    booking = uow.session.get_one(Booking, fact.booking_id)
    told = Told(
        Kind.LATE_RETURN,
        f"late:{booking.id}",
        links.booking(booking.id),
        of_booking(booking) | meeting(uow, booking),
        booking.id,
        booking.authority_id,
    )
    tell(uow, told, people_of(uow, booking.organisation_id))


CHARGES = {
    ChargeState.PROPOSED: Kind.CHARGE_PROPOSED,
    ChargeState.CONTESTED: Kind.CHARGE_CONTESTED,
    ChargeState.REDUCED: Kind.CHARGE_DECIDED,
    ChargeState.UPHELD: Kind.CHARGE_DECIDED,
    ChargeState.WAIVED: Kind.CHARGE_DECIDED,
    ChargeState.CREDITING: Kind.CHARGE_DECIDED,
}
"""What is told of a charge by where it stands now; of the rest its other side knows."""


def tell_charge(fact: ChargeChanged, uow: UnitOfWork) -> None:
    """Tell an association what it is asked to pay and what is decided, the staff what it says."""
    charge = uow.session.get_one(Charge, fact.charge_id)
    kind = CHARGES.get(charge.state)
    if kind is None:
        return
    move, booking = charge.moves[-1], charge.booking
    told = Told(
        kind,
        f"charge:{charge.id}:{move.id}",
        links.charge(charge.id),
        of_booking(booking) | _of_charge(charge) | {"reason": move.words},
        booking.id,
        booking.authority_id,
    )
    if kind is Kind.CHARGE_CONTESTED:
        tell(uow, told, staff_of(uow, booking.authority_id, departments=departments_of(booking)))
    else:
        tell(uow, told, people_of(uow, booking.organisation_id))


def _of_charge(charge: Charge) -> dict[str, Any]:
    bill = Bill.model_validate_json(charge.bill)
    return {
        "state": charge.state.value,
        "cents": charge.cents,
        "proposed_cents": charge.proposed_cents,
        "title": charge.title,
        "harmed": [
            {"quantity": line.quantity, "name": line.name, "fault": line.fault.label}
            for line in bill.lines
        ],
    }


def _staff(uow: UnitOfWork, booking: Booking) -> list[Recipient]:
    return staff_of(uow, booking.authority_id, DESK, departments_of(booking))


def _about(booking: Booking, kind: Kind, cause: str, said: dict[str, Any]) -> Told:
    """Return a message about a document of a booking, which leads to where they all stand."""
    return Told(
        kind,
        cause,
        links.documents(booking.id),
        of_booking(booking) | said,
        booking.id,
        booking.authority_id,
    )
