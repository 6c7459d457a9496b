"""A feed as a calendar client fetches it, first without its bodies."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, text

from calendars.writing import etag, feed, header
from lending.accounts.permissions import Principal
from lending.accounts.secrets import fingerprint
from lending.db.base import UtcDateTime
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden, NotFound, NotSignedIn
from lending.subscriptions.drawing import Feed, Pen, Reach, pen_for
from lending.subscriptions.errors import SubscriptionRevoked
from lending.subscriptions.kept import LOOKS_BACK, bring_up_to_date
from lending.subscriptions.models import CalendarEntry, CalendarSubscription
from lending.subscriptions.programme import programme_scope
from lending.subscriptions.rights import reader_of
from lending.subscriptions.views import VIEWS

_OPEN_TO_ALL = text(
    "INSERT INTO calendar_subscription (token_hash, view, scope_id, language, audience,"
    " with_alarms, with_cancelled, created_at, user_agent, etag)"
    " VALUES (:key, 'programme', :scope_id, :language, 'public', false, true, :now, '', '')"
    " ON CONFLICT (token_hash) DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime()))

USE_NOTED = timedelta(minutes=15)
"""A fetch is written down once in this time: most fetches write nothing."""


@dataclass(frozen=True)
class Opened:
    """A feed, and what tells a client whether it changed."""

    subscription_id: int
    etag: str
    changed_at: datetime
    head: bytes
    shown: ColumnElement[bool]
    """Which of the kept entries are in it."""


@dataclass(frozen=True)
class _Seen:
    """What a subscription's row says, and what its feed looks like now."""

    subscription_id: int
    feed: Feed
    head: bytes
    shown: ColumnElement[bool]
    etag: str
    known_etag: str
    changed_at: datetime | None
    last_used_at: datetime | None
    is_ready: bool
    """Whether what it shows is kept rendered already."""


def open_feed(database: Database, token: str, user_agent: str, public_url: str) -> Opened:
    """Open the feed at a secret address, and note that it was used.

    Raises:
        NotFound: no such address, or its reader may not read it any more.
        SubscriptionRevoked: it was given up.
    """
    return _open(database, fingerprint(token), user_agent, public_url)


def open_programme(
    database: Database, authority_code: str | None, language: str, public_url: str
) -> Opened:
    """Open the public programme of one authority or of all; who reads it is not noted.

    Raises:
        NotFound: no such authority.
    """
    with database.read() as uow:
        scope_id = programme_scope(uow, authority_code)
    key = f"programme:{scope_id}:{language}"
    try:
        return _open(database, key, "", public_url)
    except NotFound:
        values = {"key": key, "scope_id": scope_id, "language": language}
        database.write(lambda uow: uow.session.execute(_OPEN_TO_ALL, {**values, "now": uow.now}))
    return _open(database, key, "", public_url)


def _open(database: Database, token_hash: str, user_agent: str, public_url: str) -> Opened:
    with database.read() as uow:
        seen, now = _look(uow, token_hash, public_url), uow.now
    if not seen.is_ready:
        database.write(lambda uow: _make_ready(uow, token_hash, public_url))
        with database.read() as uow:
            seen = _look(uow, token_hash, public_url)
    changed_at = seen.changed_at
    used_lately = seen.last_used_at is not None and now - seen.last_used_at < USE_NOTED
    if seen.etag != seen.known_etag or changed_at is None or not used_lately:
        changed_at = database.write(lambda uow: _note_use(uow, seen, user_agent))
    return Opened(seen.subscription_id, seen.etag, changed_at, seen.head, seen.shown)


def read_feed(database: Database, opened: Opened) -> tuple[str, bytes]:
    """Return the whole feed with the validator of exactly these bytes."""
    with database.read() as uow:
        rows = uow.session.execute(_versions(opened.shown).add_columns(CalendarEntry.body)).all()
    tag = etag(opened.head, [version for version, _ in rows])
    return tag, feed(opened.head, [body for _, body in rows])


