"""What a view must be able to do, and what it draws with."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from gettext import NullTranslations
from typing import Protocol
from uuid import uuid4

from sqlalchemy import ColumnElement, bindparam, select, text
from sqlalchemy.orm import Session

from calendars.entries import Calendar, Entry
from lending.accounts.permissions import Principal
from lending.db.database import UnitOfWork
from lending.i18n import translations
from lending.subscriptions.models import Audience, Installation, View

PRODUCT = "-//Tréteau//Feed 1//FR"


@dataclass(frozen=True)
class Feed:
    """A view of one thing, in one language, for one audience: what is kept rendered.

    With and without reminders are two, since each has its own bytes.
    """

    view: View
    scope_id: int
    language: str
    audience: Audience
    alarms: bool = False


@dataclass(frozen=True)
class Reach:
    """How much of a feed somebody may read."""

    audience: Audience
    authorities: frozenset[int] | None = None
    """Only what concerns these; None means all."""


@dataclass(frozen=True)
class Drawn:
    """An entry of a feed before it is rendered, its stamps not set yet."""

    source: str
    """The row it is drawn from, as in `CalendarEntry.source`."""
    authority_id: int
    entry: Entry
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None = None
    shown_until: datetime | None = None


@dataclass(frozen=True)
class Pen:
    """The language, the addresses and the names that entries are written with."""

    words: NullTranslations
    language: str
    public_url: str
    installation: str

    def uid(self, name: str, view: View) -> str:
        """Return the identity of an object in a view, ours alone and for ever."""
        return f"{name}.{view.value}@{self.installation}"

    def address(self, path: str) -> str:
        """Return the whole address of one of our pages."""
        return self.public_url + path


class FeedView(Protocol):
    """One kind of feed: a new one is a class like this, and a line in `views.py`."""

    def reach(self, uow: UnitOfWork, actor: Principal, scope_id: int) -> Reach:
        """Return how much of it the actor may read.

        Raises:
            NotFound, Forbidden, NotSignedIn: nothing.
        """
        ...

    def name(self, uow: UnitOfWork, scope_id: int) -> str:
        """Return the name of the thing that it is about."""
        ...

    def scopes(self, uow: UnitOfWork, bookings: ColumnElement[bool]) -> set[int]:
        """Return the things whose feeds these bookings are, or could be, in."""
        ...

    def calendar(self, uow: UnitOfWork, feed: Feed, pen: Pen) -> Calendar:
        """Return what stands around the entries."""
        ...

    def draw(
        self,
        uow: UnitOfWork,
        feed: Feed,
        pen: Pen,
        sources: Collection[str] | None,
        since: datetime,
    ) -> Iterable[Drawn]:
        """Return the entries drawn from these sources, or all that end after `since`."""
        ...


_NAME_ONCE = text(
    "INSERT INTO installation (id, uuid) VALUES (1, :uuid) ON CONFLICT (id) DO NOTHING"
).bindparams(bindparam("uuid"))


def installation_name(session: Session) -> str:
    """Return the name of this installation, given once; the transaction must be one that writes."""
    known: str | None = session.scalar(select(Installation.uuid))
    if known is not None:
        return known
    session.execute(_NAME_ONCE, {"uuid": str(uuid4())})
    return session.scalars(select(Installation.uuid)).one()


def pen_for(uow: UnitOfWork, language: str, public_url: str) -> Pen:
    """Return what entries in a language are written with."""
    return Pen(translations(language), language, public_url, installation_name(uow.session))
