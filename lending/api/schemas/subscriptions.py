"""Calendars at secret addresses."""

from typing import Literal

from pydantic import Field

from lending.api.schemas.common import Input, Instant, Number, Output, Page
from lending.subscriptions.models import View


class SubscriptionIn(Input):
    """What to subscribe to."""

    view: View
    id: Number = Field(description="The number of the thing that the view is about.")
    alarms: bool = Field(default=False, description="Whether reminders are wanted.")
    cancelled: bool = Field(default=True, description="Whether what is cancelled stays visible.")
    language: Literal["fr", "en"] | None = None


class SubscriptionOut(Output):
    """A new subscription. Its address is told now and never again."""

    id: int
    url: str


class SubscriptionRowOut(Output):
    """A subscription, without its address."""

    id: int
    view: View
    scope_id: int
    scope_name: str
    alarms: bool
    cancelled: bool
    created_at: Instant
    last_used_at: Instant | None


class SubscriptionPage(Page):
    """The subscriptions of this token."""

    items: list[SubscriptionRowOut]
