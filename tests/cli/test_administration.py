"""The command line for whoever installs: accounts, and what is wrong with an installation."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lending.accounts.permissions import SYSTEM, Role
from lending.accounts.queries import list_people
from lending.bookings.supply import move_stock
from lending.db.database import Database
from tests import factories
from tests.support.command import run

LATER = datetime.now(UTC) + timedelta(days=100)


@pytest.fixture
def place(tmp_path: Path, database_url: str) -> dict[str, str]:
    """Return the environment of an installation on the test's database."""
    return {"TRETEAU_INSTANCE": str(tmp_path / "instance"), "DATABASE_URL": database_url}


@pytest.fixture
def fresh(tmp_path: Path) -> dict[str, str]:
    """Return the environment of an installation that does not exist yet."""
    return {"TRETEAU_INSTANCE": str(tmp_path / "instance")}


def test_init_makes_a_database_and_may_be_repeated(fresh: dict[str, str]):
    for _ in range(2):
        result = run(["init"], **fresh)
        assert result.returncode == 0, result.stderr
        assert "ready" in result.stdout
    assert (Path(fresh["TRETEAU_INSTANCE"]) / "treteau.db").is_file()


def test_an_administrator_is_added_from_the_command_line(place: dict[str, str], database: Database):
    result = run(
        [
            "user",
            "add",
            "Admin@Ville.example",
            "--name",
            "Service informatique",
            "--password",
            "un long mot de passe",
        ],
        **place,
    )
    assert result.returncode == 0, result.stderr
    with database.read() as uow:
        (person,) = list_people(uow, SYSTEM).people
    assert person.email == "admin@ville.example"
    assert [role.role for role in person.roles] == [Role.ADMINISTRATOR]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--password", "court"], "password"),
        (["--password", "un long mot de passe", "--authority", "atlantide"], "authority"),
    ],
)
def test_what_cannot_be_used_is_told_in_one_line(
    place: dict[str, str], database: Database, arguments: list[str], complaint: str
):
    result = run(["user", "add", "a@ville.example", "--name", "A", *arguments], **place)
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert complaint in result.stderr
    with database.read() as uow:
        assert list_people(uow, SYSTEM).people == ()


def test_an_unknown_setting_stops_every_command(place: dict[str, str]):
    result = run(["init"], **place, TRETEAU_DEBUGG="yes")
    assert result.returncode == 1
    assert "TRETEAU_DEBUGG" in result.stderr


def test_the_doctor_says_what_is_missing_and_what_to_do(fresh: dict[str, str]):
    result = run(["doctor"], **fresh)
    assert result.returncode == 1
    assert "migrations are pending" in result.stdout
    assert "treteau migrate" in result.stdout


def test_the_doctor_sees_that_no_worker_runs(fresh: dict[str, str]):
    run(["init"], **fresh)
    result = run(["doctor"], **fresh)
    assert result.returncode == 1
    assert "The database is up to date" in result.stdout
    assert "treteau worker" in result.stdout


def test_the_doctor_counts_again_what_is_promised(fresh: dict[str, str]):
    run(["init"], **fresh)
    database = Database(f"sqlite:///{fresh['TRETEAU_INSTANCE']}/treteau.db")
    cast = factories.standing_cast(database)
    factories.approved(
        database, cast, {cast.chairs: 80}, start=LATER, end=LATER + timedelta(days=2)
    )
    assert "Nothing is promised twice" in run(["doctor"], **fresh).stdout
    database.write(
        lambda uow: move_stock(uow, SYSTEM, cast.chairs, -50, LATER, "Inondation du dépôt")
    )
    database.dispose()
    assert "1 items are promised more often" in run(["doctor"], **fresh).stdout
