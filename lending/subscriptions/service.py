"""Subscribe, list, revoke."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from lending.accounts.permissions import Action, Principal
from lending.accounts.secrets import fingerprint, new_secret
from lending.db.database import UnitOfWork
from lending.errors import NotFound, NotSignedIn
from lending.subscriptions.drawing import Feed
from lending.subscriptions.live import register_feed
from lending.subscriptions.models import CalendarSubscription, View
from lending.subscriptions.views import VIEWS

LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class Subscribed:
    """A new subscription. Its address is known now and never again."""

    id: int
    path: str


@dataclass(frozen=True)
class SubscriptionRow:
    """A subscription as its owner sees it."""

    id: int
    view: View
    scope_id: int
    scope_name: str
    language: str
    with_alarms: bool
    with_cancelled: bool
    created_at: datetime
    last_used_at: datetime | None
    user_agent: str


def path_of(secret: str) -> str:
    """Return the path at which a feed is served."""
    return f"/calendars/{secret}.ics"


def subscribe(
    uow: UnitOfWork,
    actor: Principal,
    view: View,
    scope_id: int,
    *,
    with_alarms: bool = False,
    with_cancelled: bool = True,
    language: str | None = None,
) -> Subscribed:
    """Give the actor a secret address of its own for a feed; its first fetch renders the feed.

    Reminders are for the views that have them, and left out of the others.

    Raises:
        NotSignedIn: nobody in particular asks.
        NotFound, Forbidden: the actor may not read it, or anyone may without a secret.
    """
    if view.is_public:
        raise NotFound
    if actor.user_id is None and actor.api_token_id is None:
        raise NotSignedIn
    reach = VIEWS[view].reach(uow, actor, scope_id)
    chosen = language or actor.language
    chosen = chosen if chosen in LANGUAGES else LANGUAGES[0]
    with_alarms = with_alarms and view.has_alarms
    secret = new_secret()
    subscription = CalendarSubscription(
        token_hash=fingerprint(secret),
        view=view,
        scope_id=scope_id,
        user_id=actor.user_id,
        api_token_id=actor.api_token_id,
        language=chosen,
        audience=reach.audience,
        with_alarms=with_alarms,
        with_cancelled=with_cancelled,
        created_at=uow.now,
    )
    uow.session.add(subscription)
    uow.session.flush()  # the caller wants the id
    register_feed(uow, Feed(view, scope_id, chosen, reach.audience, with_alarms))
    return Subscribed(subscription.id, path_of(secret))


def revoke(uow: UnitOfWork, actor: Principal, subscription_id: int) -> None:
    """Give up an address for ever; who manages people may do it for others.

    Raises:
        NotFound: the actor has no such subscription.
    """
    subscription = uow.session.get(CalendarSubscription, subscription_id)
    if subscription is None or subscription.view.is_public:
        raise NotFound
    if not (_is_of(subscription, actor) or actor.can(Action.MANAGE_USERS)):
        raise NotFound
    subscription.revoked_at = subscription.revoked_at or uow.now


def renew(uow: UnitOfWork, actor: Principal, subscription_id: int) -> Subscribed:
    """Give up an address and return another one for the same feed, read in the same way.

    Raises:
        NotFound: the actor has no such living subscription, or may not read the feed any more.
    """
    old = uow.session.get(CalendarSubscription, subscription_id, with_for_update=True)
    if old is None or old.revoked_at is not None or not _is_of(old, actor):
        raise NotFound
    old.revoked_at = uow.now
    return subscribe(
        uow,
        actor,
        old.view,
        old.scope_id,
        with_alarms=old.with_alarms,
        with_cancelled=old.with_cancelled,
        language=old.language,
    )


def _is_of(subscription: CalendarSubscription, actor: Principal) -> bool:
    if actor.user_id is not None:
        return subscription.user_id == actor.user_id
    return actor.api_token_id is not None and subscription.api_token_id == actor.api_token_id


def list_subscriptions(uow: UnitOfWork, actor: Principal) -> list[SubscriptionRow]:
    """Return the actor's living subscriptions, newest first."""
    rows = uow.session.scalars(
        select(CalendarSubscription)
        .where(_owned_by(actor), CalendarSubscription.revoked_at.is_(None))
        .order_by(CalendarSubscription.id.desc())
    )
    return [_row(uow, subscription) for subscription in rows]


def find_subscription(uow: UnitOfWork, actor: Principal, subscription_id: int) -> SubscriptionRow:
    """Return one of the actor's living subscriptions.

    Raises:
        NotFound: there is none.
    """
    for row in list_subscriptions(uow, actor):
        if row.id == subscription_id:
            return row
    raise NotFound


def _owned_by(actor: Principal) -> ColumnElement[bool]:
    if actor.user_id is not None:
        return CalendarSubscription.user_id == actor.user_id
    if actor.api_token_id is None:
        raise NotSignedIn
    return CalendarSubscription.api_token_id == actor.api_token_id


def scope_name(uow: UnitOfWork, actor: Principal, view: View, scope_id: int) -> str:
    """Return the name of what a feed is about.

    Raises:
        NotFound, Forbidden, NotSignedIn: the actor may not read it.
    """
    VIEWS[view].reach(uow, actor, scope_id)
    return VIEWS[view].name(uow, scope_id)


def _row(uow: UnitOfWork, subscription: CalendarSubscription) -> SubscriptionRow:
    return SubscriptionRow(
        id=subscription.id,
        view=subscription.view,
        scope_id=subscription.scope_id,
        scope_name=VIEWS[subscription.view].name(uow, subscription.scope_id),
        language=subscription.language,
        with_alarms=subscription.with_alarms,
        with_cancelled=subscription.with_cancelled,
        created_at=subscription.created_at,
        last_used_at=subscription.last_used_at,
        user_agent=subscription.user_agent,
    )
