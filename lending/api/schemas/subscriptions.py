"""Calendars at secret addresses."""

from typing import Literal

from pydantic import Field

from lending.api.schemas.common import Input, Instant, Number, Output, Page
from lending.subscriptions.models import View

PersonalView = Literal["organisation", "item", "depot", "department", "authority", "crew", "agent"]
"""What has an address of its own for each reader; anyone reads the programme without."""


class SubscriptionIn(Input):
    """What to subscribe to."""

    view: PersonalView = Field(
        description="`organisation`: its requests and loans. `item`: when it is taken. `depot`,"
        " `department`: what leaves and comes back, for the staff. `authority`: all its loans,"
        " for the staff. `crew`, `agent`: the stops of published rounds. The public programme"
        " needs no subscription: it lies at `/calendars/programme.ics` and"
        " `/calendars/programme/{authority code}.ics`."
    )
    id: Number = Field(
        description="The number of the organisation, item, depot, department, authority, crew or"
        " agent."
    )
    alarms: bool = Field(
        default=False,
        description="Whether a reminder is wanted: the day before equipment is collected or"
        " delivered in calendars of an organisation, an hour before in those of crews and agents."
        " The others have none.",
    )
    cancelled: bool = Field(
        default=True,
        description="Whether what is cancelled or refused stays visible for a month, marked.",
    )
    language: Literal["fr", "en"] | None = Field(
        None, description="Of the entries; that of the request, if nothing is said."
    )


class SubscriptionOut(Output):
    """A new subscription. Its address is told now and never again."""

    id: int
    url: str


class SubscriptionRowOut(Output):
    """A subscription, without its address."""

    id: int
    view: View
    scope_id: int = Field(description="The `id` that was subscribed to.")
    scope_name: str
    alarms: bool
    cancelled: bool
    created_at: Instant
    last_used_at: Instant | None


class SubscriptionPage(Page):
    """The subscriptions of this token."""

    items: list[SubscriptionRowOut]
