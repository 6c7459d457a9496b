"""What can be borrowed."""

from typing import Annotated, Any, Literal

from pydantic import Field

from lending.api.schemas.common import (
    Change,
    Input,
    Instant,
    Minutes,
    Number,
    Output,
    Page,
    Paged,
    Part,
    Quantity,
    QueryNumber,
    Text,
    Words,
)
from lending.catalogue.plugs import Plug
from lending.catalogue.queries import ItemDetail
from lending.catalogue.records import MaintenanceEntry, Movement
from lending.skills import Skill, write_skills

Centimetres = Annotated[int, Field(ge=1, le=1_000_000)]
Kilograms = Annotated[float, Field(ge=0, le=2_000_000)]
CubicMetres = Annotated[float, Field(ge=0, le=2_000_000)]
SquareMetres = Annotated[float, Field(ge=0, le=1_000_000)]
PersonMinutes = Annotated[float, Field(ge=0, le=30_000_000)]
MOST = 2_000_000_000
AskedSkill = Literal["caces_r489", "caces_r490", "caces_r486", "electrical"]
"""As `lending.skills.ASKED_BY_ITEMS`."""

SCALES = {
    "weight_kg": ("weight_g", 1000),
    "volume_m3": ("volume_l", 1000),
    "setup_person_minutes": ("setup_seconds", 60),
    "tent_area_m2": ("tent_area_dm2", 100),
    "deck_area_m2": ("deck_area_dm2", 100),
}
"""The fields that are kept in smaller units, so that sums of them are exact."""


class ItemFields(Input):
    """What may be said of an item."""

    name_en: Text = Field("", max_length=160)
    usual_names: Text = Field("", max_length=300, description="Other words, separated by commas.")
    description: Text = Field("", max_length=5000)
    department_id: Number | None = None
    depot_id: Number | None = None
    length_cm: Centimetres | None = None
    width_cm: Centimetres | None = None
    height_cm: Centimetres | None = None
    weight_kg: Kilograms = Field(0, description="Of one piece; kept in grams.")
    volume_m3: CubicMetres = Field(0, description="Of one piece, packed; kept in litres.")
    preparation_minutes: Minutes = Field(0, description="Needed before each loan.")
    turnaround_minutes: Minutes = Field(0, description="Needed after each loan.")
    replacement_value_cents: int = Field(0, ge=0, le=MOST)
    max_per_booking: Quantity | None = None
    setup_person_minutes: PersonMinutes = Field(0, description="Work of one person for one piece.")
    min_crew: int = Field(1, ge=1, le=1000)
    skills: list[AskedSkill] = Field(
        default_factory=list,
        description="What those must hold who handle a piece (machines) or set it up.",
    )
    tent_area_m2: SquareMetres = Field(0, description="The ground that a tent covers.")
    can_be_closed: bool = Field(
        default=False, description="Whether a tent has walls, or something else closes one."
    )
    wind_max_kmh: int | None = Field(
        None, ge=1, le=300, description="From more wind on it is taken down."
    )
    deck_area_m2: SquareMetres = Field(0, description="The floor of a stage.")
    drop_max_cm: int | None = Field(None, ge=1, le=10_000, description="How high it can stand.")
    power_w: int = Field(0, ge=0, le=10_000_000)
    plug: Plug = Field(Plug.NONE, description="What it is plugged into.")
    equivalence_group: Text = Field(
        "", max_length=40, description="Items of one group replace each other."
    )


class ItemIn(ItemFields):
    """A new item. Its stock has always been there; later changes are stock movements."""

    is_service: bool = Field(
        default=False, description="Help counted in hours: `stock` is the hours a week."
    )

    authority_id: Number | None = Field(
        None, description="Who lends it; a token of one authority need not say."
    )
    category: Text = Field(
        min_length=1,
        max_length=120,
        description="Code or name of the family; a new one is made.",
        examples=["chairs"],
    )
    code: Text = Field(min_length=1, max_length=40, examples=["CHA-PLI"])
    name: Text = Field(min_length=1, max_length=160, examples=["Chaise pliante"])
    stock: Part = 0


class ItemChange(Change, ItemFields):
    """The fields of an item that change."""

    category: Text = Field("", min_length=1, max_length=120)
    code: Text = Field("", min_length=1, max_length=40)
    name: Text = Field("", min_length=1, max_length=160)
    is_active: bool = Field(default=True, description="Whether it is lent.")


