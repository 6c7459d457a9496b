"""Kits, as programs read, write and ask for them."""

from typing import Annotated

from pydantic import Field

from lending.api.schemas.common import (
    Input,
    Instant,
    Number,
    Output,
    Page,
    Paged,
    QueryNumber,
    Text,
)
from lending.availability.kits import ShelfKit
from lending.catalogue.kits import MOST_PARTS, MOST_PIECES


class KitsQuery(Paged):
    """Which kits are wanted, and for which dates."""

    authority_id: QueryNumber | None = None
    start: Instant | None = Field(None, description="With `end`: `free` is for a loan over them.")
    end: Instant | None = None


class KitPartIn(Input):
    """Pieces of an item in one kit."""

    item_id: Number
    quantity: Annotated[int, Field(ge=1, le=MOST_PIECES)]


class KitIn(Input):
    """A recipe of items of one authority."""

    authority_id: Number
    code: Text = Field(min_length=1, max_length=40, examples=["SCENE-43"])
    name: Text = Field(min_length=1, max_length=160, examples=["Scène 4 × 3 m"])
    name_en: Text = Field("", max_length=160)
    description: Text = Field("", max_length=5000)
    parts: list[KitPartIn] = Field(min_length=1, max_length=MOST_PARTS)


class KitPartOut(Output):
    """Pieces of an item in one kit."""

    item_id: int
    code: str
    name: str
    quantity: int


class KitOut(Output):
    """A kit; it has no stock of its own."""

    id: int
    authority_id: int
    code: str
    name: str
    name_en: str
    description: str
    parts: list[KitPartOut]
    stock: int = Field(description="How many its parts make.")
    free: int | None = Field(description="Over the whole loan; none without dates.")


class KitPage(Page):
    """Kits that are lent, by name."""

    items: list[KitOut]


def kit_out(entry: ShelfKit) -> KitOut:
    """Write a kit for programs."""
    kit = entry.kit
    names = ("id", "authority_id", "code", "name", "name_en", "description")
    return KitOut(
        **{name: getattr(kit, name) for name in names},
        parts=[
            KitPartOut(**{name: getattr(part, name) for name in KitPartOut.model_fields})
            for part in kit.parts
        ],
        stock=entry.stock,
        free=entry.free,
    )
