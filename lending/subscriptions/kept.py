"""The entries that are kept rendered: bring those of one feed up to date."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import bindparam, select, text

from calendars.writing import Rendered, header, render
from lending.db.base import UtcDateTime
from lending.db.database import UnitOfWork
from lending.subscriptions.drawing import Drawn, Feed, Pen
from lending.subscriptions.live import find_feed, touch
from lending.subscriptions.models import CalendarEntry
from lending.subscriptions.views import VIEWS

LOOKS_BACK = timedelta(days=90)
"""How long what has ended stays in a feed."""

_INSERT = text(
    "INSERT INTO calendar_entry (view, scope_id, language, audience, alarms, uid, source,"
    " authority_id, starts_at, ends_at, sequence, modified_at, sha256, version, body,"
    " cancelled_at, shown_until)"
    " VALUES (:view, :scope_id, :language, :audience, :alarms, :uid, :source,"
    " :authority_id, :starts_at, :ends_at, :sequence, :modified_at, :sha256, :version, :body,"
    " :cancelled_at, :shown_until)"
    " ON CONFLICT (view, scope_id, language, audience, alarms, uid) DO NOTHING"
).bindparams(
    *(
        bindparam(name, type_=UtcDateTime())
        for name in (
            "starts_at",
            "ends_at",
            "modified_at",
            "cancelled_at",
            "shown_until",
        )
    )
)


def bring_up_to_date(
    uow: UnitOfWork,
    feed: Feed,
    pen: Pen,
    sources: Collection[str] | None = None,
    *,
    renamed: bool = False,
) -> int:
    """Render anew what changed of these sources, or of the whole feed. Returns how much did.

    `renamed` says that the thing which the feed is about may have another name.

    What is no longer drawn is left out of the feed from now on. The rows are locked before
    anything is drawn: who comes second draws what who came first has left. Bookings are not
    locked, since a waiting list passes over those that are.
    """
    since = uow.now - LOOKS_BACK
    known = _known(uow, feed, sources)
    changed = 0
    for drawn in VIEWS[feed.view].draw(uow, feed, pen, sources, since):
        changed += _keep(uow, feed, drawn, known.pop(drawn.entry.uid, None), sources)
    for row in known.values():
        if row.shown_until is None and row.ends_at > since:
            row.shown_until = uow.now
            changed += 1
    uow.session.flush()  # the next reader may use plain SQL
    _mark(uow, feed, pen, is_whole=sources is None, is_other=bool(changed), renamed=renamed)
    return changed


def _mark(
    uow: UnitOfWork, feed: Feed, pen: Pen, *, is_whole: bool, is_other: bool, renamed: bool
) -> None:
    """Make the feed's fetches see what changed, and that it is rendered as a whole."""
    if not (is_whole or is_other or renamed):
        return
    head = header(VIEWS[feed.view].calendar(uow, feed, pen))
    mark, known_head = find_feed(uow, feed) or ("", b"")
    if is_other or head != known_head or (is_whole and not mark):
        touch(uow, feed, head, is_whole=is_whole)


def _known(
    uow: UnitOfWork, feed: Feed, sources: Collection[str] | None
) -> dict[str, CalendarEntry]:
    """Return what is kept of a feed, or of these sources in it, by identity; locked.

    What is drawn from a source is looked up by the source alone and in all feeds: given the feed
    as well, SQLite would read all of it to find one booking.
    """
    query = select(CalendarEntry).order_by(CalendarEntry.id).with_for_update()
    if sources is None:
        query = query.where(
            CalendarEntry.view == feed.view,
            CalendarEntry.scope_id == feed.scope_id,
            CalendarEntry.language == feed.language,
            CalendarEntry.audience == feed.audience,
            CalendarEntry.alarms == feed.alarms,
        )
    else:
        query = query.where(CalendarEntry.source.in_(sources))
    return {row.uid: row for row in uow.session.scalars(query) if _feed_of(row) == feed}


def _feed_of(row: CalendarEntry) -> Feed:
    return Feed(row.view, row.scope_id, row.language, row.audience, row.alarms)


def _keep(
    uow: UnitOfWork,
    feed: Feed,
    drawn: Drawn,
    row: CalendarEntry | None,
    sources: Collection[str] | None,
) -> bool:
    """Keep one entry; return whether anything about it changed."""
    if row is None and _insert(uow, feed, drawn):
        return True
    if row is None:
        # Another transaction was quicker. Who tells of a change knows better than it, who looks
        # the whole feed through does not.
        if sources is None:
            return False
        row = _known(uow, feed, [drawn.source])[drawn.entry.uid]
    before = Rendered(row.uid, row.sequence, row.modified_at, row.sha256, row.body)
    after = render(drawn.entry, before, uow.now)
    placing = {
        "source": drawn.source,
        "authority_id": drawn.authority_id,
        "starts_at": drawn.starts_at,
        "ends_at": drawn.ends_at,
        "cancelled_at": drawn.cancelled_at,
        "shown_until": drawn.shown_until,
    }
    moved = any(getattr(row, name) != value for name, value in placing.items())
    for name, value in placing.items():
        setattr(row, name, value)
    row.sequence, row.modified_at = after.sequence, after.modified
    if after is before:
        return moved
    row.sha256, row.version, row.body = after.content, after.version, after.body
    return True


def _insert(uow: UnitOfWork, feed: Feed, drawn: Drawn) -> bool:
    """Write a new entry, unless there is one by now; return whether it was written."""
    rendered = render(drawn.entry, None, uow.now)
    written = uow.session.execute(
        _INSERT,
        {
            "view": feed.view.value,
            "scope_id": feed.scope_id,
            "language": feed.language,
            "audience": feed.audience.value,
            "alarms": feed.alarms,
            "uid": rendered.uid,
            "source": drawn.source,
            "authority_id": drawn.authority_id,
            "starts_at": drawn.starts_at,
            "ends_at": drawn.ends_at,
            "sequence": rendered.sequence,
            "modified_at": rendered.modified,
            "sha256": rendered.content,
            "version": rendered.version,
            "body": rendered.body,
            "cancelled_at": drawn.cancelled_at,
            "shown_until": drawn.shown_until,
        },
    )
    return bool(written.rowcount)  # type: ignore[attr-defined]