def _look(uow: UnitOfWork, token_hash: str, public_url: str) -> _Seen:
    subscription, reader = _find(uow, token_hash)
    reach = _reach(uow, reader, subscription)
    shown_feed = Feed(
        subscription.view, subscription.scope_id, subscription.language, reach.audience
    )
    pen = Pen.without_installation(subscription.language, public_url)
    head = header(VIEWS[shown_feed.view].calendar(uow, shown_feed, pen))
    shown = _shown(uow, shown_feed, reach, subscription.with_cancelled)
    return _Seen(
        subscription_id=subscription.id,
        feed=shown_feed,
        head=head,
        shown=shown,
        etag=etag(head, uow.session.scalars(_versions(shown))),
        known_etag=subscription.etag,
        changed_at=subscription.changed_at,
        last_used_at=subscription.last_used_at,
        is_ready=subscription.last_used_at is not None and subscription.audience == reach.audience,
    )


def _find(uow: UnitOfWork, token_hash: str) -> tuple[CalendarSubscription, Principal]:
    subscription = uow.session.scalar(
        select(CalendarSubscription).where(CalendarSubscription.token_hash == token_hash)
    )
    if subscription is None:
        raise NotFound
    if subscription.revoked_at is not None:
        raise SubscriptionRevoked
    reader = reader_of(uow, subscription)
    if reader is None:
        raise NotFound
    return subscription, reader


def _reach(uow: UnitOfWork, reader: Principal, subscription: CalendarSubscription) -> Reach:
    try:
        return VIEWS[subscription.view].reach(uow, reader, subscription.scope_id)
    except (Forbidden, NotSignedIn) as error:
        raise NotFound from error


def _shown(uow: UnitOfWork, of: Feed, reach: Reach, with_cancelled: bool) -> ColumnElement[bool]:
    entry = CalendarEntry
    shown = (
        (entry.view == of.view)
        & (entry.scope_id == of.scope_id)
        & (entry.language == of.language)
        & (entry.audience == of.audience)
        & (entry.ends_at > uow.now - LOOKS_BACK)
        & (entry.shown_until.is_(None) | (entry.shown_until > uow.now))
    )
    if reach.authorities is not None:
        shown &= entry.authority_id.in_(reach.authorities)
    if not with_cancelled:
        shown &= entry.cancelled_at.is_(None)
    return shown


def _versions(shown: ColumnElement[bool]) -> Select[Any]:
    return select(CalendarEntry.version).where(shown).order_by(CalendarEntry.uid)


def _make_ready(uow: UnitOfWork, token_hash: str, public_url: str) -> None:
    """Render what the reader may read by today's rights.

    Needed at the first fetch, and when these rights have come to be others.
    """
    subscription, reader = _find(uow, token_hash)
    subscription.audience = _reach(uow, reader, subscription).audience
    subscription.last_used_at = uow.now
    of = Feed(
        subscription.view,
        subscription.scope_id,
        subscription.language,
        subscription.audience,
    )
    bring_up_to_date(uow, of, pen_for(uow, of.language, public_url))


def _note_use(uow: UnitOfWork, seen: _Seen, user_agent: str) -> datetime:
    """Write down that the feed was fetched, by what, and since when it is as it is."""
    subscription = uow.session.get_one(
        CalendarSubscription, seen.subscription_id, with_for_update=True
    )
    subscription.last_used_at = uow.now
    subscription.user_agent = user_agent[:200]
    if subscription.changed_at is None or subscription.etag != seen.etag:
        now = uow.now.replace(microsecond=0)
        known = subscription.changed_at
        # Clients compare whole seconds: a second change in one second must count.
        later = known + timedelta(seconds=1) if known else now
        subscription.changed_at = max(now, later)
        subscription.etag = seen.etag
    return subscription.changed_at
