"""The rows of tariffs in the form of a draft: typed without script, and nothing is lost."""

from dataclasses import dataclass

from flask import request
from flask_babel import gettext

from lending.policies.rules import Per, Rules
from lending.web.policies.forms import cents_of, euros_typed

BLANK = 3
"""How many empty rows are offered."""
MOST = 500
CODE = 40


@dataclass(frozen=True)
class TariffRow:
    """A row as it was typed."""

    code: str = ""
    euros: str = ""
    per: str = Per.LOAN.value
    error: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return not self.code and not self.euros.strip()


def rows_of(rules: Rules) -> tuple[TariffRow, ...]:
    """Return the tariffs as rows."""
    return tuple(
        TariffRow(tariff.item_code, euros_typed(tariff.cents), tariff.per.value)
        for tariff in rules.tariffs
    )


def read_rows() -> tuple[TariffRow, ...]:
    """Return the rows that were sent and are neither empty nor ticked to go, with their errors."""
    form = request.form
    gone = set(form.getlist("tariff_gone"))
    found: list[TariffRow] = []
    codes: set[str] = set()
    sent = zip(
        form.getlist("tariff_code"),
        form.getlist("tariff_euros"),
        form.getlist("tariff_per"),
        strict=False,
    )
    for number, (code, euros, per) in enumerate(sent):
        row = TariffRow(code.strip()[:CODE], euros, per)
        if str(number) in gone or row.is_blank or len(found) >= MOST:
            continue
        found.append(TariffRow(row.code, euros, per, _error(row, codes)))
        codes.add(row.code)
    return tuple(found)


def _error(row: TariffRow, codes: set[str]) -> str:
    if not row.code:
        return str(gettext("Choose an item."))
    if row.code in codes:
        return str(gettext("This item has a tariff already. Keep one of them."))
    if row.per not in {each.value for each in Per}:
        return str(gettext("This value is not understood. Choose or type another one."))
    try:
        cents_of(row.euros)
    except ValueError:
        return str(gettext("Give an amount in euros, such as 2.50."))
    return ""


def values_of(rows: tuple[TariffRow, ...]) -> list[dict[str, object]]:
    """Return rows without errors as `Rules` take them."""
    return [{"item_code": row.code, "cents": cents_of(row.euros), "per": row.per} for row in rows]


def with_blanks(rows: tuple[TariffRow, ...]) -> tuple[TariffRow, ...]:
    """Return rows with empty ones to type in."""
    return rows + (TariffRow(),) * BLANK
