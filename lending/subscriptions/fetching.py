"""A feed as a calendar client fetches it, first without its bodies.

Most fetches find nothing new and end at the glance, with one query.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select, text

from calendars.writing import FOOTER, etag
from lending.accounts.permissions import Principal
from lending.accounts.secrets import fingerprint
from lending.db.base import UtcDateTime
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden, NotFound, NotSignedIn
from lending.subscriptions.drawing import Feed, Reach, pen_for
from lending.subscriptions.errors import SubscriptionRevoked
from lending.subscriptions.glance import Opened, basis_of, glance
from lending.subscriptions.kept import LOOKS_BACK, bring_up_to_date
from lending.subscriptions.live import find_feed, register_feed
from lending.subscriptions.models import CalendarEntry, CalendarSubscription
from lending.subscriptions.programme import programme_scope
from lending.subscriptions.rights import reader_of
from lending.subscriptions.views import VIEWS

_OPEN_TO_ALL = text(
    "INSERT INTO calendar_subscription (token_hash, view, scope_id, language, audience,"
    " with_alarms, with_cancelled, created_at, user_agent, etag, basis)"
    " VALUES (:key, 'programme', :scope_id, :language, 'public', false, true, :now, '', '', '')"
    " ON CONFLICT (token_hash) DO NOTHING"
).bindparams(bindparam("now", type_=UtcDateTime()))

PART = 1000
"""So many entries are read and sent at a time."""


@dataclass(frozen=True)
class _Seen:
    """What a subscription's reader may read now."""

    subscription_id: int
    head: bytes
    shown: ColumnElement[bool]
    """Which of the kept entries are in it."""
    basis: str
    is_ready: bool
    """Whether what it shows is kept rendered already."""


@dataclass(frozen=True)
class _Validator:
    """What tells a client whether the feed changed, and until when it holds by itself."""

    etag: str
    until: datetime | None


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
    opened = glance(database, token_hash)
    if opened is not None:
        return opened
    with database.read() as uow:
        seen = _look(uow, token_hash)
        validator = _validate(uow, seen) if seen.is_ready else None
    if validator is None:
        # Two transactions: what changes from the first on is told to the feed.
        database.write(lambda uow: _register(uow, token_hash))
        database.write(lambda uow: _render(uow, token_hash, public_url))
        with database.read() as uow:
            seen = _look(uow, token_hash)
            validator = _validate(uow, seen)
    noted, agent = validator, user_agent[:200]
    changed_at = database.write(lambda uow: _note_use(uow, seen, noted, agent))
    return Opened(token_hash, validator.etag, changed_at)


def read_feed(database: Database, opened: Opened) -> tuple[str, list[bytes]]:
    """Return the whole feed, in parts, with the validator of exactly these bytes.

    In parts, since joining them all would take the memory twice.

    Raises:
        NotFound, SubscriptionRevoked: its reader may not read it any more.
    """
    versions: list[str] = []
    with database.read() as uow:
        seen = _look(uow, opened.token_hash)
        parts = [seen.head]
        query = _versions(seen.shown).add_columns(CalendarEntry.body)
        rows = uow.session.execute(query.execution_options(yield_per=PART))
        for some in rows.partitions():
            versions += [version for version, _ in some]
            parts.append(b"".join(body for _, body in some))
    return etag(seen.head, versions), [*parts, FOOTER]


def _look(uow: UnitOfWork, token_hash: str) -> _Seen:
    subscription, reader = _find(uow, token_hash)
    reach = _reach(uow, reader, subscription)
    of = _feed(subscription, reach)
    # Before the entries: what changes in between makes the next fetch look again.
    mark, head = find_feed(uow, of) or ("", b"")
    return _Seen(
        subscription_id=subscription.id,
        head=head,
        shown=_shown(uow, of, reach, with_cancelled=subscription.with_cancelled),
        basis=basis_of(mark, reader.grants),
        is_ready=mark != "" and subscription.audience == reach.audience,
    )


def _feed(subscription: CalendarSubscription, reach: Reach) -> Feed:
    return Feed(
        subscription.view,
        subscription.scope_id,
        subscription.language,
        reach.audience,
        subscription.with_alarms,
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


def _shown(uow: UnitOfWork, of: Feed, reach: Reach, *, with_cancelled: bool) -> ColumnElement[bool]:
    entry = CalendarEntry
    shown = (
        (entry.view == of.view)
        & (entry.scope_id == of.scope_id)
        & (entry.language == of.language)
        & (entry.audience == of.audience)
        & (entry.alarms == of.alarms)
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


def _validate(uow: UnitOfWork, seen: _Seen) -> _Validator:
    """Make the validator from the hashes of what is shown, without reading bodies."""
    tag = etag(seen.head, uow.session.scalars(_versions(seen.shown)))
    first_end, first_gone = uow.session.execute(
        select(func.min(CalendarEntry.ends_at), func.min(CalendarEntry.shown_until)).where(
            seen.shown
        )
    ).one()
    leaving = [first_gone] if first_gone else []
    leaving += [first_end + LOOKS_BACK] if first_end else []
    return _Validator(tag, min(leaving, default=None))


def _register(uow: UnitOfWork, token_hash: str) -> None:
    """Keep what the reader may read by today's rights.

    Needed at the first fetch, and when these rights have come to be others.
    """
    subscription, reader = _find(uow, token_hash)
    reach = _reach(uow, reader, subscription)
    subscription.audience = reach.audience
    register_feed(uow, _feed(subscription, reach))


def _render(uow: UnitOfWork, token_hash: str, public_url: str) -> None:
    """Render the feed, unless somebody else's is the same one and was rendered before."""
    subscription, reader = _find(uow, token_hash)
    of = _feed(subscription, _reach(uow, reader, subscription))
    mark, _ = find_feed(uow, of) or ("", b"")
    if not mark:
        bring_up_to_date(uow, of, pen_for(uow, of.language, public_url))


def _note_use(uow: UnitOfWork, seen: _Seen, now_is: _Validator, user_agent: str) -> datetime:
    """Write down that the feed was fetched, by what, and since when it is as it is."""
    subscription = uow.session.get_one(
        CalendarSubscription, seen.subscription_id, with_for_update=True
    )
    subscription.last_used_at = uow.now
    subscription.user_agent = user_agent
    subscription.basis, subscription.etag_until = seen.basis, now_is.until
    if subscription.changed_at is None or subscription.etag != now_is.etag:
        now = uow.now.replace(microsecond=0)
        known = subscription.changed_at
        # Clients compare whole seconds: a second change in one second must count.
        later = known + timedelta(seconds=1) if known else now
        subscription.changed_at = max(now, later)
        subscription.etag = now_is.etag
    return subscription.changed_at
