"""Number pieces of an item, tell their condition, retire them: each act a line of their history.

Nothing here counts stock: numbering or retiring a piece changes nothing of what can be lent.
Where numbers and stock differ, the pages say so and lead to where each is put right.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from calendars.zones import to_local
from lending.accounts.permissions import Action, Principal
from lending.catalogue.conditions import Condition
from lending.catalogue.label_codes import new_code
from lending.catalogue.models import Item
from lending.catalogue.unit_models import Happening, Unit, UnitEvent
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput, NotAllowedNow, NotFound
from lending.i18n import N_

MOST_AT_ONCE = 200
LARGEST_NUMBER = 99_999
MOST_SERIAL = 80


@dataclass(frozen=True)
class UnitDetails:
    """What staff say of a unit, apart from its number and its label."""

    condition: Condition = Condition.GOOD
    acquired_on: date | None = None
    serial: str = ""
    note: str = ""


def add_units(
    uow: UnitOfWork,
    actor: Principal,
    item_id: int,
    first: int,
    count: int,
    details: UnitDetails = UnitDetails(),
) -> list[Unit]:
    """Number so many pieces of an item, from a number on, each with a label code of its own.

    Raises:
        InvalidInput: a field cannot be used, or a number is taken.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    item = _item(uow, actor, item_id)
    if errors := [*_check_numbers(uow, item, first, count), *_check(uow, item, details)]:
        raise InvalidInput(errors)
    codes = _fresh_codes(uow, count)
    units = [
        Unit(item_id=item.id, number=first + place, code=code, created_at=uow.now)
        for place, code in enumerate(codes)
    ]
    for unit in units:
        _write(unit, details)
    uow.session.add_all(units)
    uow.session.flush()  # the history names the units by id
    for unit in units:
        note_happening(uow, actor, unit.id, Happening.MADE, condition=unit.condition)
    return units


def edit_unit(uow: UnitOfWork, actor: Principal, unit_id: int, details: UnitDetails) -> Unit:
    """Change what is said of a unit; a changed condition is a line of its history.

    Raises:
        InvalidInput: a field cannot be used.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    unit = load_unit(uow, actor, unit_id)
    if errors := _check(uow, unit.item, details):
        raise InvalidInput(errors)
    before = unit.condition
    _write(unit, details)
    if unit.condition is not before:
        note_happening(uow, actor, unit.id, Happening.CONDITION, condition=unit.condition)
    return unit


def retire_unit(uow: UnitOfWork, actor: Principal, unit_id: int, reason: str) -> Unit:
    """Take a unit out of use for ever: it can go with no loan; its number is not given again.

    Raises:
        InvalidInput: no reason.
        NotAllowedNow: it is retired already.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    unit = load_unit(uow, actor, unit_id)
    if unit.retired_at is not None:
        raise NotAllowedNow
    if not reason.strip():
        raise InvalidInput(reason=N_("Give a reason, for those who ask later."))
    unit.retired_at = uow.now
    unit.retired_reason = reason.strip()[:300]
    note_happening(uow, actor, unit.id, Happening.RETIRED, detail=unit.retired_reason)
    return unit


def restore_unit(uow: UnitOfWork, actor: Principal, unit_id: int) -> Unit:
    """Put a retired unit back into use: it was found again, or retired by mistake.

    Raises:
        NotAllowedNow: it is in use.
        NotFound, NotSignedIn, Forbidden: the actor may not.
    """
    unit = load_unit(uow, actor, unit_id)
    if unit.retired_at is None:
        raise NotAllowedNow
    unit.retired_at, unit.retired_reason = None, ""
    note_happening(uow, actor, unit.id, Happening.RESTORED)
    return unit


def note_happening(
    uow: UnitOfWork,
    actor: Principal,
    unit_id: int,
    kind: Happening,
    *,
    detail: str = "",
    condition: Condition | None = None,
) -> None:
    """Write a line of a unit's history."""
    uow.session.add(
        UnitEvent(
            unit_id=unit_id,
            kind=kind,
            condition=condition,
            detail=detail[:300],
            actor_id=actor.user_id,
            actor_name=actor.name,
            at=uow.now,
        )
    )


def load_unit(uow: UnitOfWork, actor: Principal, unit_id: int) -> Unit:
    """Return a unit that the actor keeps.

    Raises:
        NotFound, NotSignedIn, Forbidden: there is none, or the actor may not.
    """
    unit = uow.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound
    actor.check(Action.MANAGE_STOCK, authority_id=unit.item.authority_id)
    return unit


def today_of(uow: UnitOfWork, item: Item) -> date:
    """Return the day that it is for the lender of an item."""
    return to_local(uow.now, ZoneInfo(item.authority.timezone)).date()


def _item(uow: UnitOfWork, actor: Principal, item_id: int) -> Item:
    """Return the item, locked: two people who number its pieces come one after the other."""
    item = uow.session.get(Item, item_id, with_for_update={"key_share": True})
    if item is None:
        raise NotFound
    actor.check(Action.MANAGE_STOCK, authority_id=item.authority_id)
    if item.is_service:
        raise InvalidInput(first=N_("Hours have no numbers."))
    return item


def _check_numbers(uow: UnitOfWork, item: Item, first: int, count: int) -> list[FieldError]:
    errors = []
    if not 1 <= count <= MOST_AT_ONCE:
        text = N_("Number between 1 and %(most)d pieces at once.")
        errors.append(FieldError("count", text, (("most", MOST_AT_ONCE),)))
    if first < 1:
        errors.append(FieldError("first", N_("Give a number of at least 1.")))
    elif first + count - 1 > LARGEST_NUMBER:
        text = N_("The last number would be %(last)d: they go up to %(largest)d.")
        numbers = (("last", first + count - 1), ("largest", LARGEST_NUMBER))
        errors.append(FieldError("first", text, numbers))
    if errors:
        return errors
    taken = uow.session.scalar(
        select(func.min(Unit.number)).where(
            Unit.item_id == item.id, Unit.number.between(first, first + count - 1)
        )
    )
    if taken is not None:
        text = N_("Number %(number)d is taken; retired units keep theirs.")
        errors.append(FieldError("first", text, (("number", taken),)))
    return errors


def _check(uow: UnitOfWork, item: Item, details: UnitDetails) -> list[FieldError]:
    errors = []
    if details.acquired_on is not None and details.acquired_on > today_of(uow, item):
        errors.append(FieldError("acquired_on", N_("This day is yet to come.")))
    if len(details.serial.strip()) > MOST_SERIAL:
        text = N_("This is too long: %(most)d characters at most.")
        errors.append(FieldError("serial", text, (("most", MOST_SERIAL),)))
    return errors


def _write(unit: Unit, details: UnitDetails) -> None:
    unit.condition = details.condition
    unit.acquired_on = details.acquired_on
    unit.serial = details.serial.strip()
    unit.note = details.note.strip()


def _fresh_codes(uow: UnitOfWork, count: int) -> list[str]:
    """Return codes that no unit of the installation has."""
    codes: set[str] = set()
    while len(codes) < count:
        drawn = {new_code() for _ in range(count - len(codes))}
        codes |= drawn - _taken(uow, drawn)
    return sorted(codes)


def _taken(uow: UnitOfWork, codes: Collection[str]) -> set[str]:
    return set(uow.session.scalars(select(Unit.code).where(Unit.code.in_(codes))))
