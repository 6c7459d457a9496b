"""What damage costs by the scale of the rules, in integer cents: pure, from figures kept with it.

Of each piece its replacement value counts, by a percentage for what is wrong with it: dirty,
damaged or lost. A piece is only one of them, so that no piece costs more than its replacement.
Each line is rounded once, to the nearest cent, half a cent up.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from lending.equity.valuation.tariff import half_up
from lending.i18n import N_
from lending.policies.rules import Percent, Rules

Count = Annotated[int, Field(ge=0)]


class Fault(StrEnum):
    """What is wrong with a piece."""

    DIRTY = "dirty"
    DAMAGED = "damaged"
    LOST = "lost"

    @property
    def label(self) -> str:
        """Return the gettext id of the fault in words."""
        return {"dirty": N_("Dirty"), "damaged": N_("Damaged"), "lost": N_("Lost")}[self.value]

    def percent(self, rules: Rules) -> int:
        """Return what the rules charge for it, of the replacement value."""
        return {
            "dirty": rules.cleaning_percent,
            "damaged": rules.damage_percent,
            "lost": rules.loss_percent,
        }[self.value]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Harmed(_Frozen):
    """Pieces of one item that are not as they were."""

    item_code: str
    name: str
    replacement_value_cents: Count
    """Of one piece."""
    fault: Fault
    quantity: Count


class BillLine(Harmed):
    """The same with what it comes to."""

    percent: Percent
    cents: Count

    def counted(self) -> int:
        """Return what the line comes to, from its own figures."""
        return half_up(self.quantity * self.replacement_value_cents * self.percent, 100)


class Bill(_Frozen):
    """What a statement comes to, line by line; as JSON it is all that is needed to recount it."""

    lines: tuple[BillLine, ...]
    cents: Count

    @property
    def replacement_cents(self) -> int:
        """What the pieces would cost anew: a bill never exceeds it."""
        return sum(line.quantity * line.replacement_value_cents for line in self.lines)

    def recounted(self) -> "Bill":
        """Return the same counted again from its own figures: equal, or it was tampered with."""
        lines = tuple(line.model_copy(update={"cents": line.counted()}) for line in self.lines)
        return Bill(lines=lines, cents=sum(line.cents for line in lines))


def bill_for(rules: Rules, harmed: Iterable[Harmed]) -> Bill:
    """Return what these pieces come to by the scale of the rules."""
    lines = tuple(
        BillLine(**each.model_dump(), percent=each.fault.percent(rules), cents=0)
        for each in harmed
        if each.quantity
    )
    return Bill(lines=lines, cents=0).recounted()
