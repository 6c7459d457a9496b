"""Exports for any office: what stands in a cell is what was there, and nothing is calculated."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from odfdo import Document

from lending.csvfiles import read_table
from lending.sheets import Sheet, UnknownFormat, write_sheet

DANGER = '=HYPERLINK("https://example.org";"Chaise")'
SHEET = Sheet(
    "items",
    ("name", "stock", "weight_kg", "until", "note"),
    [
        (DANGER, 1200, Decimal("4.25"), date(2026, 6, 5), None),
        ("+33 1 23 45 67 89", 0, None, None, "deux\nlignes"),
        ("@SUM(A1)", -3, Decimal("0.5"), None, "sonnerie\x07"),
    ],
)
SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells_of_xlsx(content: bytes) -> list[list[str]]:
    """Return the texts of an Excel file, row by row; a formula would be refused."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        shared = ElementTree.fromstring(file.read("xl/sharedStrings.xml"))
        texts = ["".join(each.itertext()) for each in shared.iter(f"{SPACE}si")]
        page = ElementTree.fromstring(file.read("xl/worksheets/sheet1.xml"))
    assert page.find(f".//{SPACE}f") is None, "a formula"
    rows = []
    for row in page.iter(f"{SPACE}row"):
        values = [(cell.get("t"), cell.findtext(f"{SPACE}v") or "") for cell in row]
        rows.append([texts[int(value)] if kind == "s" else value for kind, value in values])
    return rows


def test_an_opendocument_file_keeps_numbers_days_and_texts() -> None:
    document = Document(io.BytesIO(write_sheet(SHEET, ".ods")))
    table = document.body.get_table(0)
    assert table is not None
    assert table.name == "items"
    assert table.get_row(0).get_values() == list(SHEET.columns)
    assert table.get_row(1).get_values()[:4] == [
        DANGER,
        1200,
        Decimal("4.25"),
        date(2026, 6, 5),
    ]
    assert table.get_row(2).get_values()[0] == "+33 1 23 45 67 89"
    assert table.get_row(3).get_values() == ["@SUM(A1)", -3, Decimal("0.5"), None, "sonnerie"]
    assert "table:formula" not in table.serialize()


def test_an_excel_file_keeps_numbers_days_and_texts() -> None:
    head, first, second, third = cells_of_xlsx(write_sheet(SHEET, ".xlsx"))
    assert head == list(SHEET.columns)
    assert first == [DANGER, "1200", "4.25", "46178"]  # days since 1900, as Excel counts
    assert second == ["+33 1 23 45 67 89", "0", "deux\nlignes"]
    assert third == ["@SUM(A1)", "-3", "0.5", "sonnerie"]


def test_a_csv_file_is_read_back() -> None:
    table = read_table(write_sheet(SHEET, ".CSV"), SHEET.columns)
    assert [row.text("name") for row in table.rows] == [row[0] for row in SHEET.rows]
    assert table.rows[0].day("until") == date(2026, 6, 5)


@pytest.mark.parametrize("ending", ["", ".pdf", ".xls"])
def test_other_endings_are_refused_with_those_there_are(ending: str) -> None:
    with pytest.raises(UnknownFormat, match=r"\.csv, \.ods, \.xlsx"):
        write_sheet(SHEET, ending)
