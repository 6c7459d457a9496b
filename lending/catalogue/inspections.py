"""Say which inspections units need, and record those that were done: the register of each unit."""

import calendar
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from lending.accounts.permissions import Action, Principal
from lending.catalogue.conditions import Condition
from lending.catalogue.models import Item
from lending.catalogue.unit_models import Happening, Inspection, InspectionKind, Result, Unit
from lending.catalogue.units import load_unit, note_happening, today_of
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_

LONGEST_PERIOD = 240
"""Months: an inspection every more than twenty years is a mistake of units."""


@dataclass(frozen=True)
class Done:
    """What was found at an inspection."""

    done_on: date
    body: str
    result: Result = Result.PASSED
    remarks: str = ""
    next_due: date | None = None
    """Where the body asks for an earlier day than the period gives."""


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last of a month that is too short."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def ask_for_inspection(
    uow: UnitOfWork,
    actor: Principal,
    item_id: int,
    name: str,
    period_months: int,
    source: str = "",
    unit_id: int | None = None,
) -> InspectionKind:
    """Say that the units of an item, or one of them, need an inspection every so many months.

    What was never inspected is due at once, unless it is so new that its first period still runs.

    Raises:
        InvalidInput: a field cannot be used.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    item = uow.session.get(Item, item_id)
    if item is None:
        raise NotFound
    actor.check(Action.MANAGE_STOCK, authority_id=item.authority_id)
    errors = []
    if not 0 < len(name.strip()) <= 120:
        errors.append(FieldError("name", N_("Give it a name of up to 120 characters.")))
    if not 1 <= period_months <= LONGEST_PERIOD:
        errors.append(FieldError("period_months", N_("Give a period of 1 to 240 months.")))
    if len(source.strip()) > 200:
        text = N_("This is too long: %(most)d characters at most.")
        errors.append(FieldError("source", text, (("most", 200),)))
    unit = uow.session.get(Unit, unit_id) if unit_id is not None else None
    if unit_id is not None and (unit is None or unit.item_id != item_id):
        errors.append(FieldError("unit_id", N_("Choose a unit of this item.")))
    if errors:
        raise InvalidInput(errors)
    kind = InspectionKind(
        item_id=item_id,
        unit_id=unit_id,
        name=name.strip(),
        period_months=period_months,
        source=source.strip(),
    )
    uow.session.add(kind)
    uow.session.flush()  # callers want its id
    return kind


def end_inspection_kind(uow: UnitOfWork, actor: Principal, kind_id: int) -> InspectionKind:
    """Ask for an inspection no more; what was done stays in the registers.

    Raises:
        NotAllowedNow: it is asked for no more already.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    kind = _kind(uow, actor, kind_id)
    if kind.ended_at is not None:
        raise NotAllowedNow
    kind.ended_at = uow.now
    return kind


def record_inspection(
    uow: UnitOfWork, actor: Principal, kind_id: int, unit_ids: Collection[int], done: Done
) -> list[Inspection]:
    """Write an inspection into the registers of the units that it was done on.

    Raises:
        InvalidInput: a field cannot be used, or a unit does not need this inspection.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    kind = _kind(uow, actor, kind_id)
    units = [load_unit(uow, actor, unit_id) for unit_id in sorted(set(unit_ids))]
    if errors := _check(uow, kind, units, done):
        raise InvalidInput(errors)
    rows = [_row(uow, actor, kind, unit, done) for unit in units]
    uow.session.add_all(rows)
    for unit in units:
        if done.result is Result.FAILED:
            unit.condition = Condition.UNUSABLE
        note_happening(
            uow,
            actor,
            unit.id,
            Happening.INSPECTED,
            detail=f"{kind.name}, {done.body.strip()}",
            condition=unit.condition,
        )
    uow.session.flush()  # callers want their ids
    return rows


def _row(
    uow: UnitOfWork, actor: Principal, kind: InspectionKind, unit: Unit, done: Done
) -> Inspection:
    return Inspection(
        unit_id=unit.id,
        kind_id=kind.id,
        done_on=done.done_on,
        body=done.body.strip(),
        result=done.result,
        remarks=done.remarks.strip(),
        next_due=done.next_due or months_after(done.done_on, kind.period_months),
        actor_id=actor.user_id,
        actor_name=actor.name,
        at=uow.now,
    )


def _kind(uow: UnitOfWork, actor: Principal, kind_id: int) -> InspectionKind:
    kind = uow.session.get(InspectionKind, kind_id)
    if kind is None:
        raise NotFound
    authority_id = uow.session.scalar(select(Item.authority_id).where(Item.id == kind.item_id))
    actor.check(Action.MANAGE_STOCK, authority_id=authority_id)
    return kind


def _check(
    uow: UnitOfWork, kind: InspectionKind, units: list[Unit], done: Done
) -> list[FieldError]:
    errors = []
    latest = months_after(done.done_on, kind.period_months)
    if done.done_on > today_of(uow, uow.session.get_one(Item, kind.item_id)):
        errors.append(FieldError("done_on", N_("This day is yet to come.")))
    if not 0 < len(done.body.strip()) <= 120:
        errors.append(FieldError("body", N_("Say who did it, in up to 120 characters.")))
    if done.next_due is not None and not done.done_on < done.next_due <= latest:
        text = N_("The next one falls after this one, and not later than the period gives.")
        errors.append(FieldError("next_due", text))
    if done.result is not Result.PASSED and not done.remarks.strip():
        errors.append(FieldError("remarks", N_("Write down what was found.")))
    if not units:
        errors.append(FieldError("unit_ids", N_("Choose at least one unit.")))
    if any(unit.item_id != kind.item_id or kind.unit_id not in (None, unit.id) for unit in units):
        errors.append(FieldError("unit_ids", N_("This inspection is not for these units.")))
    return errors
