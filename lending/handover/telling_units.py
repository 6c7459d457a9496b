"""Which numbered units a statement names; what is told of them fits what is counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lending.accounts.permissions import Principal
from lending.bookings.holding import item_ids_of
from lending.bookings.models import Booking, BookingLine
from lending.catalogue.conditions import Condition
from lending.catalogue.label_codes import read_code
from lending.catalogue.unit_queries import UnitView, units_of_items
from lending.db.database import UnitOfWork
from lending.errors import FieldError, InvalidInput
from lending.handover.assignment_models import Assignment
from lending.handover.assignment_queries import assignments_of
from lending.handover.kinds import Fate
from lending.handover.models import StatementUnit
from lending.handover.moving import away
from lending.handover.unit_moves import note_fate
from lending.handover.values import Counted, UnitTold
from lending.i18n import N_


@dataclass(frozen=True)
class Named:
    """A unit that a statement names."""

    unit: UnitView
    fate: Fate
    condition: Condition | None

    def row(self) -> StatementUnit:
        """Return it as the statement keeps it."""
        return StatementUnit(unit_id=self.unit.id, fate=self.fate, condition=self.condition)


def named_units(uow: UnitOfWork, booking: Booking, told: Sequence[UnitTold]) -> list[Named]:
    """Return the units that these labels are on; what is told twice in the same words, once.

    Raises:
        InvalidInput: a code is mistyped, on nothing that the booking has, or told of in two ways.
    """
    units = {u.code: u for u in units_of_items(uow, item_ids_of(booking), with_retired=True)}
    found: dict[int, Named] = {}
    errors = []
    for position, each in enumerate(told):
        try:
            code = read_code(each.code)
        except InvalidInput as wrong:
            errors += [_at(position, error.message, code=each.code[:20]) for error in wrong.errors]
            continue
        unit = units.get(code)
        if unit is None:
            text = N_("%(code)s is on nothing that this loan has: look at the label again.")
            errors.append(_at(position, text, code=code))
            continue
        named = Named(unit, each.fate, each.condition)
        if found.setdefault(unit.id, named) != named:
            text = N_("No. %(number)d stands there twice, in two ways.")
            errors.append(_at(position, text, number=unit.number))
    if errors:
        raise InvalidInput(errors)
    return list(found.values())


def _at(position: int, text: str, **data: object) -> FieldError:
    return FieldError(f"units.{position}.code", text, tuple(data.items()))


def check_leaving(booking: Booking, named: Sequence[Named], pieces: Mapping[int, int]) -> None:
    """Refuse that more units leave than pieces.

    Raises:
        InvalidInput: of a line, they do.
    """
    told = Counter(each.unit.item_id for each in named)
    text = N_("%(told)d of its units leave, but fewer pieces are counted.")
    errors = [
        FieldError(f"lines.{position}.delivered", text, (("told", told[line.item_id]),))
        for position, line in enumerate(booking.lines)
        if told[line.item_id] > pieces.get(line.item_id, 0)
    ]
    if errors:
        raise InvalidInput(errors)


def out_with(uow: UnitOfWork, booking: Booking) -> dict[int, Assignment]:
    """Return the assignments of the units that are out with a booking, by unit."""
    rows = assignments_of(uow, [line.id for line in booking.lines])
    return {row.unit_id: row for row in rows if row.is_out}


def check_back(
    booking: Booking,
    out: Mapping[int, Assignment],
    named: Sequence[Named],
    counted: Mapping[int, Counted],
) -> None:
    """Refuse what is told of units if it is not what is counted of their lines.

    Pieces without a number, and units that were counted before without being named, leave room
    between the two.

    Raises:
        InvalidInput: a unit is not out with the booking, or units and counts contradict.
    """
    errors = [
        _at(position, N_("No. %(number)d is not out with this loan."), number=each.unit.number)
        for position, each in enumerate(named)
        if each.unit.id not in out
    ]
    for position, line in enumerate(booking.lines):
        told = Counter(each.fate for each in named if each.unit.item_id == line.item_id)
        units = sum(row.line_id == line.id for row in out.values())
        if units:
            counts = counted.get(line.item_id, Counted())
            errors += _contradictions(position, line, units, told, counts)
    if errors:
        raise InvalidInput(errors)


_CONTRADICTIONS = {
    "returned": N_("%(counted)d came back whole, but %(told)d of its units are said to be."),
    "damaged": N_("%(counted)d are counted as broken, but %(told)d of its units are said to be."),
    "lost": N_("%(counted)d are counted as lost, but %(told)d of its units are said to be."),
}


def _contradictions(
    position: int, line: BookingLine, units: int, told: Counter[Fate], counts: Counted
) -> list[FieldError]:
    counted = {"returned": counts.returned, "damaged": counts.damaged, "lost": counts.lost}
    named = {
        "returned": told[Fate.BACK],
        "damaged": told[Fate.DAMAGED],
        "lost": told[Fate.LOST],
    }
    without_number = max(0, away(line) - units)
    counted_before = max(0, units - away(line))
    unnamed = sum(max(0, counted[kind] - named[kind]) for kind in counted)
    surplus = sum(max(0, named[kind] - counted[kind]) for kind in counted)
    wrong = [
        kind
        for kind in counted
        if (surplus > counted_before and named[kind] > counted[kind])
        or (unnamed > without_number and counted[kind] > named[kind])
    ]
    return [
        FieldError(
            f"lines.{position}.{kind}",
            _CONTRADICTIONS[kind],
            (("counted", counted[kind]), ("told", named[kind])),
        )
        for kind in wrong
    ]


def named_by_counts(
    uow: UnitOfWork,
    booking: Booking,
    out: Mapping[int, Assignment],
    counted: Mapping[int, Counted],
) -> list[Named]:
    """Return the units that need no name: all that is away of their line came back alike."""
    units = {u.id: u for u in units_of_items(uow, item_ids_of(booking), with_retired=True)}
    found = []
    for line in booking.lines:
        own = [row.unit_id for row in out.values() if row.line_id == line.id]
        counts = counted.get(line.item_id, Counted())
        fates = {
            Fate.BACK: counts.returned,
            Fate.DAMAGED: counts.damaged,
            Fate.LOST: counts.lost,
        }
        if len(own) == away(line):
            alike = (fate for fate, pieces in fates.items() if pieces == len(own))
            found += [Named(units[number], fate, None) for fate in alike for number in own]
    return found


def bring_named_back(
    uow: UnitOfWork, actor: Principal, out: Mapping[int, Assignment], named: Sequence[Named]
) -> None:
    """Take back, or write off, the units that a statement names."""
    for each in named:
        note_fate(uow, actor, out[each.unit.id], each.fate, each.condition)


def note_repairs(
    out: Mapping[int, Assignment], named: Sequence[Named], repairs: Mapping[int, int]
) -> None:
    """Keep what came back broken here until the repair of its line (by line) is ended."""
    for each in named:
        if each.fate is Fate.DAMAGED:
            row = out[each.unit.id]
            row.unit.repair_id = repairs.get(row.line_id)
