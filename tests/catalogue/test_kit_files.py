"""Kits in and out of files: all of the lines or none, told by their numbers."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from lending.catalogue.kits import list_kits
from lending.catalogue.queries import get_items
from lending.cli_files import export_files, import_files
from lending.db.database import Database
from tests.factories import Cast
from tests.support.kits import make_kit

FILE = (
    "authority;code;nom;parts\n"
    "sainte-planche;SCENE;Grande scène;TAB-183:9 BAR-200:2\n"
    "sainte-planche;DIX;Dix chaises;CHA-PLI:10\n"
)


def run(group, database: Database, *arguments: object) -> Result:
    context = SimpleNamespace(database=database)
    return CliRunner().invoke(group, [str(a) for a in arguments], obj=context)


def recipes(database: Database) -> dict[str, dict[str, int]]:
    with database.read() as uow:
        return {
            kit.code: {part.code: part.quantity for part in kit.parts} for kit in list_kits(uow)
        }


@pytest.fixture
def codes(database: Database, cast: Cast) -> str:
    """Return the file with the codes of the cast's items."""
    with database.read() as uow:
        found = get_items(uow, [cast.tables, cast.barriers, cast.chairs])
    text = FILE
    for code, item in (("TAB-183", cast.tables), ("BAR-200", cast.barriers)):
        text = text.replace(code, found[item].code)
    return text.replace("CHA-PLI", found[cast.chairs].code)


def test_a_file_writes_new_kits_and_changes_known_ones_and_again_nothing(
    database: Database, cast: Cast, tmp_path: Path, codes: str
) -> None:
    make_kit(database, cast)
    path = tmp_path / "kits.csv"
    path.write_text(codes, encoding="utf-8")
    tried = run(import_files, database, "kits", path, "--check")
    assert tried.stdout.splitlines()[-1] == "Nothing was written: this was a check."
    assert recipes(database).keys() == {"SCENE"}
    done = run(import_files, database, "kits", path)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == ["kits new: 1", "kits updated: 1", "kits unchanged: 0"]
    assert sorted(recipes(database)["SCENE"].values()) == [2, 9]
    again = run(import_files, database, "kits", path)
    assert again.stdout.splitlines() == ["kits new: 0", "kits updated: 0", "kits unchanged: 2"]


def test_what_is_exported_is_imported_again_without_effect(
    database: Database, cast: Cast, tmp_path: Path
) -> None:
    make_kit(database, cast)
    path = tmp_path / "kits.csv"
    assert run(export_files, database, "kits", path).exit_code == 0
    done = run(import_files, database, "kits", path)
    assert done.stdout.splitlines() == ["kits new: 0", "kits updated: 0", "kits unchanged: 1"]


def test_every_bad_line_is_told_and_nothing_is_written(
    database: Database, cast: Cast, tmp_path: Path, codes: str
) -> None:
    path = tmp_path / "kits.csv"
    bad = (
        "nowhere;A;A;X:1\nsainte-planche;B;B;NEVER:1\nsainte-planche;C;C;six\n"
        "sainte-planche;D;;\nsainte-planche;DIX;Encore;X:1\n"
    )
    path.write_text(codes + bad, encoding="utf-8")
    done = run(import_files, database, "kits", path)
    assert done.exit_code == 1
    told = [line.split(",")[0] for line in done.stderr.splitlines()]
    assert {line for line in told if line.startswith("line")} == {f"line {n}" for n in range(4, 9)}
    assert recipes(database) == {}
