"""Look at papers: accepted or not; what the rules read of an organisation follows from them."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from lending.accounts.permissions import Action, Principal
from lending.attachments.facts import PaperChecked
from lending.attachments.handing_in import date_errors
from lending.attachments.keeping import load_locked, today_for
from lending.attachments.kinds import PaperKind, PaperState
from lending.attachments.models import Attachment
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow
from lending.i18n import N_
from lending.organisations.models import Organisation

LONGEST_REASON = 500

_DATES: dict[PaperKind, tuple[str, InstrumentedAttribute[date | None]]] = {
    PaperKind.INSURANCE: ("insurance_until", Attachment.valid_until),
    PaperKind.COMMITMENT: ("republican_commitment_on", Attachment.valid_from),
}
"""Which date of an organisation a kind of paper sets, and which of its own dates that is."""


def accept_paper(
    uow: UnitOfWork,
    actor: Principal,
    attachment_id: int,
    *,
    valid_from: date | None,
    valid_until: date | None,
) -> None:
    """Tell that a paper is what it says, with the dates that stand on it.

    A certificate of insurance sets until when the organisation is insured, the republican
    commitment when it was signed. The paper that it replaces is history from now on.

    Raises:
        NotAllowedNow: it is accepted already, replaced or withdrawn.
        InvalidInput: a date is missing or cannot be.
        NotFound, NotSignedIn, Forbidden: the actor cannot.
    """
    row, organisation = load_locked(uow, actor, attachment_id, Action.CHECK_PAPERS)
    if row.state not in (PaperState.TO_CHECK, PaperState.NOT_ACCEPTED):
        raise NotAllowedNow
    today = today_for(uow, row.booking_id)
    if errors := date_errors(row.kind, valid_from, valid_until, today):
        raise InvalidInput(errors)
    row.valid_from, row.valid_until = valid_from, valid_until
    _decide(uow, actor, row, PaperState.ACCEPTED)
    _end_replaced(uow, organisation, row)
    _note_dates(organisation, row)


def decline_paper(uow: UnitOfWork, actor: Principal, attachment_id: int, reason: str) -> None:
    """Do not accept a paper, or no longer; the organisation reads why and hands in another one.

    Raises:
        InvalidInput: no reason, or a long one.
        NotAllowedNow: it is not accepted already, replaced or withdrawn.
        NotFound, NotSignedIn, Forbidden: the actor cannot.
    """
    row, organisation = load_locked(uow, actor, attachment_id, Action.CHECK_PAPERS)
    if row.state not in (PaperState.TO_CHECK, PaperState.ACCEPTED):
        raise NotAllowedNow
    if not reason.strip():
        raise InvalidInput(reason=N_("Say what is missing or wrong: the association reads it."))
    if len(reason.strip()) > LONGEST_REASON:
        text = N_("Use at most %(most)d characters.")
        raise InvalidInput([FieldError("reason", text, (("most", LONGEST_REASON),))])
    was_accepted = row.state is PaperState.ACCEPTED
    _decide(uow, actor, row, PaperState.NOT_ACCEPTED, reason.strip())
    if was_accepted:
        _take_dates_back(uow, organisation, row)


def _decide(
    uow: UnitOfWork, actor: Principal, row: Attachment, state: PaperState, reason: str = ""
) -> None:
    row.state, row.reason = state, reason
    row.checked_at, row.checked_by_id, row.checked_by = uow.now, actor.user_id, actor.name
    uow.session.flush()  # what is left is counted without it, and subscribers read it
    uow.events.publish(PaperChecked(row.id, state), uow)


def _end_replaced(uow: UnitOfWork, organisation: Organisation, row: Attachment) -> None:
    """Let what was accepted before be history, also behind one that was not."""
    while row.replaces_id is not None:
        row = uow.session.get_one(Attachment, row.replaces_id, with_for_update=True)
        if row.state is PaperState.ACCEPTED:
            row.state, row.ended_at = PaperState.REPLACED, uow.now
            uow.session.flush()  # what is left is counted without it
            _take_dates_back(uow, organisation, row)


def _note_dates(organisation: Organisation, row: Attachment) -> None:
    """Let the organisation's date be that of the paper, unless it has a later one."""
    if row.kind not in _DATES or row.booking_id is not None:
        return
    name, own = _DATES[row.kind]
    days = [getattr(organisation, name), getattr(row, own.key)]
    setattr(organisation, name, max((day for day in days if day), default=None))


def _take_dates_back(uow: UnitOfWork, organisation: Organisation, row: Attachment) -> None:
    """Let the organisation's date be that of the papers left, unless it came from elsewhere."""
    if row.kind not in _DATES:
        return
    name, own = _DATES[row.kind]
    if getattr(organisation, name) != getattr(row, own.key):
        return
    left = select(func.max(own)).where(
        Attachment.organisation_id == organisation.id,
        Attachment.booking_id.is_(None),
        Attachment.kind == row.kind,
        Attachment.state == PaperState.ACCEPTED,
    )
    setattr(organisation, name, uow.session.scalar(left))
