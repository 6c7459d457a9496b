"""CSV files as people make them: read into rows with their line numbers, written for any office.

Contains no business logic.
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from lending.errors import LendingError
from lending.i18n import N_

MOST_CELL = 100_000
MOST_NUMBER = 2_000_000_000
_SEPARATORS = (",", ";", "\t")
_GUARD, _FORMULA = "'", ("=", "+", "-", "@")
"""A spreadsheet would calculate what begins so: it is written with an apostrophe before it."""
_SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}")


@dataclass(frozen=True)
class LineError:
    """A line of a file that cannot be used, and why; line 1 is the header."""

    line: int
    field: str
    message: str
    data: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        text = self.message % dict(self.data) if self.data else self.message
        return (
            f"line {self.line}, {self.field}: {text}" if self.field else f"line {self.line}: {text}"
        )


class BadFile(LendingError):
    """A file of which at least one line cannot be used: nothing of it was kept."""

    code = "bad_file"
    default_message = N_("Nothing was imported: some lines need your attention.")

    def __init__(self, errors: Sequence[LineError]) -> None:
        self.errors = sorted(errors, key=lambda error: error.line)
        super().__init__()


@dataclass(frozen=True)
class Table:
    """The rows of a file, and the columns that were not used."""

    rows: tuple["Row", ...]
    unused: tuple[str, ...]


@dataclass
class Row:
    """A line of a file: texts by field. Reading a value that cannot be used collects an error."""

    line: int
    cells: Mapping[str, str]
    errors: list[LineError] = field(default_factory=list)

    def has(self, name: str) -> bool:
        """Return whether the file tells this field at all, though the cell may be empty."""
        return name in self.cells

    def text(self, name: str) -> str:
        """Return a cell without the spaces around it; nothing when there is no such column."""
        text = self.cells.get(name, "").strip()
        return text[1:] if text[:1] == _GUARD and text[1:2] in _FORMULA else text

    def number(self, name: str, *, factor: int = 1, whole: bool = False) -> int | None:
        """Return a number in units `factor` times smaller, rounded; None for an empty cell.

        Decimals may have a comma or a point, thousands a space.
        """
        written = self.text(name).translate(_SPACES).replace(",", ".")
        if not written:
            return None
        try:
            value = Decimal(written) * factor
        except ArithmeticError:
            self.refuse(name, N_("This is not a number: %(text)s."), text=written[:40])
            return None
        if not value.is_finite() or not 0 <= value <= MOST_NUMBER:
            self.refuse(name, N_("This number is out of range: %(text)s."), text=written[:40])
            return None
        if whole and value != value.to_integral_value():
            self.refuse(name, N_("Write a whole number, not %(text)s."), text=written[:40])
            return None
        return round(value)

    def day(self, name: str) -> date | None:
        """Return a day written as 2026-06-05 or 05/06/2026; None for an empty cell."""
        written = self.text(name)
        if not written:
            return None
        parts = written.split("/")
        try:
            return date.fromisoformat("-".join(reversed(parts)) if len(parts) == 3 else written)
        except ValueError:
            self.refuse(name, N_("This is not a day: %(text)s."), text=written[:40])
            return None

    def refuse(self, name: str, message: str, **data: object) -> None:
        """Remember that this line cannot be used."""
        self.errors.append(LineError(self.line, name, message, tuple(data.items())))


def read_table(
    content: bytes,
    known: Iterable[str],
    *,
    aliases: Mapping[str, str] | None = None,
    ignored: Iterable[str] = (),
    required: Iterable[str] = (),
) -> Table:
    """Read a CSV file in UTF-8 whose first line names the fields.

    Comma, semicolon and tab are told apart by the header. Lines without any content are passed
    over.

    Raises:
        BadFile: it is not UTF-8, has no usable header, or lines of another length.
    """
    decoded = _decoded(content)
    source = io.StringIO(decoded, newline="")
    reader = csv.reader(source, delimiter=_separator(decoded), strict=True)
    names, unused = _header(reader, set(known), aliases or {}, set(ignored), list(required))
    rows, errors, line = [], [], reader.line_num + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                error = _misfit(line, cells, names)
                errors += [error] if error else []
                rows.append(Row(line, {n: c for n, c in zip(names, cells, strict=False) if n}))
            line = reader.line_num + 1
    except csv.Error as error:
        errors.append(
            LineError(line, "", N_("This line cannot be read: %(why)s."), (("why", error),))
        )
    if errors:
        raise BadFile(errors)
    return Table(tuple(rows), unused)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        text = N_("The file is not in UTF-8. Save it as “CSV UTF-8” and try again.")
        raise BadFile([LineError(line, "", text)]) from None


def _separator(text: str) -> str:
    header = text.partition("\n")[0]
    return max(_SEPARATORS, key=header.count)


def _header(
    reader: Any,
    known: set[str],
    aliases: Mapping[str, str],
    ignored: set[str],
    required: list[str],
) -> tuple[list[str], tuple[str, ...]]:
    try:
        given = [cell.strip().lower() for cell in next(reader)]
    except (StopIteration, csv.Error):
        raise BadFile([LineError(1, "", N_("The file is empty."))]) from None
    names = [aliases.get(name, name) for name in given]
    errors = [
        LineError(1, name, N_("This column is missing.")) for name in required if name not in names
    ]
    errors += [
        LineError(1, name, N_("There are two columns of this name."))
        for name in sorted({name for name in names if name in known and names.count(name) > 1})
    ]
    if errors:
        raise BadFile(errors)
    unused = tuple(name for name in names if name and name not in known and name not in ignored)
    return [name if name in known else "" for name in names], unused


def _misfit(line: int, cells: Sequence[str], names: Sequence[str]) -> LineError | None:
    if len(cells) != len(names):
        text = N_("This line has %(cells)d columns, the header has %(names)d.")
        return LineError(line, "", text, (("cells", len(cells)), ("names", len(names))))
    if any("\x00" in cell or len(cell) > MOST_CELL for cell in cells):
        return LineError(line, "", N_("This line holds what is no text."))
    return None


def write_table(
    names: Sequence[str], rows: Iterable[Sequence[object]], *, mark: bool = True
) -> bytes:
    """Write a CSV file in UTF-8, with the mark that spreadsheets want at its beginning.

    Programs that follow a standard want it without the `mark`.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig" if mark else "utf-8")


def _guarded(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return _GUARD + text if text.startswith(_FORMULA) and isinstance(cell, str) else text
