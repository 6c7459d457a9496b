"""What the documents of an authority have in common, and who may sign them."""

import io
import json
from dataclasses import dataclass
from datetime import date

from PIL import Image
from sqlalchemy import exists, or_, select, update

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.bookings.models import Booking
from lending.db.database import UnitOfWork
from lending.documents.kinds import Kind, Signing
from lending.documents.models import (
    Document,
    DocumentFile,
    DocumentRequest,
    Letterhead,
    Signatory,
)
from lending.errors import FieldError, InvalidInput, NotFound
from lending.i18n import N_
from lending.pictures import NoPicture, TooManyPixels, open_picture

FOLDER = "documents"
"""Of the instance folder: files of documents, logos, drawn and handed in signatures."""
MOST_LOGO_BYTES = 2 * 1024 * 1024
MOST_LOGO_PIXELS = 20_000_000
LOGO_SIZE = (900, 450)
MOST_LINES = 2000


@dataclass(frozen=True)
class LetterheadDetails:
    """What an administrator sets; see the columns of `Letterhead`."""

    address: str = ""
    place: str = ""
    legal_basis: str = ""
    signing: Signing = Signing.OPTIONAL
    is_automatic: bool = False


@dataclass(frozen=True)
class LetterheadView(LetterheadDetails):
    """The same as it is kept, with the logo."""

    logo: str = ""


@dataclass(frozen=True)
class SignatoryDetails:
    """Somebody who may sign for an authority."""

    name: str
    quality: str
    valid_from: date
    delegation: str = ""
    valid_until: date | None = None


