"""Numbered units from files and to files."""

from datetime import date

import pytest

from lending.accounts.permissions import SYSTEM
from lending.catalogue.conditions import Condition
from lending.catalogue.unit_files import ImportedUnits, export_units, import_units, read_units
from lending.catalogue.unit_queries import list_units
from lending.csvfiles import BadFile, write_table
from lending.db.database import Database
from tests.factories import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FILE = """article;numero;etat;acquired_on;serial;note
TEN-3X3;7;fair;12/04/2023;T-07;Un piquet manque
TAB-183;1;;;;
TAB-183;2;new;2025-06-01;;
"""


def read(database: Database, content: bytes, authority: str = "sainte-planche") -> ImportedUnits:
    rows = read_units(content).rows
    return database.write(lambda uow: import_units(uow, SYSTEM, rows, authority))


def test_a_file_is_read_and_comes_back_unchanged(database: Database, cast: Cast):
    assert read(database, FILE.encode()) == ImportedUnits(3, 0, 0)
    with database.read() as uow:
        (tent,) = list_units(uow, cast.manager, cast.tent)
        sheet = export_units(uow)
    assert (tent.number, tent.condition, tent.acquired_on, tent.serial, tent.note) == (
        *(7, Condition.FAIR, date(2023, 4, 12), "T-07", "Un piquet manque"),
    )
    again = write_table(sheet.columns, sheet.rows)
    assert read(database, again) == ImportedUnits(0, 0, 3)
    worse = b"item,number,condition\nTAB-183,2,poor\n"
    assert read(database, worse) == ImportedUnits(0, 1, 0)
    with database.read() as uow:
        assert list_units(uow, cast.manager, cast.tables)[1].acquired_on == date(2025, 6, 1)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("NONE,1,good", "item"),
        ("TAB-183,0,good", "number"),
        ("TAB-183,x,good", "number"),
        ("TAB-183,1,superb", "condition"),
        ("TAB-183,2,good\nTAB-183,2,new", "number"),
    ],
)
def test_every_line_that_cannot_be_used_is_told(
    database: Database, cast: Cast, line: str, field: str
):
    with pytest.raises(BadFile) as refused:
        read(database, f"item,number,condition\n{line}\n".encode())
    assert field in {error.field for error in refused.value.errors}
