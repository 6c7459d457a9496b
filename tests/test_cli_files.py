"""`treteau import` and `treteau export`, as somebody at a terminal meets them."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from lending.catalogue.queries import ItemFilter, find_items
from lending.cli_files import export_files, import_files
from lending.db.database import Database
from lending.sheets import UnknownFormat
from tests.factories import Cast

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ITEMS = "code,name,stock,colour\nCHA-PLI,Chaise pliante,90,bleu\nNEW,Banc neuf,5,vert\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a file of items."""
    path = tmp_path / "items.csv"
    path.write_text(ITEMS, encoding="utf-8")
    return path


def run(group, database: Database, *arguments: object) -> Result:
    """Run a command."""
    context = SimpleNamespace(database=database)
    return CliRunner().invoke(group, [str(a) for a in arguments], obj=context)


def codes(database: Database) -> set[str]:
    """Return the codes of all items."""
    with database.read() as uow:
        return {item.code for item in find_items(uow, ItemFilter(with_inactive=True))}


def test_an_import_tells_what_it_did(database: Database, cast: Cast, file: Path) -> None:
    done = run(import_files, database, "items", file, "--authority", "sainte-planche")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "items new: 1",
        "items updated: 0",
        "items unchanged: 1",
        "new families: Autre matériel",
        "stock movements: 1 (10 pieces)",
    ]
    assert "Columns that are not used: colour" in done.stderr
    assert "NEW" in codes(database)


def test_a_check_says_the_same_and_writes_nothing(
    database: Database, cast: Cast, file: Path
) -> None:
    before = codes(database)
    done = run(import_files, database, "items", file, "--authority", "sainte-planche", "--check")
    assert done.exit_code == 0
    assert "items new: 1" in done.stdout
    assert "Nothing was written" in done.stdout
    assert codes(database) == before


def test_bad_lines_are_told_one_a_line_and_the_command_fails(
    database: Database, cast: Cast, file: Path
) -> None:
    file.write_text("code,name,stock\n,Rien,1\nX,Beaucoup,trop\n", encoding="utf-8")
    done = run(import_files, database, "items", file, "--authority", "sainte-planche")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        "line 2, code: Give the item a code.",
        "line 3, stock: This is not a number: trop.",
        "treteau: Nothing was imported: some lines need your attention.",
    ]
    assert done.stdout == ""


def test_who_lends_must_be_said_where_several_do(
    database: Database, cast: Cast, file: Path
) -> None:
    done = run(import_files, database, "items", file)
    assert done.exit_code == 2
    assert "sainte-planche, trois-treteaux" in done.stderr


@pytest.mark.parametrize("kind", ["items", "organisations"])
def test_an_export_is_imported_again_without_effect(
    database: Database, cast: Cast, tmp_path: Path, kind: str
) -> None:
    target = tmp_path / "out.csv"
    assert run(export_files, database, kind, target).exit_code == 0
    done = run(import_files, database, kind, target)
    assert done.exit_code == 0, done.output
    assert f"{kind} new: 0" in done.stdout
    assert f"{kind} updated: 0" in done.stdout


@pytest.mark.parametrize("ending", ["ods", "xlsx"])
def test_an_export_is_a_spreadsheet_when_its_name_says_so(
    database: Database, cast: Cast, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / f"stock.{ending}"
    done = run(export_files, database, "items", target)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{target}: {len(codes(database))} lines\n"
    assert target.read_bytes().startswith(b"PK")


def test_an_export_under_another_name_says_which_there_are(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    target = tmp_path / "stock.pdf"
    done = run(export_files, database, "items", target)
    assert isinstance(done.exception, UnknownFormat)
    assert not target.exists()
