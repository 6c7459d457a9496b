"""Hand in papers, replace them, take them back."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from lending.accounts.permissions import Action, Principal
from lending.attachments.facts import PaperHandedIn
from lending.attachments.keeping import KeptFile, check_access, load_locked, today_for
from lending.attachments.kinds import CURRENT, PaperKind, PaperState
from lending.attachments.models import Attachment
from lending.bookings.models import Booking
from lending.bookings.pieces import complete_booking
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_
from lending.organisations.models import Organisation

MOST_WAITING = 30
"""Papers of one organisation that nobody has looked at yet."""
LONGEST = {"issuer": 120, "number": 60}
LONGEST_LABEL = 120


@dataclass(frozen=True)
class NewPaper:
    """What is handed in: the file that was kept, and what is said of it."""

    kind: PaperKind
    file: KeptFile
    label: str = ""
    issuer: str = ""
    number: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    booking_id: int | None = None
    """The only request that it is for."""
    replaces_id: int | None = None
    """The paper in whose place it comes; one that is accepted holds until this one is."""


def hand_in(uow: UnitOfWork, actor: Principal, organisation_id: int, paper: NewPaper) -> int:
    """Write a paper that is to be checked; return its number.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor cannot.
        InvalidInput: what is said of it cannot be, or too many wait already.
        NotAllowedNow: the paper that it replaces is history already.
    """
    check_access(uow, actor, Action.HAND_IN_PAPERS, organisation_id, paper.booking_id)
    if uow.session.get(Organisation, organisation_id, with_for_update=True) is None:
        raise NotFound
    if paper.kind.serves_all and paper.booking_id is not None:
        raise InvalidInput(kind=N_("This paper serves all requests: hand it in for all of them."))
    if not paper.kind.serves_all and paper.booking_id is None:
        raise InvalidInput(kind=N_("This paper serves one request: hand it in there."))
    before = _replaced(uow, organisation_id, paper)
    errors = paper_errors(paper, today_for(uow, paper.booking_id))
    if _waiting(uow, organisation_id) >= MOST_WAITING:
        text = N_("Many papers wait to be checked already. Take back those that are not needed.")
        errors.append(FieldError("file", text))
    if errors:
        raise InvalidInput(errors)
    row = Attachment(
        organisation_id=organisation_id,
        booking_id=paper.booking_id,
        kind=paper.kind,
        state=PaperState.TO_CHECK,
        label=" ".join(paper.label.split())[:LONGEST_LABEL],
        content=paper.file.name,
        media=paper.file.media,
        size=paper.file.size,
        issuer=paper.issuer.strip(),
        number=paper.number.strip(),
        valid_from=paper.valid_from,
        valid_until=paper.valid_until,
        replaces_id=paper.replaces_id,
        handed_in_at=uow.now,
        handed_in_by_id=actor.user_id,
        handed_in_by=actor.name,
    )
    uow.session.add(row)
    if before is not None and before.state is not PaperState.ACCEPTED:
        before.state, before.ended_at = PaperState.REPLACED, uow.now
    uow.session.flush()  # its number is told and returned
    uow.events.publish(PaperHandedIn(row.id), uow)
    return row.id


def answer_with_paper(
    uow: UnitOfWork, actor: Principal, booking_id: int, answer: str, paper: NewPaper
) -> Booking:
    """Hand in what a lender said is missing: the paper and the answer, together or not at all.

    Raises:
        as `hand_in` and `complete_booking`.
    """
    booking = complete_booking(uow, actor, booking_id, answer)
    hand_in(uow, actor, booking.organisation_id, paper)
    return booking


def withdraw_paper(uow: UnitOfWork, actor: Principal, attachment_id: int) -> None:
    """Take a paper back that nobody relies on: its file goes, that it was there stays.

    Raises:
        NotAllowedNow: it was accepted, so that it can only be replaced, or is history already.
        NotFound, NotSignedIn, Forbidden: the actor cannot.
    """
    row, _ = load_locked(uow, actor, attachment_id, Action.HAND_IN_PAPERS)
    if row.state not in (PaperState.TO_CHECK, PaperState.NOT_ACCEPTED):
        raise NotAllowedNow
    row.state, row.ended_at, row.is_kept = PaperState.WITHDRAWN, uow.now, False


def paper_errors(paper: NewPaper, today: date) -> list[FieldError]:
    """Return what is wrong with what is said of a paper."""
    errors = [
        FieldError(name, N_("Shorten this to %(limit)d characters."), (("limit", most),))
        for name, most in LONGEST.items()
        if len(getattr(paper, name).strip()) > most
    ]
    return errors + date_errors(paper.kind, paper.valid_from, paper.valid_until, today)


def date_errors(
    kind: PaperKind, first: date | None, last: date | None, today: date
) -> list[FieldError]:
    """Return what is wrong with the dates on a paper."""
    errors = []
    if kind is PaperKind.INSURANCE and last is None:
        errors.append(FieldError("valid_until", N_("Give the last day on the certificate.")))
    if kind is PaperKind.COMMITMENT and first is None:
        errors.append(FieldError("valid_from", N_("Give the day on which it was signed.")))
    if kind is PaperKind.COMMITMENT and first is not None and first > today:
        errors.append(FieldError("valid_from", N_("This day is still to come.")))
    if last is not None and last < today:
        text = N_("This paper is over already. Hand in the one that is in force.")
        errors.append(FieldError("valid_until", text))
    elif first is not None and last is not None and last < first:
        errors.append(FieldError("valid_until", N_("The last day comes after the first one.")))
    return errors


def _replaced(uow: UnitOfWork, organisation_id: int, paper: NewPaper) -> Attachment | None:
    if paper.replaces_id is None:
        return None
    before = uow.session.get(Attachment, paper.replaces_id, with_for_update=True)
    if before is None or (before.organisation_id, before.booking_id, before.kind) != (
        organisation_id,
        paper.booking_id,
        paper.kind,
    ):
        raise NotFound
    if before.state not in CURRENT:
        raise NotAllowedNow
    return before


def _waiting(uow: UnitOfWork, organisation_id: int) -> int:
    query = select(func.count()).where(
        Attachment.organisation_id == organisation_id, Attachment.state == PaperState.TO_CHECK
    )
    return uow.session.scalar(query) or 0
