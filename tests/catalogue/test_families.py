"""Families of equipment: written once, renamed without losing their address."""

import pytest

from lending.catalogue.families import FamilyDetails, add_category, edit_category
from lending.catalogue.queries import list_categories
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound
from tests.factories import Cast

FLOWERS = FamilyDetails("Décoration et fleurs", "Decoration", "light", 3)


def write(database: Database, cast: Cast, details: FamilyDetails = FLOWERS) -> int:
    """Write a family as the town's manager."""
    return database.write(lambda uow: add_category(uow, cast.manager, details)).id


def refused(database: Database, cast: Cast, details: FamilyDetails) -> list[str]:
    """Return the fields that a family is refused for."""
    with pytest.raises(InvalidInput) as error:
        write(database, cast, details)
    return [found.field for found in error.value.errors]


def test_a_new_family_stands_where_its_position_says(database: Database, cast: Cast) -> None:
    write(database, cast)
    with database.read() as uow:
        codes = [entry.code for entry in list_categories(uow)]
    assert codes == ["seats", "tables", "barriers", "decoration-et-fleurs", "tents", "stages"]


def test_a_family_is_renamed_and_keeps_its_code(database: Database, cast: Cast) -> None:
    number = write(database, cast)
    renamed = FamilyDetails("Fleurs", position=0)
    database.write(lambda uow: edit_category(uow, cast.manager, number, renamed))
    with database.read() as uow:
        found = {entry.code: entry.name for entry in list_categories(uow)}
    assert found["decoration-et-fleurs"] == "Fleurs"


@pytest.mark.parametrize(
    ("details", "fields"),
    [
        (FamilyDetails(" "), ["name"]),
        (FamilyDetails("!?"), ["name"]),
        (FamilyDetails("x" * 121), ["name"]),
        (FamilyDetails("Fleurs", position=-1), ["position"]),
    ],
)
def test_what_cannot_be_used_is_told_by_its_field(
    database: Database, cast: Cast, details: FamilyDetails, fields: list[str]
) -> None:
    assert refused(database, cast, details) == fields


def test_a_family_is_written_once(database: Database, cast: Cast) -> None:
    write(database, cast)
    assert refused(database, cast, FamilyDetails("DECORATION ET FLEURS")) == ["name"]


def test_only_those_who_keep_a_catalogue_write_families(database: Database, cast: Cast) -> None:
    for stranger in (cast.alice, cast.front_desk, cast.auditor):
        with pytest.raises(Forbidden):
            database.write(lambda uow, who=stranger: add_category(uow, who, FLOWERS))
    with pytest.raises(NotFound):
        database.write(lambda uow: edit_category(uow, cast.manager, 999_999, FLOWERS))
