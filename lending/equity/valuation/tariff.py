"""What a loan is worth, in integer cents: pure arithmetic, from figures that are kept with it.

value = sum of quantity x tariff + hours of work x rate + kilometres x rate

The tariff is what the assembly voted for an item, per loan or per day. Where it voted none, a
share of the replacement value stands for it: so many percent a day, up to a limit. Each line is
rounded once, to the nearest cent, half a cent up; so is the work. Nothing else is rounded.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from lending.i18n import N_
from lending.policies.rules import Per, Rules

Count = Annotated[int, Field(ge=0)]


class Basis(StrEnum):
    """What a line is counted by."""

    LOAN = "loan"
    DAY = "day"
    REPLACEMENT = "replacement"

    @property
    def label(self) -> str:
        """Return the gettext id of the basis in words."""
        return {
            "loan": N_("tariff per loan"),
            "day": N_("tariff per day"),
            "replacement": N_("share of the replacement value"),
        }[self.value]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Lent(_Frozen):
    """Some pieces of one item that are lent."""

    item_code: str
    name: str = ""
    quantity: Count
    replacement_value_cents: Count = 0
    """Of one piece."""


class Line(_Frozen):
    """What the pieces of one item come to, with all that it takes to count it again."""

    item_code: str
    name: str
    quantity: Count
    basis: Basis
    unit_cents: Count
    """Of one piece: its tariff, or its replacement value."""
    percent: Count
    """Of the unit: 100 for a tariff."""
    cents: Count

    def counted(self, days: int) -> int:
        """Return what the line comes to over so many days, from its own figures."""
        times = days if self.basis is Basis.DAY else 1
        return half_up(self.quantity * self.unit_cents * times * self.percent, 100)


class Labour(_Frozen):
    """The work of the authority's agents."""

    minutes: Count
    cents_an_hour: Count
    cents: Count

    def counted(self) -> int:
        """Return what the work comes to, from its own figures."""
        return half_up(self.minutes * self.cents_an_hour, 60)


class Transport(_Frozen):
    """The drives of the authority's vehicles."""

    km: Count | None
    """None where nobody knows how far it is: then it counts nothing."""
    cents_a_km: Count
    cents: Count

    def counted(self) -> int:
        """Return what the drives come to, from their own figures."""
        return (self.km or 0) * self.cents_a_km


class Valuation(_Frozen):
    """What a loan is worth, line by line; as JSON it is all that is needed to count it again."""

    days: Count
    lines: tuple[Line, ...]
    labour: Labour
    transport: Transport
    cents: Count
    """In all."""

    @property
    def equipment_cents(self) -> int:
        """What the equipment comes to, without work and transport."""
        return sum(line.cents for line in self.lines)

    def recomputed(self) -> "Valuation":
        """Return the same counted again from its own figures: equal, or it was tampered with."""
        lines = tuple(
            line.model_copy(update={"cents": line.counted(self.days)}) for line in self.lines
        )
        labour = self.labour.model_copy(update={"cents": self.labour.counted()})
        transport = self.transport.model_copy(update={"cents": self.transport.counted()})
        return _summed(self.days, lines, labour, transport)


NOTHING = Valuation(
    days=0,
    lines=(),
    labour=Labour(minutes=0, cents_an_hour=0, cents=0),
    transport=Transport(km=0, cents_a_km=0, cents=0),
    cents=0,
)
"""What a loan is worth that does not take place."""


def value_of_loan(
    rules: Rules, lines: Sequence[Lent], days: int, labour_minutes: int, km: int | None
) -> Valuation:
    """Return what a loan is worth under the rules; items of which nothing is lent are left out.

    Raises:
        ValueError: it lasts less than a day, which counts whole, or minutes or km are negative.
    """
    if days < 1 or labour_minutes < 0 or (km or 0) < 0:
        raise ValueError("a loan lasts a day at least, and takes no negative work or way")
    tariffs = {tariff.item_code: tariff for tariff in rules.tariffs}
    counted = []
    for lent in lines:
        if not lent.quantity:
            continue
        tariff = tariffs.get(lent.item_code)
        if tariff is None:
            basis, unit = Basis.REPLACEMENT, lent.replacement_value_cents
            percent = min(rules.fallback_percent_a_day * days, rules.fallback_percent_at_most)
        else:
            basis = Basis.DAY if tariff.per is Per.DAY else Basis.LOAN
            unit, percent = tariff.cents, 100
        line = Line(
            item_code=lent.item_code,
            name=lent.name,
            quantity=lent.quantity,
            basis=basis,
            unit_cents=unit,
            percent=percent,
            cents=0,
        )
        counted.append(line.model_copy(update={"cents": line.counted(days)}))
    labour = Labour(minutes=labour_minutes, cents_an_hour=rules.labour_cents_an_hour, cents=0)
    transport = Transport(km=km, cents_a_km=rules.transport_cents_a_km, cents=0)
    return _summed(
        days,
        tuple(counted),
        labour.model_copy(update={"cents": labour.counted()}),
        transport.model_copy(update={"cents": transport.counted()}),
    )


def days_of_loan(start: datetime, end: datetime) -> int:
    """Return the days of a loan, each one that has begun counting whole.

    The bounds are on the local clock: the night in which it changes makes no day longer.
    """
    lasts = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    return max(1, -(-lasts // timedelta(days=1)))


def half_up(numerator: int, denominator: int) -> int:
    """Return a fraction of natural numbers rounded to the nearest whole, one half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def _summed(days: int, lines: tuple[Line, ...], labour: Labour, transport: Transport) -> Valuation:
    return Valuation(
        days=days,
        lines=lines,
        labour=labour,
        transport=transport,
        cents=sum(line.cents for line in lines) + labour.cents + transport.cents,
    )
