"""Items from a file: all of its lines or none; stock is compared, never overwritten."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from sqlalchemy import select

from lending.accounts.permissions import Principal
from lending.authorities.models import Authority, Department, Depot
from lending.catalogue.families import FamilyDetails, add_category, slug
from lending.catalogue.models import Category, Item
from lending.catalogue.plugs import Plug
from lending.catalogue.records import stock_at
from lending.catalogue.service import ItemDetails, create_item, edit_item
from lending.csvfiles import BadFile, LineError, Row, Table, read_table
from lending.db.database import UnitOfWork
from lending.errors import InvalidInput
from lending.i18n import N_
from lending.sheets import Sheet
from lending.skills import ASKED_BY_ITEMS, Skill, read_skills, write_skills
from lending.words import fold

TEXTS = ("name", "name_en", "usual_names", "description", "equivalence_group")
NUMBERS = {
    "length_cm": ("length_cm", 1),
    "width_cm": ("width_cm", 1),
    "height_cm": ("height_cm", 1),
    "weight_kg": ("weight_g", 1000),
    "volume_m3": ("volume_l", 1000),
    "preparation_minutes": ("preparation_minutes", 1),
    "turnaround_minutes": ("turnaround_minutes", 1),
    "replacement_value_cents": ("replacement_value_cents", 1),
    "replacement_value_eur": ("replacement_value_cents", 100),
    "max_per_booking": ("max_per_booking", 1),
    "setup_person_minutes": ("setup_seconds", 60),
    "min_crew": ("min_crew", 1),
    "tent_area_m2": ("tent_area_dm2", 100),
    "wind_max_kmh": ("wind_max_kmh", 1),
    "deck_area_m2": ("deck_area_dm2", 100),
    "drop_max_cm": ("drop_max_cm", 1),
    "power_w": ("power_w", 1),
}
"""Columns of numbers: the field of an item they fill, and what they are multiplied by."""
WORDED = ("skills", "plug", "can_be_closed")
"""Columns of words out of a list."""
YES, NO = ("oui", "yes", "1"), ("non", "no", "0", "")
PLACES = ("authority", "category", "department", "depot")
COLUMNS = ("authority", "code", "name", "category", "stock", *TEXTS[1:], "department", "depot")
ALIASES = {
    "name_fr": "name",
    "nom": "name",
    "typical_quantity": "stock",
    "quantity": "stock",
    "replacement_eur": "replacement_value_eur",
}
IGNORED = ("unit", "basis", "note", "id", "uuid")

OTHER = ("divers", "Autre matériel", "Other equipment")
"""The family of items whose file names none: code, name, English name."""
_UNSET = {field.name: field.default for field in fields(ItemDetails)}


@dataclass(frozen=True)
class StockDifference:
    """An item of which the file counts more (positive) or fewer pieces than we do."""

    item_id: int
    line: int
    quantity_delta: int


@dataclass(frozen=True)
class ImportedItems:
    """What an import did."""

    created: int
    updated: int
    unchanged: int
    categories: tuple[str, ...]
    """The families that were new."""
    differences: tuple[StockDifference, ...]


def read_items(content: bytes) -> Table:
    """Read a file of items.

    Raises:
        BadFile: it cannot be read as a table with the columns `code` and `name`.
    """
    return read_table(
        content,
        (*COLUMNS, *NUMBERS, *WORDED),
        aliases=ALIASES,
        ignored=IGNORED,
        required=("code", "name"),
    )


def existing_items(uow: UnitOfWork, rows: Sequence[Row], authority_code: str) -> list[int]:
    """Return the items that the file is about and that we have, to be locked before."""
    codes = {row.text("code") for row in rows}
    owners = {row.text("authority") or authority_code for row in rows}
    query = (
        select(Item.id)
        .join(Authority, Authority.id == Item.authority_id)
        .where(Item.code.in_(codes), Authority.code.in_(owners))
    )
    return list(uow.session.scalars(query))


def import_items(
    uow: UnitOfWork, actor: Principal, rows: Sequence[Row], authority_code: str = ""
) -> ImportedItems:
    """Write the items of a file: new ones with their stock, known ones as the file says.

    An item is known by its authority and code. What the file has no column for stays. The stock
    of known items is not touched: how it differs is returned.

    Raises:
        BadFile: a line cannot be used; nothing may be kept.
        NotSignedIn, Forbidden: the actor may not.
    """
    work = _Import(uow, actor, authority_code)
    for row in rows:
        work.take(row)
    errors = [error for row in rows for error in row.errors]
    if errors:
        raise BadFile(errors)
    return ImportedItems(
        work.created, work.updated, work.unchanged, tuple(work.new_categories), work.differences()
    )


class _Import:
    """One import: what is looked up is kept, since every line needs it."""

    def __init__(self, uow: UnitOfWork, actor: Principal, authority_code: str) -> None:
        self.uow, self.actor, self.authority_code = uow, actor, authority_code
        session = uow.session
        self.authorities = {a.code: a.id for a in session.scalars(select(Authority))}
        self.departments = _places(session.scalars(select(Department)).all())
        self.depots = _places(session.scalars(select(Depot)).all())
        self.categories = {
            key: category.id
            for category in session.scalars(select(Category))
            for key in (fold(category.name), category.code)
        }
        self.items = {(i.authority_id, i.code): i for i in session.scalars(select(Item))}
        self.seen: dict[tuple[int, str], int] = {}
        self.counted: dict[int, tuple[int, int]] = {}
        self.new_categories: list[str] = []
        self.created = self.updated = self.unchanged = 0

    def take(self, row: Row) -> None:
        """Write one line, or remember what is wrong with it."""
        code = row.text("code")
        authority_id = self._authority(row)
        if authority_id is None:
            return
        key = (authority_id, code)
        if key in self.seen:
            row.refuse("code", N_("Line %(line)d has the same code."), line=self.seen[key])
            return
        self.seen[key] = row.line
        known = self.items.get(key)
        details = self._details(row, authority_id, known)
        stock = row.number("stock", whole=True)
        if row.errors:
            return
        try:
            self._write(row, authority_id, known, details, stock)
        except InvalidInput as error:
            row.errors += [LineError(row.line, e.field, e.message, e.data) for e in error.errors]

    def _write(
        self,
        row: Row,
        authority_id: int,
        known: Item | None,
        details: ItemDetails,
        stock: int | None,
    ) -> None:
        if known is None:
            create_item(self.uow, self.actor, authority_id, details, stock or 0)
            self.created += 1
            return
        if stock is not None:
            self.counted[known.id] = (row.line, stock)
        if details == _as_kept(known):
            self.unchanged += 1
            return
        edit_item(self.uow, self.actor, known.id, details)
        self.updated += 1

    def differences(self) -> tuple[StockDifference, ...]:
        """Return how the counts of the file differ from the stock of now."""
        stock = stock_at(self.uow, list(self.counted), self.uow.now)
        return tuple(
            StockDifference(item_id, line, counted - stock[item_id])
            for item_id, (line, counted) in sorted(self.counted.items())
            if counted != stock[item_id]
        )

    def _authority(self, row: Row) -> int | None:
        code = row.text("authority") or self.authority_code
        if code in self.authorities:
            return self.authorities[code]
        known = ", ".join(sorted(self.authorities))
        row.refuse(
            "authority", N_("No authority has this code. There are: %(known)s."), known=known
        )
        return None

    def _details(self, row: Row, authority_id: int, known: Item | None) -> ItemDetails:
        details = _as_kept(known) if known else ItemDetails(row.text("code"), "", 0)
        told: dict[str, object] = {name: row.text(name) for name in TEXTS if row.has(name)}
        for column, (name, factor) in NUMBERS.items():
            if row.has(column):
                value = row.number(column, factor=factor)
                told[name] = _UNSET[name] if value is None else value
        if row.has("skills"):
            told["skills"] = _skills(row)
        if row.has("plug"):
            told["plug"] = _plug(row)
        if row.has("can_be_closed"):
            told["can_be_closed"] = _yes(row, "can_be_closed")
        if row.has("department"):
            told["department_id"] = self._place(row, "department", authority_id, self.departments)
        if row.has("depot"):
            told["depot_id"] = self._place(row, "depot", authority_id, self.depots)
        if row.text("category") or not known:
            told["category_id"] = self._category(row)
        if "equivalence_group" in told:
            told["equivalence_group"] = slug(str(told["equivalence_group"]))
        return replace(details, **told)  # type: ignore[arg-type]

    def _place(
        self, row: Row, field: str, authority_id: int, places: dict[tuple[int, str], int]
    ) -> int | None:
        text = row.text(field)
        if not text:
            return None
        found = places.get((authority_id, fold(text)))
        if found is None:
            row.refuse(field, N_("This authority has no “%(text)s”."), text=text)
        return found

    def _category(self, row: Row) -> int:
        text = row.text("category")
        code, name, english = (slug(text), text, "") if text else OTHER
        found = self.categories.get(fold(name)) or self.categories.get(code)
        if found is None:
            made = add_category(self.uow, self.actor, FamilyDetails(name, english), code)
            found = self.categories[fold(name)] = self.categories[code] = made.id
            self.new_categories.append(name)
        return found


def _skills(row: Row) -> frozenset[Skill]:
    try:
        return read_skills(row.text("skills"))
    except ValueError:
        row.refuse(
            "skills",
            N_("An item asks for none of these. There are: %(known)s."),
            known=", ".join(ASKED_BY_ITEMS),
        )
        return frozenset()


def _plug(row: Row) -> Plug:
    text = row.text("plug").lower() or Plug.NONE.value
    if text not in list(Plug):
        row.refuse(
            "plug", N_("There is no such plug. There are: %(known)s."), known=", ".join(Plug)
        )
        return Plug.NONE
    return Plug(text)


def _yes(row: Row, column: str) -> bool:
    text = fold(row.text(column))
    if text not in YES + NO:
        row.refuse(column, N_("Write yes or no."))
    return text in YES


def _places(places: Sequence[Department] | Sequence[Depot]) -> dict[tuple[int, str], int]:
    return {(p.authority_id, fold(key)): p.id for p in places for key in (p.name, p.code)}


def _as_kept(item: Item) -> ItemDetails:
    return ItemDetails(**{field.name: getattr(item, field.name) for field in fields(ItemDetails)})


def export_items(uow: UnitOfWork) -> Sheet:
    """Return all items as a table that `import_items` reads back without changing anything."""
    names = ("authority", "code", "name", "category", "stock", *TEXTS[1:], "department", "depot")
    numbers = [name for name in NUMBERS if name != "replacement_value_eur"]
    authorities = {a.id: a.code for a in uow.session.scalars(select(Authority))}
    items = uow.session.scalars(select(Item).order_by(Item.authority_id, Item.code)).all()
    stock = stock_at(uow, [item.id for item in items], uow.now)
    rows = [
        [
            authorities[item.authority_id],
            item.code,
            item.name,
            item.category.code,
            stock[item.id],
            *(getattr(item, name) for name in TEXTS[1:]),
            item.department.code if item.department else "",
            item.depot.code if item.depot else "",
            *(_written(getattr(item, NUMBERS[n][0]), NUMBERS[n][1]) for n in numbers),
            write_skills(item.skills),
            item.plug.value,
            "yes" if item.can_be_closed else "no",
        ]
        for item in items
    ]
    return Sheet("items", (*names, *numbers, *WORDED), rows)


def _written(value: int | None, factor: int) -> int | Decimal | None:
    """Return a number that gives the same units back when it is read."""
    if value is None or factor == 1:
        return value
    # As text first: a Decimal of its own would write 100 as 1E+2.
    return Decimal(f"{Decimal(value) / factor:.6f}".rstrip("0").rstrip("."))
