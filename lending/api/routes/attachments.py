"""Papers that organisations hand in."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.attachments import (
    Acceptance,
    AttachmentFile,
    AttachmentIn,
    AttachmentList,
    AttachmentOut,
    Refusal,
    attachment_file,
    attachment_out,
)
from lending.api.schemas.common import Nothing
from lending.attachments.checking import accept_paper, decline_paper
from lending.attachments.handing_in import NewPaper, hand_in, withdraw_paper
from lending.attachments.keeping import check_access, keep_clean, paper_files
from lending.attachments.queries import get_paper, papers_of_booking, papers_of_organisation
from lending.bookings.detail import get_booking
from lending.db.database import UnitOfWork
from lending.errors import NotFound

operations = Operations("Attachments")
OF_ORGANISATION = "/organisations/{organisation_id}/attachments"
OF_BOOKING = "/bookings/{booking_id}/attachments"
ONE = "/attachments/{attachment_id}"
MOST_BYTES = 14 * 1024 * 1024
"""A file of 10 MB in Base64, and the fields around it."""


@operations.add("GET", OF_ORGANISATION, Action.SEE_PAPERS, AttachmentList)
def list_organisation_attachments(uow: UnitOfWork, call: Call[None, None]) -> AttachmentList:
    """List what an organisation has handed in for all its requests."""
    papers = papers_of_organisation(uow, call.actor, call.ids["organisation_id"])
    return AttachmentList(items=[attachment_out(paper) for paper in papers])


@operations.add(
    "POST",
    OF_ORGANISATION,
    Action.HAND_IN_PAPERS,
    AttachmentOut,
    status=201,
    body=AttachmentIn,
    location="/attachments/{id}",
    most_bytes=MOST_BYTES,
)
def add_organisation_attachment(uow: UnitOfWork, call: Call[None, AttachmentIn]) -> AttachmentOut:
    """Hand in a paper that serves all requests of an organisation."""
    return _hand_in(uow, call, call.ids["organisation_id"], None)


@operations.add("GET", OF_BOOKING, Action.SEE_PAPERS, AttachmentList)
def list_booking_attachments(uow: UnitOfWork, call: Call[None, None]) -> AttachmentList:
    """List the papers of a booking, and what its organisation has current for all of them."""
    papers = papers_of_booking(uow, call.actor, call.ids["booking_id"])
    return AttachmentList(items=[attachment_out(paper) for paper in papers])


@operations.add(
    "POST",
    OF_BOOKING,
    Action.HAND_IN_PAPERS,
    AttachmentOut,
    status=201,
    body=AttachmentIn,
    location="/attachments/{id}",
    most_bytes=MOST_BYTES,
)
def add_booking_attachment(uow: UnitOfWork, call: Call[None, AttachmentIn]) -> AttachmentOut:
    """Hand in a paper that serves one booking."""
    booking = get_booking(uow, call.actor, call.ids["booking_id"])
    return _hand_in(uow, call, booking.organisation_id, booking.id)


@operations.add("GET", ONE, Action.SEE_PAPERS, AttachmentOut)
def read_attachment(uow: UnitOfWork, call: Call[None, None]) -> AttachmentOut:
    """Read what is known of a paper."""
    return _read(uow, call)


@operations.add("GET", f"{ONE}/content", Action.SEE_PAPERS, AttachmentFile)
def read_attachment_content(uow: UnitOfWork, call: Call[None, None]) -> AttachmentFile:
    """Read the file of a paper; there is none once it was taken back or forgotten."""
    paper = get_paper(uow, call.actor, call.ids["attachment_id"])
    content = paper_files(call.instance).read(paper.content) if paper.is_kept else None
    if content is None:
        raise NotFound
    return attachment_file(paper, content)


@operations.add("POST", f"{ONE}/accept", Action.CHECK_PAPERS, AttachmentOut, body=Acceptance)
def accept_attachment(uow: UnitOfWork, call: Call[None, Acceptance]) -> AttachmentOut:
    """Accept a paper, with the dates that stand on it.

    A certificate of insurance sets until when its organisation is insured, a commitment the day of
    its signature.
    """
    accept_paper(
        uow,
        call.actor,
        call.ids["attachment_id"],
        valid_from=call.body.valid_from,
        valid_until=call.body.valid_until,
    )
    return _read(uow, call)


@operations.add("POST", f"{ONE}/decline", Action.CHECK_PAPERS, AttachmentOut, body=Refusal)
def decline_attachment(uow: UnitOfWork, call: Call[None, Refusal]) -> AttachmentOut:
    """Do not accept a paper, or no longer."""
    decline_paper(uow, call.actor, call.ids["attachment_id"], call.body.reason)
    return _read(uow, call)


@operations.add("POST", f"{ONE}/withdraw", Action.HAND_IN_PAPERS, AttachmentOut, body=Nothing)
def withdraw_attachment(uow: UnitOfWork, call: Call[None, Nothing]) -> AttachmentOut:
    """Take a paper back that is not accepted; its file goes."""
    withdraw_paper(uow, call.actor, call.ids["attachment_id"])
    return _read(uow, call)


def _read(uow: UnitOfWork, call: Call[object, object]) -> AttachmentOut:
    return attachment_out(get_paper(uow, call.actor, call.ids["attachment_id"]))


def _hand_in(
    uow: UnitOfWork,
    call: Call[None, AttachmentIn],
    organisation_id: int,
    booking_id: int | None,
) -> AttachmentOut:
    # Whoever may not is told so before anything is kept.
    check_access(uow, call.actor, Action.HAND_IN_PAPERS, organisation_id, booking_id)
    given = call.body
    paper = NewPaper(
        kind=given.kind,
        # Kept again if the transaction is run again: the name is that of the content.
        file=keep_clean(paper_files(call.instance), given.file),
        label=given.file_name,
        issuer=given.issuer,
        number=given.number,
        valid_from=given.valid_from,
        valid_until=given.valid_until,
        booking_id=booking_id,
        replaces_id=given.replaces_id,
    )
    number = hand_in(uow, call.actor, organisation_id, paper)
    return attachment_out(get_paper(uow, call.actor, number))
