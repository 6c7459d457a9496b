"""The feeds that somebody reads: which there are, and since when each is as it is.

A row of `calendar_feed` is one of them. Its `mark` becomes another whenever anything in the feed
changes, in the same transaction, so that a fetch sees at a glance that nothing did.
"""

from collections.abc import Collection, Mapping
from secrets import token_hex
from typing import Any

from sqlalchemy import delete, event, exists, false, or_, select, text, update
from sqlalchemy.orm import Session

from lending.db.database import UnitOfWork
from lending.subscriptions.drawing import Feed
from lending.subscriptions.models import CalendarFeed, CalendarSubscription, View

KEY = (
    CalendarFeed.view,
    CalendarFeed.scope_id,
    CalendarFeed.language,
    CalendarFeed.audience,
    CalendarFeed.alarms,
)
_TOUCHED = "calendar feeds that changed"

_REGISTER = text(
    "INSERT INTO calendar_feed (view, scope_id, language, audience, alarms, mark, head)"
    " VALUES (:view, :scope_id, :language, :audience, :alarms, '', :head)"
    " ON CONFLICT (view, scope_id, language, audience, alarms) DO NOTHING"
)


def register_feed(uow: UnitOfWork, feed: Feed) -> None:
    """Keep a feed from now on; commit this before it is rendered, or a change may miss it."""
    uow.session.execute(
        _REGISTER,
        {
            "view": feed.view.value,
            "scope_id": feed.scope_id,
            "language": feed.language,
            "audience": feed.audience.value,
            "alarms": feed.alarms,
            "head": b"",
        },
    )


def live_views(uow: UnitOfWork) -> list[View]:
    """Return the views that anybody reads at all."""
    return list(uow.session.scalars(select(CalendarFeed.view).distinct()))


def live_feeds(uow: UnitOfWork, scopes: Mapping[View, Collection[int]] | None = None) -> list[Feed]:
    """Return the feeds of these things that somebody reads; without `scopes`, all."""
    query = select(*KEY).order_by(*KEY)
    if scopes is not None:
        wanted = [
            (CalendarFeed.view == view) & CalendarFeed.scope_id.in_(ids)
            for view, ids in scopes.items()
            if ids
        ]
        query = query.where(or_(false(), *wanted))
    return [Feed(*row) for row in uow.session.execute(query)]


def find_feed(uow: UnitOfWork, feed: Feed) -> tuple[str, bytes] | None:
    """Return a feed's mark (empty until it is rendered) and header; None if nobody reads it."""
    row = uow.session.execute(
        select(CalendarFeed.mark, CalendarFeed.head).where(*_is(feed))
    ).one_or_none()
    return None if row is None else (row.mark, row.head)


def touch(uow: UnitOfWork, feed: Feed, head: bytes, *, is_whole: bool) -> None:
    """Give a feed another mark when the transaction is about to be committed.

    Only then, and in one order: transactions that change the same feeds neither wait for one
    another for long nor for each other. A feed that was never rendered as a whole gets its first
    mark when it `is_whole`.
    """
    info: dict[Any, Any] = uow.session.info
    if _TOUCHED not in info:
        info[_TOUCHED] = {}
        event.listen(uow.session, "before_commit", _mark_touched, once=True)
    was_whole = info[_TOUCHED].get(feed, (head, False))[1]
    info[_TOUCHED][feed] = (head, is_whole or was_whole)


def _mark_touched(session: Session) -> None:
    touched: dict[Feed, tuple[bytes, bool]] = session.info.pop(_TOUCHED)
    mark = token_hex(8)
    for feed in sorted(touched, key=_order):
        head, is_whole = touched[feed]
        one = update(CalendarFeed).where(*_is(feed)).values(mark=mark, head=head)
        one = one if is_whole else one.where(CalendarFeed.mark != "")
        session.execute(one.execution_options(synchronize_session=False))


def _order(feed: Feed) -> tuple[str, int, str, str, bool]:
    return feed.view.value, feed.scope_id, feed.language, feed.audience.value, feed.alarms


def _is(feed: Feed) -> list[Any]:
    values = (feed.view, feed.scope_id, feed.language, feed.audience, feed.alarms)
    return [column == value for column, value in zip(KEY, values, strict=True)]


def forget_unread(uow: UnitOfWork) -> None:
    """Stop keeping the feeds that nobody subscribes to any more."""
    reader = CalendarSubscription
    is_read = exists(
        select(reader.id).where(
            reader.revoked_at.is_(None),
            reader.view == CalendarFeed.view,
            reader.scope_id == CalendarFeed.scope_id,
            reader.language == CalendarFeed.language,
            reader.audience == CalendarFeed.audience,
            reader.with_alarms == CalendarFeed.alarms,
        )
    )
    uow.session.execute(delete(CalendarFeed).where(~is_read))
