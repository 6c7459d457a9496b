"""What is free."""

from pydantic import Field

from lending.api.schemas.common import (
    Instant,
    Output,
    Page,
    Paged,
    PeriodQuery,
    QueryNumber,
    Stretch,
    Text,
    Words,
)


class AvailabilityQuery(PeriodQuery, Paged):
    """For when, and of which items."""

    q: Words = Field("", description="Words of its names.")
    category: Text = Field("", max_length=120, description="Code or name of a family.")
    authority_id: QueryNumber | None = None
    per_page: int = Field(1000, description="How many on a page.", ge=1, le=1000)


class FreeStretch(Stretch):
    """A stretch over which the free quantity stays the same."""

    free: int


class ItemAvailability(Output):
    """What is free of one item."""

    item_id: int
    start: Instant
    end: Instant
    stock: int
    free: int = Field(
        description="What can be lent from start to end, preparation and turnaround included;"
        " below zero, more is promised than there is."
    )
    timeline: list[FreeStretch] = Field(
        description="The free quantity instant by instant between start and end."
    )


class FreeItem(Output):
    """What is free of an item for a loan."""

    item_id: int
    code: str
    name: str
    authority_id: int
    category: str
    stock: int
    free: int


class AvailabilityPage(Page):
    """What is free for a loan over a stretch of time."""

    start: Instant
    end: Instant
    items: list[FreeItem]
