"""Numbered units, as programs read, write and choose them."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from lending.api.schemas.common import (
    Change,
    Input,
    Number,
    Output,
    Page,
    Paged,
    Text,
)
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_queries import UnitView
from lending.catalogue.units import LARGEST_NUMBER, MOST_AT_ONCE, MOST_SERIAL
from lending.handover.assignment_queries import LineUnits


class UnitsQuery(Paged):
    """Which units are wanted."""

    with_retired: bool = False


class UnitsIn(Input):
    """Pieces that get numbers, from the first on."""

    first: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)]
    count: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    condition: Condition = Condition.GOOD
    acquired_on: date | None = None
    serial: Text = Field("", max_length=MOST_SERIAL)
    note: Text = Field("", max_length=2000)


class UnitChange(Change):
    """What changes of a unit."""

    condition: Condition = Condition.GOOD
    acquired_on: date | None = None
    serial: Text = Field("", max_length=MOST_SERIAL)
    note: Text = Field("", max_length=2000)
    retired_reason: Text = Field(
        "", max_length=300, description="Retires the unit, which then goes with no loan."
    )


class InspectionDueOut(Output):
    """An inspection that a unit needs."""

    inspection: str
    due_on: date = Field(description="The last day on which it may be out without a new one.")
    has_failed: bool


class UnitOut(Output):
    """A numbered unit."""

    id: int
    item_id: int
    number: int
    code: str = Field(description="What its label says.", examples=["K7PM3XQ9"])
    condition: Condition
    acquired_on: date | None
    serial: str
    note: str
    is_active: bool
    inspections: list[InspectionDueOut]


class UnitPage(Page):
    """Units by their numbers."""

    items: list[UnitOut]


class ChosenUnitIn(Input):
    """Which unit goes with a booking: by its number here, or by the code of its label."""

    unit_id: Number | None = None
    code: Text = Field("", max_length=200, examples=["K7PM 3XQ9"])
    instead_of: Number | None = Field(None, description="Another unit, whose place it takes.")

    @model_validator(mode="after")
    def _one_of_them(self) -> "ChosenUnitIn":
        if (self.unit_id is None) == (not self.code):
            raise ValueError("give unit_id or code")
        return self


class UnitOutcome(Input):
    """What became of a unit."""

    fate: Literal["back", "damaged", "lost"]
    condition: Condition | None = Field(
        None, description="Of what is back; what is damaged is poor at best."
    )


class ChosenUnitOut(Output):
    """A unit that goes with a booking."""

    unit: UnitOut
    is_out: bool
    is_fit: bool = Field(description="Whether it may be away until the end of the loan.")


class LineUnitsOut(Output):
    """A line of a booking whose item has numbered units."""

    line_id: int
    item_id: int
    pieces: int
    missing: int = Field(description="Pieces for which no unit is chosen.")
    chosen: list[ChosenUnitOut]
    free: list[UnitOut] = Field(description="What could go as well, the best first.")


class BookingUnitsOut(Output):
    """Which units go with a booking."""

    booking_id: int
    lines: list[LineUnitsOut]


def unit_out(unit: UnitView) -> UnitOut:
    """Return a unit as it is answered."""
    return UnitOut(
        id=unit.id,
        item_id=unit.item_id,
        number=unit.number,
        code=unit.code,
        condition=unit.condition,
        acquired_on=unit.acquired_on,
        serial=unit.serial,
        note=unit.note,
        is_active=unit.is_active,
        inspections=[
            InspectionDueOut(inspection=due.kind.name, due_on=due.due_on, has_failed=due.has_failed)
            for due in unit.dues
        ],
    )


def line_units_out(line: LineUnits) -> LineUnitsOut:
    """Return the units of a line as they are answered."""
    return LineUnitsOut(
        line_id=line.line_id,
        item_id=line.item_id,
        pieces=line.pieces,
        missing=line.missing,
        chosen=[
            ChosenUnitOut(unit=unit_out(each.unit), is_out=each.is_out, is_fit=each.is_fit)
            for each in line.chosen
        ],
        free=[unit_out(unit) for unit in line.free],
    )
