"""Calendars at secret addresses."""

from lending.accounts.permissions import Action
from lending.api.operations import Call, Operations
from lending.api.schemas.common import Paged, page_fields
from lending.api.schemas.subscriptions import (
    SubscriptionIn,
    SubscriptionOut,
    SubscriptionPage,
    SubscriptionRowOut,
)
from lending.db.database import UnitOfWork
from lending.subscriptions.models import View
from lending.subscriptions.service import list_subscriptions, revoke, subscribe

operations = Operations("Calendars")


@operations.add("GET", "/calendar-subscriptions", Action.SUBSCRIBE, SubscriptionPage, query=Paged)
def read_subscriptions(uow: UnitOfWork, call: Call[Paged, None]) -> SubscriptionPage:
    """List the subscriptions of this token."""
    found = list_subscriptions(uow, call.actor)
    return SubscriptionPage(
        items=[
            SubscriptionRowOut(
                id=row.id,
                view=row.view,
                scope_id=row.scope_id,
                scope_name=row.scope_name,
                alarms=row.with_alarms,
                cancelled=row.with_cancelled,
                created_at=row.created_at,
                last_used_at=row.last_used_at,
            )
            for row in call.query.cut(found)
        ],
        **page_fields(call.query, len(found), call.address),
    )


@operations.add(
    "POST",
    "/calendar-subscriptions",
    Action.SUBSCRIBE,
    SubscriptionOut,
    status=201,
    body=SubscriptionIn,
    refusals=(404,),
)
def add_subscription(uow: UnitOfWork, call: Call[None, SubscriptionIn]) -> SubscriptionOut:
    """Subscribe to a calendar.

    Its address is secret, told now and never again; it dies with the token. What the token may
    read is looked up anew at each fetch.
    """
    body = call.body
    made = subscribe(
        uow,
        call.actor,
        View(body.view),
        body.id,
        with_alarms=body.alarms,
        with_cancelled=body.cancelled,
        language=body.language or call.language,
    )
    return SubscriptionOut(id=made.id, url=call.public_url + made.path)


@operations.add(
    "DELETE", "/calendar-subscriptions/{subscription_id}", Action.SUBSCRIBE, None, status=204
)
def drop_subscription(uow: UnitOfWork, call: Call[None, None]) -> None:
    """Give an address up for ever."""
    revoke(uow, call.actor, call.ids["subscription_id"])
