"""What is known of numbered units: lists, one unit, its history, what a label belongs to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from lending.accounts.permissions import Action, Principal
from lending.catalogue.conditions import Condition
from lending.catalogue.inspection_queries import Due, dues_of
from lending.catalogue.label_codes import read_code
from lending.catalogue.models import Item, Maintenance
from lending.catalogue.records import stock_at
from lending.catalogue.unit_models import Happening, Unit, UnitEvent
from lending.db.database import UnitOfWork
from lending.errors import NotFound


@dataclass(frozen=True)
class UnitView:
    """A unit as lists and its own page show it."""

    id: int
    uuid: str
    item_id: int
    authority_id: int
    item: str
    item_en: str
    number: int
    code: str
    condition: Condition
    acquired_on: date | None
    serial: str
    note: str
    retired_at: datetime | None
    retired_reason: str
    dues: tuple[Due, ...] = ()
    """The inspections that it needs, the soonest first."""
    is_in_repair: bool = False
    """Whether it came back broken, and its repair is not ended."""

    @property
    def is_active(self) -> bool:
        """Whether it is in use."""
        return self.retired_at is None

    @property
    def first_due(self) -> Due | None:
        """The inspection that stands in the way first."""
        return self.dues[0] if self.dues else None

    def is_fit_until(self, last_day: date) -> bool:
        """Return whether it may be away until this day: it is of use, and no inspection is due."""
        return (
            self.is_active
            and not self.is_in_repair
            and self.condition is not Condition.UNUSABLE
            and not any(due.forbids(last_day) for due in self.dues)
        )


@dataclass(frozen=True)
class Tally:
    """How many pieces have numbers, and how many there are."""

    active: int
    stock: int

    @property
    def unnumbered(self) -> int:
        """Pieces without a number; negative where there are numbers without a piece."""
        return self.stock - self.active if self.active else 0


@dataclass(frozen=True)
class UnitHistory:
    """A line of a unit's history."""

    kind: Happening
    condition: Condition | None
    detail: str
    actor: str
    at: datetime


def list_units(
    uow: UnitOfWork, actor: Principal, item_id: int, *, with_retired: bool = False
) -> list[UnitView]:
    """Return the units of an item by their numbers.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not see them.
    """
    _check_item(uow, actor, item_id)
    return units_of_items(uow, [item_id], with_retired=with_retired)


def units_of_items(
    uow: UnitOfWork, item_ids: Collection[int], *, with_retired: bool = False
) -> list[UnitView]:
    """Return the units of these items, in a fixed number of queries."""
    query = select(Unit).where(Unit.item_id.in_(item_ids)).order_by(Unit.item_id, Unit.number)
    if not with_retired:
        query = query.where(Unit.retired_at.is_(None))
    return _views(uow, list(uow.session.scalars(query)))


def get_unit(uow: UnitOfWork, actor: Principal, unit_id: int) -> UnitView:
    """Return one unit.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not see it.
    """
    unit = uow.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound
    actor.check(Action.SEE_STOCK_DETAILS, authority_id=unit.item.authority_id)
    return _views(uow, [unit])[0]


def unit_of_code(uow: UnitOfWork, text: str) -> UnitView:
    """Return the unit whose label was scanned or typed; anybody may hold it in their hands.

    Raises:
        InvalidInput: no label has this code.
        NotFound: none of ours has.
    """
    unit = uow.session.scalar(select(Unit).where(Unit.code == read_code(text)))
    if unit is None:
        raise NotFound
    return _views(uow, [unit])[0]


def history_of_unit(uow: UnitOfWork, actor: Principal, unit_id: int) -> list[UnitHistory]:
    """Return what happened to a unit, the latest first.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not see it.
    """
    get_unit(uow, actor, unit_id)
    rows = uow.session.scalars(
        select(UnitEvent).where(UnitEvent.unit_id == unit_id).order_by(UnitEvent.id.desc())
    )
    return [
        UnitHistory(row.kind, row.condition, row.detail, row.actor_name, row.at) for row in rows
    ]


def tally_of(uow: UnitOfWork, item_id: int) -> Tally:
    """Return how many pieces of an item have numbers, and how many there are now."""
    active = uow.session.scalar(
        select(func.count())
        .select_from(Unit)
        .where(Unit.item_id == item_id, Unit.retired_at.is_(None))
    )
    return Tally(active or 0, stock_at(uow, [item_id], uow.now)[item_id])


def next_unit_number(uow: UnitOfWork, item_id: int) -> int:
    """Return the number after the highest that was ever given."""
    highest = uow.session.scalar(select(func.max(Unit.number)).where(Unit.item_id == item_id))
    return (highest or 0) + 1


def _check_item(uow: UnitOfWork, actor: Principal, item_id: int) -> None:
    authority_id = uow.session.scalar(select(Item.authority_id).where(Item.id == item_id))
    if authority_id is None:
        raise NotFound
    actor.check(Action.SEE_STOCK_DETAILS, authority_id=authority_id)


def _views(uow: UnitOfWork, units: list[Unit]) -> list[UnitView]:
    items = {
        row.id: row
        for row in uow.session.execute(
            select(Item.id, Item.authority_id, Item.name, Item.name_en).where(
                Item.id.in_({unit.item_id for unit in units})
            )
        )
    }
    dues = dues_of(uow, units)
    repaired = {unit.repair_id for unit in units} - {None}
    repairs = (
        set(
            uow.session.scalars(
                select(Maintenance.id).where(
                    Maintenance.id.in_(repaired), Maintenance.is_on(uow.now)
                )
            )
        )
        if repaired
        else set()
    )
    return [
        UnitView(
            id=unit.id,
            uuid=unit.uuid,
            item_id=unit.item_id,
            authority_id=items[unit.item_id].authority_id,
            item=items[unit.item_id].name,
            item_en=items[unit.item_id].name_en,
            number=unit.number,
            code=unit.code,
            condition=unit.condition,
            acquired_on=unit.acquired_on,
            serial=unit.serial,
            note=unit.note,
            retired_at=unit.retired_at,
            retired_reason=unit.retired_reason,
            dues=dues.get(unit.id, ()),
            is_in_repair=unit.repair_id in repairs,
        )
        for unit in units
    ]
