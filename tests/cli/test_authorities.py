"""`treteau authority load`: an installation gets its first lender."""

from pathlib import Path

import pytest

from lending.authorities.models import Competence
from lending.authorities.queries import OpenStretch, get_authority, list_authorities
from lending.db.database import Database
from tests.support.command import run

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "administration" / "authority.toml"


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> dict[str, str]:
    """Return the environment of an installation on the test's database."""
    return {"TRETEAU_INSTANCE": str(tmp_path / "instance"), "DATABASE_URL": database_url}


def test_the_example_of_the_documents_makes_an_authority_that_can_lend(
    place: dict[str, str], database: Database
) -> None:
    told = run(["authority", "load", str(EXAMPLE)], **place)
    assert told.returncode == 0, told.stderr
    assert "added, new: 1 communes, 1 departments, 1 depots" in told.stdout
    with database.read() as uow:
        (town,) = list_authorities(uow)
    assert town.name == "Ville de Bellerive"
    assert [commune.name for commune in town.communes] == ["Bellerive"]
    assert Competence.SPORT in town.competences
    (depot,) = town.depots
    assert depot.hours[0] == OpenStretch(0, 8 * 60, 12 * 60)
    assert depot.hours[-1].weekday == 4


def test_given_again_it_adds_what_is_new_and_changes_nothing_else(
    place: dict[str, str], database: Database, tmp_path: Path
) -> None:
    run(["authority", "load", str(EXAMPLE)], **place)
    more = tmp_path / "more.toml"
    text = EXAMPLE.read_text(encoding="utf-8").replace("Ateliers municipaux", "Autre nom")
    more.write_text(text + '\n[[depots]]\ncode = "halle"\nname = "Halle"\n', encoding="utf-8")
    told = run(["authority", "load", str(more)], **place)
    assert "known, new: 0 communes, 0 departments, 1 depots" in told.stdout, told.stderr
    with database.read() as uow:
        (town,) = list_authorities(uow)
        depots = get_authority(uow, town.id).depots
    assert sorted(depot.name for depot in depots) == ["Ateliers municipaux", "Halle"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "town"', 'kind = "village"', "kind"),
        ('"08:00-12:00"]', '"8h-12h"]', "depots.0.friday.0"),
        ('friday = ["08:00-12:00"]', 'friday = ["08:00-12:00", "11:00-13:00"]', "depots.0.hours.4"),
        ("Europe/Paris", "Europe/Bellerive", "timezone"),
        ("phone =", "telephone =", "telephone"),
        ('code = "bellerive"', "code = bellerive", "line 3"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_written(
    place: dict[str, str], database: Database, tmp_path: Path, old: str, new: str, told: str
) -> None:
    file = tmp_path / "wrong.toml"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    result = run(["authority", "load", str(file)], **place)
    assert result.returncode != 0
    assert told in result.stderr
    assert "Traceback" not in result.stderr
    with database.read() as uow:
        assert list_authorities(uow) == ()
