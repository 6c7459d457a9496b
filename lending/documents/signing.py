"""Have agreements signed: on screen by a secret link that serves once, or by hand.

What was signed stays under its fingerprint; the signed edition is the same text under the same
number, with a page of proof behind it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.accounts.secrets import fingerprint, new_secret
from lending.bookings.models import Booking
from lending.bookings.moves import load_for
from lending.db.database import UnitOfWork
from lending.documents.errors import LinkUnusable
from lending.documents.facts import AgreementSigned, SigningLinkMade
from lending.documents.french import french
from lending.documents.issuing import write_document
from lending.documents.kinds import Kind, Way
from lending.documents.models import AgreementSignature, Document, DocumentFile, SigningLink
from lending.equity.record.canonical import instant
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_

LINK_LASTS = timedelta(days=15)
OWN_LINK_LASTS = timedelta(hours=2)
CONSENT = N_(
    "I have read this agreement and its annex, I may sign for %(borrower)s, and I agree to it."
)


@dataclass(frozen=True)
class ToSign:
    """An agreement, as whoever has the link reads it."""

    document_id: int
    reference: str
    authority: str
    borrower: str
    event: str
    contact: str
    content: str
    sha256: str
    expires_at: datetime
    zone: ZoneInfo

    @property
    def consent(self) -> str:
        """The sentence to agree to."""
        return french(CONSENT, borrower=self.borrower)


@dataclass(frozen=True)
class Signed:
    """What whoever signs on screen gives."""

    name: str
    quality: str
    agrees: bool
    drawing: str = ""
    """The name of the picture of what was drawn."""
    address: str = ""
    """From which it came."""


@dataclass(frozen=True)
class HandedIn:
    """A copy of what was signed by hand."""

    name: str
    quality: str
    copy: str
    """The name of its file."""
    copy_type: str


def make_link(uow: UnitOfWork, actor: Principal, document_id: int) -> str:
    """Return a new secret to sign an agreement with; those made before no longer serve.

    Raises:
        NotAllowedNow: it is signed, replaced, or its file is not made yet.
        NotFound, Forbidden: the actor cannot.
    """
    document = _to_be_signed(uow, actor, document_id, Action.ISSUE_DOCUMENT)
    _withdraw(uow, document_id)
    secret, link = _link(uow, document, actor.user_id, uow.now + LINK_LASTS)
    uow.session.flush()  # its number is told
    uow.events.publish(SigningLinkMade(link.id), uow)
    return secret


def make_twin(uow: UnitOfWork, link_id: int) -> str | None:
    """Return another secret that serves as long as a link does; none once that one does not.

    For whoever mails it: the secret itself is kept nowhere, so that a mail needs its own.
    """
    link = uow.session.get(SigningLink, link_id)
    if link is None:
        return None
    document = uow.session.get_one(Document, link.document_id)
    # As whoever withdraws all links: none is made behind the back of that.
    uow.session.get_one(Booking, document.booking_id, with_for_update=True)
    uow.session.refresh(link)
    if not _serves(uow, link):
        return None
    return _link(uow, document, link.made_by_id, link.expires_at)[0]


def make_own_link(uow: UnitOfWork, actor: Principal, document_id: int) -> str:
    """Return a secret for somebody of the organisation who is signed in, to sign right now.

    Raises:
        NotAllowedNow: it is signed, replaced, or its file is not made yet.
        NotFound, Forbidden: the actor does not speak for the organisation.
    """
    document = _to_be_signed(uow, actor, document_id, Action.SIGN_AGREEMENT)
    return _link(uow, document, actor.user_id, uow.now + OWN_LINK_LASTS)[0]


def withdraw_links(uow: UnitOfWork, actor: Principal, document_id: int) -> None:
    """Make all links of an agreement worthless.

    Raises:
        NotAllowedNow, NotFound, Forbidden: see `make_link`.
    """
    _to_be_signed(uow, actor, document_id, Action.ISSUE_DOCUMENT)
    _withdraw(uow, document_id)


def open_link(uow: UnitOfWork, secret: str) -> ToSign:
    """Return what a link leads to.

    Raises:
        LinkUnusable: it was used, withdrawn, its time is over, or there is another agreement.
    """
    link = _usable(uow, secret)
    document = uow.session.get_one(Document, link.document_id)
    file = uow.session.get_one(DocumentFile, link.document_id)
    says = json.loads(document.content)
    return ToSign(
        document_id=document.id,
        reference=document.reference,
        authority=says["authority"]["name"],
        borrower=says["borrower"]["name"],
        event=says["event"]["name"],
        contact=says["borrower"]["contact"],
        content=document.content,
        sha256=file.sha256,
        expires_at=link.expires_at,
        zone=ZoneInfo(says["zone"]),
    )


def sign_on_screen(uow: UnitOfWork, actor: Principal, secret: str, signed: Signed) -> Document:
    """Sign an agreement; return its signed edition, whose file is still to be made.

    Raises:
        LinkUnusable: see `open_link`.
        InvalidInput: no name, no quality, or no consent.
    """
    link = _usable(uow, secret, lock=True)
    document = uow.session.get_one(Document, link.document_id)
    errors = _who_errors(signed.name, signed.quality)
    if not signed.agrees:
        errors.append(FieldError("agrees", N_("Tick the sentence to sign.")))
    if errors:
        raise InvalidInput(errors)
    link.used_at = uow.now
    speaks_for_it = document.organisation_id in actor.organisation_ids
    is_own = speaks_for_it and link.made_by_id == actor.user_id
    return _keep(
        uow,
        actor,
        document,
        AgreementSignature(
            way=Way.SCREEN,
            name=signed.name.strip(),
            quality=signed.quality.strip(),
            consent=french(CONSENT, borrower=json.loads(document.content)["borrower"]["name"]),
            drawing=signed.drawing,
            address=signed.address[:64],
        ),
        by_link=not is_own,
    )


def take_signed_copy(
    uow: UnitOfWork, actor: Principal, document_id: int, given: HandedIn
) -> Document:
    """Keep the copy of what was signed by hand; return the signed edition.

    Raises:
        InvalidInput: no name, or no quality.
        NotAllowedNow, NotFound, Forbidden: see `make_link`.
    """
    document = _to_be_signed(uow, actor, document_id, Action.HAND_IN_AGREEMENT)
    if errors := _who_errors(given.name, given.quality):
        raise InvalidInput(errors)
    return _keep(
        uow,
        actor,
        document,
        AgreementSignature(
            way=Way.HAND,
            name=given.name.strip(),
            quality=given.quality.strip(),
            copy=given.copy,
            copy_type=given.copy_type,
        ),
    )


def signing_files_in_use(uow: UnitOfWork) -> set[str]:
    """Return the names of the pictures and copies that came with signatures."""
    rows = uow.session.execute(select(AgreementSignature.drawing, AgreementSignature.copy))
    return {name for row in rows for name in row if name}


def _to_be_signed(uow: UnitOfWork, actor: Principal, document_id: int, action: Action) -> Document:
    document = uow.session.get(Document, document_id)
    if document is None or document.kind is not Kind.AGREEMENT or document.booking_id is None:
        raise NotFound
    # The booking is locked: it is signed once, and not while another agreement is issued.
    load_for(uow, actor, document.booking_id, action)
    if not _waits(uow, document):
        raise NotAllowedNow
    if uow.session.get(DocumentFile, document_id) is None:
        raise NotAllowedNow(N_("The agreement is still being made. Try again in a moment."))
    return document


def _waits(uow: UnitOfWork, document: Document) -> bool:
    """Return whether it is the agreement that stands, not signed, of a loan that is not given up.

    After the loan too: what was signed by hand in time may be handed in late.
    """
    if not Kind.AGREEMENT.fits(uow.session.get_one(Booking, document.booking_id).state):
        return False
    later = select(Document.id).where(Document.replaces_id == document.id)
    if uow.session.execute(later).first() is not None or document.edition > 1:
        return False
    return uow.session.get(AgreementSignature, document.id) is None


def _link(
    uow: UnitOfWork, document: Document, made_by_id: int | None, expires_at: datetime
) -> tuple[str, SigningLink]:
    secret = new_secret()
    link = SigningLink(
        document_id=document.id,
        token_hash=fingerprint(secret),
        made_at=uow.now,
        made_by_id=made_by_id,
        expires_at=expires_at,
    )
    uow.session.add(link)
    return secret, link


def _withdraw(uow: UnitOfWork, document_id: int) -> None:
    uow.session.execute(
        update(SigningLink)
        .where(
            SigningLink.document_id == document_id,
            SigningLink.used_at.is_(None),
            SigningLink.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=uow.now)
    )


def _usable(uow: UnitOfWork, secret: str, *, lock: bool = False) -> SigningLink:
    query = select(SigningLink).where(SigningLink.token_hash == fingerprint(secret))
    link = uow.session.scalars(query).one_or_none()
    if link is None:
        raise LinkUnusable
    document = uow.session.get_one(Document, link.document_id)
    if lock:
        uow.session.get_one(Booking, document.booking_id, with_for_update=True)
        uow.session.refresh(link)
    if not _serves(uow, link):
        raise LinkUnusable
    return link


def _serves(uow: UnitOfWork, link: SigningLink) -> bool:
    if link.used_at or link.withdrawn_at or link.expires_at <= uow.now:
        return False
    return _waits(uow, uow.session.get_one(Document, link.document_id))


def _keep(
    uow: UnitOfWork,
    actor: Principal,
    document: Document,
    signature: AgreementSignature,
    *,
    by_link: bool = False,
) -> Document:
    """Write the signature and the signed edition, and tell."""
    signature.document_id = document.id
    signature.sha256 = uow.session.get_one(DocumentFile, document.id).sha256
    signature.signed_at, signature.user_id = uow.now, actor.user_id
    uow.session.add(signature)
    says = json.loads(document.content)
    says["signature"] = {
        "way": signature.way,
        "by_link": by_link,
        "name": signature.name,
        "quality": signature.quality,
        "at": instant(uow.now),
        "address": signature.address,
        "consent": signature.consent,
        "sha256": signature.sha256,
        "edition_on": to_local(document.issued_at, ZoneInfo(says["zone"])).date(),
        "drawing": signature.drawing,
        "copy": signature.copy,
    }
    edition = write_document(
        uow,
        actor,
        Document(
            authority_id=document.authority_id,
            kind=document.kind,
            year=document.year,
            number=document.number,
            edition=document.edition + 1,
            organisation_id=document.organisation_id,
            booking_id=document.booking_id,
            subject_year=None,
            replaces_id=document.id,
        ),
        says,
    )
    uow.events.publish(AgreementSigned(document.id), uow)
    return edition


def _who_errors(name: str, quality: str) -> list[FieldError]:
    errors = []
    if not name.strip():
        errors.append(FieldError("name", N_("Write your first and last name.")))
    if not quality.strip():
        errors.append(
            FieldError("quality", N_("Say what you are in the association: president, treasurer…"))
        )
    for field, text in (("name", name), ("quality", quality)):
        if len(text) > 120:
            words = N_("Use at most %(most)d characters.")
            errors.append(FieldError(field, words, (("most", 120),)))
    return errors