class ItemOut(Output):
    """An item."""

    id: int
    authority_id: int
    authority: str
    category: str = Field(description="The family's code.")
    category_name: str
    code: str
    name: str
    name_en: str
    usual_names: str
    description: str
    stock: int = Field(description="Pieces there are now, lent or not.")
    department_id: int | None
    depot_id: int | None
    length_cm: int | None
    width_cm: int | None
    height_cm: int | None
    weight_kg: float
    volume_m3: float
    preparation_minutes: int
    turnaround_minutes: int
    replacement_value_cents: int
    max_per_booking: int | None
    setup_person_minutes: float
    min_crew: int
    skills: list[str]
    tent_area_m2: float
    can_be_closed: bool
    wind_max_kmh: int | None
    deck_area_m2: float
    drop_max_cm: int | None
    power_w: int
    plug: Plug
    equivalence_group: str
    is_service: bool
    is_active: bool


class ItemPage(Page):
    """Items."""

    items: list[ItemOut]


class ItemQuery(Paged):
    """Which items are wanted."""

    q: Words = Field("", description="Words of its names; accents and plurals are forgiven.")
    category: Text = Field("", max_length=120, description="Code or name of a family.")
    authority_id: QueryNumber | None = None
    with_inactive: bool = Field(default=False, description="Also what is no longer lent.")


class CategoryOut(Output):
    """A family of equipment."""

    id: int
    code: str
    name: str
    name_en: str
    items: int


class CategoryPage(Page):
    """Families of equipment."""

    items: list[CategoryOut]


class MovementIn(Input):
    """Pieces that come (positive) or go (negative)."""

    quantity_delta: int = Field(ge=-1_000_000, le=1_000_000, description="Not zero.")
    effective_at: Instant | None = Field(None, description="Now, if nothing is said.")
    reason: Text = Field(min_length=1, max_length=300, examples=["Achat de 20 chaises"])


class MovementOut(Output):
    """A movement of stock."""

    id: int
    item_id: int
    quantity_delta: int
    effective_at: Instant | None = Field(description="None: since ever.")
    stock_after: int
    reason: str


class MovementPage(Page):
    """Movements of stock, the latest first."""

    items: list[MovementOut]


class MaintenanceIn(Input):
    """Pieces that cannot be lent for a while."""

    quantity: Quantity
    start: Instant
    end: Instant
    reason: Text = Field(min_length=1, max_length=300, examples=["Contrôle annuel"])


class MaintenanceOut(Output):
    """Pieces that cannot be lent for a while."""

    id: int
    item_id: int
    quantity: int
    start: Instant
    end: Instant | None = Field(description="Null: until somebody says that they are back.")
    reason: str


class MaintenancePage(Page):
    """Maintenance, soonest first."""

    items: list[MaintenanceOut]


class MaintenanceQuery(Paged):
    """Which maintenance is wanted."""

    with_past: bool = False


def item_fields(given: dict[str, Any]) -> dict[str, Any]:
    """Return fields of an item as they are kept: grams, litres, seconds."""
    kept = {name: value for name, value in given.items() if name not in SCALES}
    for name, (small, times) in SCALES.items():
        if name in given:
            kept[small] = round(given[name] * times)
    if "skills" in given:
        kept["skills"] = frozenset(Skill(skill) for skill in given["skills"])
    return kept


_SAME = set(ItemOut.model_fields) - {
    "category", "category_name", "stock", "skills", "is_service", *SCALES,
}  # fmt: skip


def item_out(item: ItemDetail, stock: int) -> ItemOut:
    """Return an item as it is answered."""
    return ItemOut(
        category=item.category_code,
        category_name=item.category,
        stock=stock,
        skills=write_skills(item.skills).split(),
        is_service=bool(item.week_zone),
        **{name: getattr(item, small) / times for name, (small, times) in SCALES.items()},
        **{name: getattr(item, name) for name in _SAME},
    )


def movement_out(item_id: int, movement: Movement) -> MovementOut:
    """Return a movement as it is answered."""
    return MovementOut(
        id=movement.id,
        item_id=item_id,
        quantity_delta=movement.quantity_delta,
        effective_at=movement.effective_at,
        stock_after=movement.stock_after,
        reason=movement.reason,
    )


def maintenance_out(item_id: int, entry: MaintenanceEntry) -> MaintenanceOut:
    """Return a maintenance as it is answered."""
    return MaintenanceOut(
        id=entry.id,
        item_id=item_id,
        quantity=entry.quantity,
        start=entry.starts_at,
        end=entry.ends_at,
        reason=entry.reason,
    )
