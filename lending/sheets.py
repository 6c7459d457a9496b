"""Tables as files for any office: CSV, OpenDocument and Excel. Contains no business logic.

Texts are written as texts: no program calculates what somebody typed into a name.
"""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lending.csvfiles import write_table
from lending.errors import LendingError
from lending.i18n import N_

Cell = str | int | Decimal | date | None

_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Sheet:
    """The rows of a table under the names of its columns."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


class UnknownFormat(LendingError):
    """A file name whose ending is none of `endings`."""

    code = "unknown_format"
    default_message = N_("The name of the file must end in %(endings)s.")


def write_sheet(sheet: Sheet, ending: str) -> bytes:
    """Return the table as a file of the kind that the ending (`.csv`, `.ods`, `.xlsx`) names.

    Raises:
        UnknownFormat: we write no such files.
    """
    writer = WRITERS.get(ending.lower())
    if writer is None:
        raise UnknownFormat(endings=", ".join(WRITERS))
    return writer(sheet)


def _csv(sheet: Sheet) -> bytes:
    return write_table(sheet.columns, sheet.rows)


def _ods(sheet: Sheet) -> bytes:
    # Here, since most commands never need it and it takes a while.
    from odfdo import Cell as OdsCell
    from odfdo import Document, Element, Row, Table

    table = Table(sheet.name)
    for cells in (sheet.columns, *sheet.rows):
        row = Row()
        for cell in cells:
            # Element.append: the row's own looks through all its cells each time.
            Element.append(row, OdsCell(_for_xml(cell)) if cell not in (None, "") else OdsCell())
        Element.append(table, row)
    document = Document("spreadsheet")
    document.body.clear()
    document.body.append(table)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _for_xml(cell: Cell) -> Cell:
    return _NOT_IN_XML.sub("", cell) if isinstance(cell, str) else cell


def _xlsx(sheet: Sheet) -> bytes:
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet.name)
        head = book.add_format({"bold": True})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for column, name in enumerate(sheet.columns):
            page.write_string(0, column, name, head)
        for line, cells in enumerate(sheet.rows, start=1):
            for column, cell in enumerate(cells):
                match cell:
                    case None | "":
                        continue
                    case str():
                        page.write_string(line, column, _for_xml(cell))
                    case date():
                        page.write_datetime(line, column, cell, day)
                    case _:
                        page.write_number(line, column, cell)
        page.freeze_panes(1, 0)
    return out.getvalue()


WRITERS: Mapping[str, Callable[[Sheet], bytes]] = {".csv": _csv, ".ods": _ods, ".xlsx": _xlsx}