@dataclass(frozen=True)
class SignatoryView(SignatoryDetails):
    """The same as it is kept."""

    id: int = 0

    def is_valid_on(self, day: date) -> bool:
        """Return whether the person may sign on this day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def read_letterhead(uow: UnitOfWork, authority_id: int) -> LetterheadView:
    """Return what is set for an authority; who may ask is asked before."""
    row = uow.session.get(Letterhead, authority_id)
    if row is None:
        return LetterheadView()
    names = LetterheadView.__dataclass_fields__
    return LetterheadView(**{name: getattr(row, name) for name in names})


def list_signatories(uow: UnitOfWork, authority_id: int) -> tuple[SignatoryView, ...]:
    """Return who may or might sign, the latest first; who may ask is asked before."""
    rows = uow.session.scalars(
        select(Signatory)
        .where(Signatory.authority_id == authority_id)
        .order_by(Signatory.valid_from.desc(), Signatory.id.desc())
    )
    names = SignatoryView.__dataclass_fields__
    return tuple(SignatoryView(**{name: getattr(row, name) for name in names}) for row in rows)


def signatory_on(uow: UnitOfWork, authority_id: int, day: date) -> SignatoryView | None:
    """Return who signs on a day: of those who may, the one who began last."""
    found = list_signatories(uow, authority_id)
    return next((each for each in found if each.is_valid_on(day)), None)


def missing_for(uow: UnitOfWork, authority_id: int, kind: Kind, day: date) -> tuple[str, ...]:
    """Return what an authority has to set before it issues such a document, as gettext ids."""
    head = read_letterhead(uow, authority_id)
    missing = []
    if not head.address.strip():
        missing.append(N_("The address of the authority, for the head of the letter."))
    if kind.is_act:
        if not head.place.strip():
            missing.append(N_("The place where documents are signed."))
        if signatory_on(uow, authority_id, day) is None:
            missing.append(N_("Somebody who may sign on this day, with the quality."))
    return tuple(missing)


def edit_letterhead(
    uow: UnitOfWork, actor: Principal, authority_id: int, details: LetterheadDetails
) -> None:
    """Set what the documents of an authority have in common; issued ones stay as they are.

    Raises:
        NotSignedIn, Forbidden: the actor does not manage this authority.
        NotFound: no such authority.
        InvalidInput: a text is too long.
    """
    row = _row_for(uow, actor, authority_id)
    errors = [
        FieldError(name, N_("Use at most %(most)d characters."), (("most", most),))
        for name, most in (("address", 500), ("place", 120), ("legal_basis", MOST_LINES))
        if len(getattr(details, name)) > most
    ]
    if errors:
        raise InvalidInput(errors)
    for name, value in vars(details).items():
        kept = value.replace("\r\n", "\n").strip() if type(value) is str else value
        setattr(row, name, kept)
    _try_again(uow, authority_id)


def set_logo(uow: UnitOfWork, actor: Principal, authority_id: int, name: str) -> None:
    """Set the logo by the name of its file, or take it away with an empty one.

    Raises:
        NotSignedIn, Forbidden, NotFound: see `edit_letterhead`.
    """
    _row_for(uow, actor, authority_id).logo = name


def add_signatory(
    uow: UnitOfWork, actor: Principal, authority_id: int, details: SignatoryDetails
) -> Signatory:
    """Write down that somebody may sign.

    Raises:
        NotSignedIn, Forbidden, NotFound: see `edit_letterhead`.
        InvalidInput: no name, no quality, or an end before the beginning.
    """
    _row_for(uow, actor, authority_id)
    errors = []
    if not details.name.strip():
        errors.append(FieldError("name", N_("Give a name.")))
    if not details.quality.strip():
        errors.append(FieldError("quality", N_("Give the quality, as it stands above the name.")))
    if details.valid_until is not None and details.valid_until < details.valid_from:
        errors.append(FieldError("valid_until", N_("The last day comes after the first.")))
    if errors:
        raise InvalidInput(errors)
    row = Signatory(
        authority_id=authority_id,
        name=details.name.strip(),
        quality=details.quality.strip(),
        delegation=details.delegation.strip(),
        valid_from=details.valid_from,
        valid_until=details.valid_until,
    )
    uow.session.add(row)
    uow.session.flush()  # callers want its id
    _try_again(uow, authority_id)
    return row


def end_signatory(
    uow: UnitOfWork, actor: Principal, authority_id: int, signatory_id: int, last_day: date
) -> None:
    """Say until which day somebody may sign; what was signed stays.

    Raises:
        NotSignedIn, Forbidden, NotFound: see `edit_letterhead`; or no such person.
        InvalidInput: the day comes before the first one.
    """
    _row_for(uow, actor, authority_id)
    row = uow.session.get(Signatory, signatory_id, with_for_update=True)
    if row is None or row.authority_id != authority_id:
        raise NotFound
    if last_day < row.valid_from:
        raise InvalidInput(valid_until=N_("The last day comes after the first."))
    row.valid_until = last_day


def checked_logo(content: bytes) -> bytes:
    """Return a picture as PNG, no larger than a letter needs.

    Raises:
        InvalidInput: it is no picture that we can use.
    """
    if len(content) > MOST_LOGO_BYTES:
        raise InvalidInput(logo=N_("This logo is too large: 2 MB at most."))
    try:
        picture = open_picture(content, most_pixels=MOST_LOGO_PIXELS)
    except TooManyPixels:
        raise InvalidInput(logo=N_("This logo has too many pixels: 20 million at most.")) from None
    except NoPicture:
        raise InvalidInput(
            logo=N_("We cannot read this logo. Choose a JPEG, PNG or WebP file.")
        ) from None
    small = picture.convert("RGBA")
    small.thumbnail(LOGO_SIZE, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "PNG", optimize=True)
    return out.getvalue()


def logos_in_use(uow: UnitOfWork) -> set[str]:
    """Return the names of the logos that are set now, or that a file still to be made shows.

    A signed edition shows the logo of the agreement that was signed, whenever that is.
    """
    now = uow.session.scalars(select(Letterhead.logo).where(Letterhead.logo != ""))
    made = exists().where(DocumentFile.document_id == Document.id)
    frozen = uow.session.scalars(
        select(Document.content)
        .where(or_(~made, Document.kind == Kind.AGREEMENT))
        .execution_options(yield_per=100)
    )
    return {*now, *(json.loads(content)["authority"]["logo"] for content in frozen)} - {""}


def _row_for(uow: UnitOfWork, actor: Principal, authority_id: int) -> Letterhead:
    actor.check(Action.MANAGE_AUTHORITY, authority_id=authority_id)
    if uow.session.get(Authority, authority_id, with_for_update={"of": Authority}) is None:
        raise NotFound
    row = uow.session.get(Letterhead, authority_id)
    if row is None:
        row = Letterhead(authority_id=authority_id)
        uow.session.add(row)
    row.changed_at, row.changed_by_id = uow.now, actor.user_id
    return row


def _try_again(uow: UnitOfWork, authority_id: int) -> None:
    """Let what waited for a setting be issued."""
    of_authority = select(Booking.id).where(Booking.authority_id == authority_id)
    uow.session.execute(
        update(DocumentRequest)
        .where(DocumentRequest.booking_id.in_(of_authority))
        .values(held_at=None)
        .execution_options(synchronize_session=False)
    )
