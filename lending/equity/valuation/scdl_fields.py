"""The sixteen fields of the SCDL subsidies, version 2.0.2, and what each may hold. Pure.

The Socle commun des données locales says which data of their subsidies French authorities
publish, in which form. Written from its description (scdl/subventions, OpenDataFrance).
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from lending.i18n import N_

VERSION = "2.0.2"
NATURE = "aide en nature"


@dataclass(frozen=True)
class ScdlField:
    """A column and its constraints."""

    name: str
    required: bool = True
    pattern: str = ""
    longest: int | None = None
    choices: tuple[str, ...] = ()
    is_day: bool = False
    is_number: bool = False
    least: float | None = None
    most: float | None = None


FIELDS = (
    ScdlField("nomAttribuant"),
    ScdlField("idAttribuant", pattern=r"\d{14}"),
    ScdlField("dateConvention", is_day=True),
    ScdlField("referenceDecision", required=False),
    ScdlField("nomBeneficiaire"),
    ScdlField("idBeneficiaire", required=False, pattern=r"\d{14}"),
    ScdlField("rnaBeneficiaire", required=False, pattern=r"W\d{9}"),
    ScdlField("objet", longest=256),
    ScdlField("montant", is_number=True),
    ScdlField(
        "nature",
        choices=(
            NATURE,
            "aide en numéraire",
            "aide en numéraire;aide en nature",
            "aide en nature;aide en numéraire",
        ),
    ),
    ScdlField("conditionsVersement", longest=256),
    ScdlField("datesPeriodeVersement", pattern=r"\d{4}-\d{2}-\d{2}(/\d{4}-\d{2}-\d{2})?"),
    ScdlField("idRAE", required=False, longest=5),
    ScdlField("notificationUE", choices=("oui", "non")),
    ScdlField("pourcentageSubvention", is_number=True, least=0.01, most=1),
    ScdlField("dispositifAide", required=False),
)
NAMES = tuple(field.name for field in FIELDS)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class ScdlProblem:
    """A cell that the format does not allow."""

    row: int
    """Counted from 1, the header; 0 for the file as a whole."""
    field: str
    message: str
    """A gettext id."""


def check_scdl(content: bytes) -> list[ScdlProblem]:
    """Return what a file has that the format does not allow; nothing, if it is as it should be."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return [ScdlProblem(0, "", N_("The file is not in UTF-8."))]
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if not rows or tuple(rows[0]) != NAMES:
        return [ScdlProblem(1, "", N_("The columns are not those of the format, in its order."))]
    return [problem for at, row in enumerate(rows[1:], start=2) for problem in check_row(at, row)]


def check_row(at: int, row: Sequence[str]) -> Iterator[ScdlProblem]:
    """Yield what is wrong with a row of the file."""
    if len(row) != len(FIELDS):
        yield ScdlProblem(at, "", N_("The row has not as many cells as there are columns."))
        return
    for field, cell in zip(FIELDS, row, strict=True):
        message = _wrong(field, cell)
        if message:
            yield ScdlProblem(at, field.name, message)


def _wrong(field: ScdlField, cell: str) -> str:
    if not cell:
        return N_("This has to be told.") if field.required else ""
    if field.longest is not None and len(cell) > field.longest:
        return N_("This is too long.")
    if field.choices and cell not in field.choices:
        return N_("This is none of the words that are allowed.")
    if field.pattern and not re.fullmatch(field.pattern, cell, re.ASCII):
        return N_("This is not written as the format asks.")
    if field.is_day and not _is_day(cell):
        return N_("This is not a day such as 2026-06-05.")
    if field.is_number and not _is_number(field, cell):
        return N_("This is not a number with a decimal point, or out of range.")
    return ""


def _is_day(cell: str) -> bool:
    try:
        return date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def _is_number(field: ScdlField, cell: str) -> bool:
    if not _NUMBER.fullmatch(cell) or not cell.isascii():
        return False
    value = float(cell)
    return (field.least is None or value >= field.least) and (
        field.most is None or value <= field.most
    )
