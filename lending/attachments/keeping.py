"""Where the files of papers lie, and the loading that goes before every change of one."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.attachments.inspecting import CleanFile, inspect
from lending.attachments.models import Attachment
from lending.bookings.models import Booking
from lending.bookings.moves import load_for
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.organisations.models import Organisation
from lending.storing import FileStore

FOLDER = "papers"
USUAL_ZONE = ZoneInfo("Europe/Paris")
"""Where days are counted that belong to no lender."""


@dataclass(frozen=True)
class KeptFile:
    """A file that was found good and lies in its place."""

    name: str
    media: str
    size: int


def paper_files(instance: Path) -> FileStore:
    """Return the folder of papers; no address of the web leads into it."""
    return FileStore(instance, FOLDER)


def keep_file(store: FileStore, content: bytes) -> KeptFile:
    """Check a file and keep it, before a row names it; keeping it twice does no harm.

    Raises:
        InvalidInput: it is nothing that we take.
    """
    return keep_clean(store, inspect(content))


def keep_clean(store: FileStore, clean: CleanFile) -> KeptFile:
    """Keep a file that was checked."""
    return KeptFile(store.save(clean.content), clean.media, len(clean.content))


def check_access(
    uow: UnitOfWork,
    actor: Principal,
    action: Action,
    organisation_id: int,
    booking_id: int | None,
) -> None:
    """Refuse who may not do this with papers of an organisation, or of one request of it.

    Those of a request are for the lender that was asked, and for no other.

    Raises:
        NotSignedIn, NotFound, Forbidden: the actor may not.
    """
    actor.check(Action.SEE_PAPERS, organisation_id=organisation_id, hidden=True)
    if booking_id is not None:
        booking = load_for(uow, actor, booking_id, Action.SEE_BOOKING, lock=False)
        if booking.organisation_id != organisation_id:
            raise NotFound
    actor.check(action, organisation_id=organisation_id)


def load_locked(
    uow: UnitOfWork, actor: Principal, attachment_id: int, action: Action
) -> tuple[Attachment, Organisation]:
    """Return a paper and whose it is, both locked: an organisation's dates follow its papers.

    Raises:
        NotFound: there is none that the actor may know of.
        NotSignedIn, Forbidden: the actor may see it but not do this.
    """
    found = uow.session.get(Attachment, attachment_id)
    if found is None:
        raise NotFound
    check_access(uow, actor, action, found.organisation_id, found.booking_id)
    organisation = uow.session.get_one(
        Organisation, found.organisation_id, with_for_update=True, populate_existing=True
    )
    row = uow.session.get_one(
        Attachment, attachment_id, with_for_update=True, populate_existing=True
    )
    return row, organisation


def today_for(uow: UnitOfWork, booking_id: int | None) -> date:
    """Return the day by which papers are judged: the lender's, where they serve one request."""
    booking = uow.session.get(Booking, booking_id) if booking_id is not None else None
    zone = ZoneInfo(booking.authority.timezone) if booking is not None else USUAL_ZONE
    return to_local(uow.now, zone).date()
