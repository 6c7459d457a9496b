"""The documents of a request: read, previewed, issued."""

import logging
from dataclasses import dataclass

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from lending.accounts.permissions import Action
from lending.bookings.detail import BookingDetail
from lending.documents.errors import LetterheadIncomplete
from lending.documents.issuing import draft_of, issue_for_booking
from lending.documents.kinds import OF_BOOKINGS, Kind
from lending.documents.making import make_file
from lending.documents.printing import REMEDY, CannotPrint, can_print
from lending.documents.queries import (
    Agreement,
    DocumentView,
    agreement_of,
    awaited_kinds,
    copy_of,
    documents_of,
    file_of,
    get_document,
)
from lending.documents.typesetting import preview
from lending.errors import NotAllowedNow
from lending.handover.charge_views import charges_of
from lending.notifications.addresses import find_dead
from lending.web.bookings.common import read_booking
from lending.web.context import allowed, database, principal, settings
from lending.web.documents import blueprint, store

log = logging.getLogger(__name__)
PDF = "application/pdf"


@dataclass(frozen=True)
class Card:
    """A kind of document as the page shows it: what stands, and what came before."""

    kind: Kind
    current: DocumentView | None
    earlier: tuple[DocumentView, ...]
    can_issue: bool
    is_awaited: bool
    """Whether the worker is to issue it."""

    @property
    def is_signed(self) -> bool:
        """Whether it stays as it is, since somebody signed it."""
        return self.current is not None and self.current.is_signed_edition


@dataclass(frozen=True)
class DocumentsPage:
    """The documents of a request."""

    booking: BookingDetail
    cards: tuple[Card, ...]
    agreement: Agreement
    may_issue: bool
    may_sign: bool
    may_hand_in: bool
    can_print: bool
    remedy: str = REMEDY
    missing: tuple[str, ...] = ()
    """What the authority has to set before what was asked for can be issued: gettext ids."""
    link: str = ""
    """The address to sign the agreement at, shown this once."""
    mailed_to: str = ""
    """Where another one is mailed; empty where none is."""


@blueprint.get("/demandes/<int:booking_id>/documents")
@allowed(Action.SEE_BOOKING)
def index(booking_id: int) -> ResponseReturnValue:
    """Show the documents of a request."""
    return page_of(booking_id)


def page_of(
    booking_id: int, status: int = 200, *, missing: tuple[str, ...] = (), link: str = ""
) -> ResponseReturnValue:
    """Return the page, with what is missing to issue what was asked for, or a new link."""
    booking = read_booking(booking_id)
    with database().read() as uow:
        documents = documents_of(uow, principal(), booking_id)
        agreement = agreement_of(uow, booking_id)
        awaited = awaited_kinds(uow, booking_id)
        is_charged = bool(charges_of(uow, principal(), booking_id))
    owners = {"authority_id": booking.authority_id, "organisation_id": booking.organisation_id}
    may_issue = principal().can(Action.ISSUE_DOCUMENT, authority_id=booking.authority_id)
    cards = [
        Card(
            kind=kind,
            current=next((each for each in documents if each.kind is kind and each.stands), None),
            earlier=tuple(d for d in documents if d.kind is kind and not d.stands),
            can_issue=may_issue
            and kind.fits(booking.state)
            and (kind is not Kind.DAMAGE or is_charged),
            is_awaited=kind in awaited,
        )
        for kind in OF_BOOKINGS
    ]
    page = DocumentsPage(
        booking=booking,
        cards=tuple(c for c in cards if c.current or c.can_issue or c.is_awaited),
        agreement=agreement,
        may_issue=may_issue,
        may_sign=principal().can(Action.SIGN_AGREEMENT, **owners),
        may_hand_in=principal().can(Action.HAND_IN_AGREEMENT, **owners),
        can_print=can_print(),
        missing=missing,
        link=link,
        mailed_to=_mailed_to(booking) if link else "",
    )
    headers = {"Cache-Control": "no-store"} if link else {}
    return render_template("documents/index.html", page=page), status, headers


def _mailed_to(booking: BookingDetail) -> str:
    """Return the address of a contact who can be mailed."""
    address = booking.organisation_email
    if settings().mail_server is None or not address:
        return ""
    with database().read() as uow:
        return "" if find_dead(uow, address) else address


@blueprint.get("/demandes/<int:booking_id>/documents/<kind>/projet.pdf")
@allowed(Action.ISSUE_DOCUMENT)
def draft(booking_id: int, kind: str) -> ResponseReturnValue:
    """Show how a document would look: without a number, and marked as a draft."""
    wanted = _kind(kind)
    with database().read() as uow:
        content = draft_of(uow, principal(), booking_id, wanted)
    return pdf_answer(preview(content, store()), f"projet-{wanted}.pdf")


@blueprint.post("/demandes/<int:booking_id>/documents/<kind>")
@allowed(Action.ISSUE_DOCUMENT)
def issue(booking_id: int, kind: str) -> ResponseReturnValue:
    """Issue a document; it takes the place of an earlier one."""
    wanted = _kind(kind)
    try:
        issued = database().write(
            lambda uow: issue_for_booking(uow, principal(), booking_id, wanted).id
        )
    except LetterheadIncomplete as error:
        return page_of(booking_id, 409, missing=error.missing)
    except NotAllowedNow as error:
        flash(gettext(error.message), "warn")
        return page_of(booking_id, 409)
    make_now(issued)
    return redirect(url_for("documents.index", booking_id=booking_id), 303)


def make_now(document_id: int) -> None:
    """Make the file of what was just issued; if that cannot be done here, the worker will."""
    try:
        make_file(database(), store(), document_id)
    except CannotPrint:
        log.warning("Document %d is issued; its file waits for Pango", document_id)
        flash(
            gettext("The document is issued. Its file is made as soon as Pango is there."), "warn"
        )
        return
    flash(gettext("The document is issued."), "good")


@blueprint.get("/documents/<int:document_id>.pdf")
@allowed(Action.SEE_BOOKING)
def file(document_id: int) -> ResponseReturnValue:
    """Give the file of a document."""
    with database().read() as uow:
        get_document(uow, principal(), document_id)
        name, content = file_of(uow, store(), document_id)
    return pdf_answer(content, name)


@blueprint.get("/documents/<int:document_id>/copie")
@allowed(Action.SEE_BOOKING)
def copy(document_id: int) -> ResponseReturnValue:
    """Give the copy of an agreement that was signed by hand."""
    with database().read() as uow:
        get_document(uow, principal(), document_id)
        name, content, media_type = copy_of(uow, store(), document_id)
    return pdf_answer(content, name, media_type, "attachment")


def pdf_answer(
    content: bytes, name: str, media_type: str = PDF, disposition: str = "inline"
) -> Response:
    """Return a file for one reader alone, under its name."""
    answer = Response(content, content_type=media_type)
    answer.headers["Content-Disposition"] = f'{disposition}; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _kind(name: str) -> Kind:
    if name not in [each.value for each in OF_BOOKINGS]:
        abort(404)
    return Kind(name)
