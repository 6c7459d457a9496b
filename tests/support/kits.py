"""A stage as a kit, for tests: eight tables and four barriers."""

from collections.abc import Mapping

from lending.catalogue.kits import KitDetails, create_kit
from lending.db.database import Database
from tests.factories import Cast


def make_kit(
    database: Database,
    cast: Cast,
    parts: Mapping[int, int] | None = None,
    code: str = "SCENE",
    name: str = "Scène 4×3 m",
) -> int:
    """Write a kit of the town; return its number."""
    recipe = parts if parts is not None else {cast.tables: 8, cast.barriers: 4}
    details = KitDetails(code, name, recipe)
    return database.write(lambda uow: create_kit(uow, cast.manager, cast.town, details).id)
