"""What the catalogue says: lists of items, one item, the families."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from lending.authorities.models import Authority, Department, Depot
from lending.catalogue.models import Category, Item
from lending.catalogue.plugs import Plug
from lending.db.database import UnitOfWork
from lending.errors import NotFound
from lending.skills import Skill
from lending.words import patterns, searchable, stems


@dataclass(frozen=True)
class CategoryEntry:
    """A family of equipment and how many items that are lent it has."""

    id: int
    code: str
    name: str
    name_en: str
    pictogram: str
    position: int
    items: int


@dataclass(frozen=True)
class ItemFilter:
    """Which items are wanted; what is left empty does not narrow."""

    words: str = ""
    category: str = ""
    """A category's code."""
    authority_ids: Collection[int] | None = None
    item_ids: Collection[int] | None = None
    with_inactive: bool = False


@dataclass(frozen=True)
class ItemSummary:
    """An item as lists show it."""

    id: int
    code: str
    name: str
    name_en: str
    authority_id: int
    authority: str
    category: str
    category_code: str
    category_en: str
    pictogram: str
    length_cm: int | None
    width_cm: int | None
    height_cm: int | None
    weight_g: int
    volume_l: int
    preparation_minutes: int
    turnaround_minutes: int
    week_zone: str
    """Of a service, whose hours count by the week; empty for equipment."""
    max_per_booking: int | None
    photo: str
    is_active: bool


@dataclass(frozen=True)
class ItemDetail(ItemSummary):
    """All that is kept of an item, apart from its stock."""

    uuid: str
    category_id: int
    usual_names: str
    description: str
    replacement_value_cents: int
    setup_seconds: int
    min_crew: int
    skills: frozenset[Skill]
    tent_area_dm2: int
    can_be_closed: bool
    wind_max_kmh: int | None
    deck_area_dm2: int
    drop_max_cm: int | None
    power_w: int
    plug: Plug
    equivalence_group: str
    timezone: str
    authority_phone: str
    authority_email: str
    department_id: int | None
    department: str
    depot_id: int | None
    depot: str
    depot_address: str


_SUMMARY: tuple[Any, ...] = (
    Item.id,
    Item.code,
    Item.name,
    Item.name_en,
    Item.authority_id,
    Authority.name.label("authority"),
    Category.name.label("category"),
    Category.code.label("category_code"),
    Category.name_en.label("category_en"),
    Category.pictogram,
    Item.length_cm,
    Item.width_cm,
    Item.height_cm,
    Item.weight_g,
    Item.volume_l,
    Item.preparation_minutes,
    Item.turnaround_minutes,
    Item.week_zone,
    Item.max_per_booking,
    Item.photo,
    Item.is_active,
)

_DETAIL: tuple[Any, ...] = (
    Item.uuid,
    Item.category_id,
    Item.usual_names,
    Item.description,
    Item.replacement_value_cents,
    Item.setup_seconds,
    Item.min_crew,
    Item.skills,
    Item.tent_area_dm2,
    Item.can_be_closed,
    Item.wind_max_kmh,
    Item.deck_area_dm2,
    Item.drop_max_cm,
    Item.power_w,
    Item.plug,
    Item.equivalence_group,
    Authority.timezone,
    Authority.phone.label("authority_phone"),
    Authority.email.label("authority_email"),
    Item.department_id,
    func.coalesce(Department.name, "").label("department"),
    Item.depot_id,
    func.coalesce(Depot.name, "").label("depot"),
    func.coalesce(Depot.address, "").label("depot_address"),
)


def find_items(uow: UnitOfWork, wanted: ItemFilter = ItemFilter()) -> list[ItemSummary]:
    """Return the items, in one query: by family and name, best matches of the words first."""
    query = (
        _joined(select(*_SUMMARY))
        .where(*_conditions(wanted))
        .order_by(Category.position, Category.name, Item.name, Item.authority_id, Item.id)
    )
    found = [ItemSummary(*row) for row in uow.session.execute(query)]
    return _best_first(found, wanted.words) if wanted.words else found


def get_item(uow: UnitOfWork, item_id: int) -> ItemDetail:
    """Return one item.

    Raises:
        NotFound: there is none of this number.
    """
    found = get_items(uow, [item_id])
    if not found:
        raise NotFound
    return found[item_id]


def get_items(uow: UnitOfWork, item_ids: Collection[int]) -> dict[int, ItemDetail]:
    """Return those of these items that exist, by their number."""
    query = (
        _joined(select(*_SUMMARY, *_DETAIL))
        .outerjoin(Department, Department.id == Item.department_id)
        .outerjoin(Depot, Depot.id == Item.depot_id)
        .where(Item.id.in_(item_ids))
    )
    return {row.id: ItemDetail(*row) for row in uow.session.execute(query)}


def equivalents_of(uow: UnitOfWork, item: ItemDetail) -> list[ItemSummary]:
    """Return the other items that can stand in for this one, its own authority's first."""
    if not item.equivalence_group:
        return []
    query = (
        _joined(select(*_SUMMARY))
        .where(
            Item.equivalence_group == item.equivalence_group,
            Item.id != item.id,
            Item.is_active,
        )
        .order_by(Item.authority_id != item.authority_id, Item.name, Item.id)
    )
    return [ItemSummary(*row) for row in uow.session.execute(query)]


def list_categories(
    uow: UnitOfWork, authority_ids: Collection[int] | None = None
) -> list[CategoryEntry]:
    """Return all families in their order, with how many items these authorities lend of each."""
    lent = and_(Item.category_id == Category.id, Item.is_active)
    if authority_ids is not None:
        lent = and_(lent, Item.authority_id.in_(authority_ids))
    query = (
        select(
            Category.id,
            Category.code,
            Category.name,
            Category.name_en,
            Category.pictogram,
            Category.position,
            func.count(Item.id),
        )
        .outerjoin(Item, lent)
        .group_by(Category.id)
        .order_by(Category.position, Category.name)
    )
    return [CategoryEntry(*row) for row in uow.session.execute(query)]


def equivalence_groups(uow: UnitOfWork) -> list[str]:
    """Return the names of the groups in use."""
    query = (
        select(Item.equivalence_group)
        .where(Item.equivalence_group != "")
        .distinct()
        .order_by(Item.equivalence_group)
    )
    return list(uow.session.scalars(query))


def _joined(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Item)
        .join(Authority, Authority.id == Item.authority_id)
        .join(Category, Category.id == Item.category_id)
    )


def _conditions(wanted: ItemFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Item.search_text.like(pattern) for pattern in patterns(wanted.words)
    ]
    if wanted.category:
        conditions.append(Category.code == wanted.category)
    if wanted.authority_ids is not None:
        conditions.append(Item.authority_id.in_(wanted.authority_ids))
    if wanted.item_ids is not None:
        conditions.append(Item.id.in_(wanted.item_ids))
    if not wanted.with_inactive:
        conditions.append(Item.is_active.is_(True))
    return conditions


def _best_first(items: list[ItemSummary], words: str) -> list[ItemSummary]:
    """Put first what is called by the words, before what only goes by them as well."""
    asked = stems(words)

    def misses(item: ItemSummary) -> tuple[bool, bool]:
        name = searchable(item.name)
        return (
            not all(f" {stem}" in name for stem in asked),
            not (asked and name.startswith(f" {asked[0]}")),
        )

    return sorted(items, key=misses)


def photos_in_use(uow: UnitOfWork) -> frozenset[str]:
    """Return the names of the photos that items show."""
    return frozenset(uow.session.scalars(select(Item.photo).where(Item.photo != "").distinct()))
