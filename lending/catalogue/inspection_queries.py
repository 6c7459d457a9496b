"""Which inspections units need, when each is due next, and what was done: the registers."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.authorities.models import Authority
from lending.catalogue.inspections import months_after
from lending.catalogue.models import Item
from lending.catalogue.unit_models import Inspection, InspectionKind, Result, Unit
from lending.db.database import UnitOfWork
from lending.errors import NotFound


@dataclass(frozen=True)
class Kind:
    """An inspection that the units of an item need."""

    id: int
    item_id: int
    unit_id: int | None
    """The only unit that needs it; none where all do."""
    name: str
    period_months: int
    source: str


@dataclass(frozen=True)
class Due:
    """An inspection that a unit needs, and from when on it may not be lent without it."""

    kind: Kind
    due_on: date
    """The last day on which it may be out without a new inspection."""
    done_on: date | None
    """When it was last done; never, where none."""
    has_failed: bool = False

    def forbids(self, last_day: date) -> bool:
        """Return whether the unit may not be away until this day."""
        return self.has_failed or last_day > self.due_on


@dataclass(frozen=True)
class DueUnit:
    """A unit whose inspection is due, as lists of what is to be done show it."""

    unit_id: int
    number: int
    code: str
    item_id: int
    item: str
    item_en: str
    authority_id: int
    authority: str
    due: Due


@dataclass(frozen=True)
class RegisterLine:
    """An inspection that was done, as the register keeps it."""

    id: int
    kind: str
    source: str
    done_on: date
    body: str
    result: Result
    remarks: str
    next_due: date
    written_by: str


def kinds_of(uow: UnitOfWork, item_id: int) -> list[Kind]:
    """Return the inspections that the units of an item need."""
    return [_kind(row) for row in _asked_for(uow, [item_id])]


def dues_of(uow: UnitOfWork, units: Sequence[Unit]) -> dict[int, tuple[Due, ...]]:
    """Return what each of these units needs, what forbids most first; in two queries."""
    kinds: dict[int, list[InspectionKind]] = defaultdict(list)
    for kind in _asked_for(uow, {unit.item_id for unit in units}):
        kinds[kind.item_id].append(kind)
    if not kinds:
        return {}
    last = _last_done(uow, [unit.id for unit in units if unit.item_id in kinds])
    found = {}
    for unit in units:
        dues = [
            _due(unit, kind, last.get((unit.id, kind.id)))
            for kind in kinds[unit.item_id]
            if kind.unit_id in (None, unit.id)
        ]
        found[unit.id] = tuple(sorted(dues, key=lambda due: (not due.has_failed, due.due_on)))
    return found


def inspections_due(
    uow: UnitOfWork, until: date, authority_ids: Collection[int] | None = None
) -> list[DueUnit]:
    """Return the units in use that may not be out after `until` without an inspection.

    The most urgent first; of all authorities unless some are named.
    """
    query = (
        select(Unit, Item, Authority.name)
        .join(Item, Item.id == Unit.item_id)
        .join(Authority, Authority.id == Item.authority_id)
        .where(
            Unit.retired_at.is_(None),
            Item.id.in_(select(InspectionKind.item_id).where(InspectionKind.ended_at.is_(None))),
        )
    )
    if authority_ids is not None:
        query = query.where(Item.authority_id.in_(authority_ids))
    rows = uow.session.execute(query).all()
    dues = dues_of(uow, [unit for unit, _, _ in rows])
    found = [
        DueUnit(
            unit.id,
            unit.number,
            unit.code,
            item.id,
            item.name,
            item.name_en,
            item.authority_id,
            authority,
            due,
        )
        for unit, item, authority in rows
        for due in dues.get(unit.id, ())
        if due.has_failed or due.due_on <= until
    ]
    return sorted(found, key=lambda each: (each.due.due_on, each.item, each.number))


def register_of(uow: UnitOfWork, actor: Principal, unit_id: int) -> list[RegisterLine]:
    """Return the inspections that were done on a unit, the latest first.

    Raises:
        NotFound, NotSignedIn, Forbidden: the actor may not see them.
    """
    unit = uow.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound
    actor.check(Action.SEE_STOCK_DETAILS, authority_id=unit.item.authority_id)
    rows = uow.session.scalars(
        select(Inspection)
        .where(Inspection.unit_id == unit_id)
        .order_by(Inspection.done_on.desc(), Inspection.id.desc())
    )
    return [
        RegisterLine(
            row.id,
            row.kind.name,
            row.kind.source,
            row.done_on,
            row.body,
            row.result,
            row.remarks,
            row.next_due,
            row.actor_name,
        )
        for row in rows
    ]


def _asked_for(uow: UnitOfWork, item_ids: Collection[int]) -> list[InspectionKind]:
    query = (
        select(InspectionKind)
        .where(InspectionKind.item_id.in_(item_ids), InspectionKind.ended_at.is_(None))
        .order_by(InspectionKind.item_id, InspectionKind.name, InspectionKind.id)
    )
    return list(uow.session.scalars(query))


def _last_done(uow: UnitOfWork, unit_ids: Collection[int]) -> dict[tuple[int, int], Inspection]:
    """Return the last inspection of each unit and kind."""
    rows = uow.session.scalars(
        select(Inspection)
        .where(Inspection.unit_id.in_(unit_ids))
        .order_by(Inspection.done_on, Inspection.id)
    )
    return {(row.unit_id, row.kind_id): row for row in rows}


def _due(unit: Unit, kind: InspectionKind, last: Inspection | None) -> Due:
    if last is not None:
        return Due(_kind(kind), last.next_due, last.done_on, last.result is Result.FAILED)
    # New gear has its maker's papers for a first period; of what is older nobody knows.
    since = unit.acquired_on
    first = months_after(since, kind.period_months) if since else unit.created_at.date()
    return Due(_kind(kind), first, None)


def _kind(row: InspectionKind) -> Kind:
    return Kind(row.id, row.item_id, row.unit_id, row.name, row.period_months, row.source)
