"""A stage that tests set up: it takes crews a whole morning."""

from lending.authorities.models import Authority
from lending.catalogue.models import Category
from lending.db.database import Database, UnitOfWork
from tests.factories import Cast, make_item


def make_stage(database: Database, cast: Cast) -> int:
    """Give the town forty elements, each of which takes two people half an hour to set up."""

    def write(uow: UnitOfWork) -> int:
        town = uow.session.get_one(Authority, cast.town)
        category = uow.session.query(Category).first()
        assert category is not None
        about = {"setup_seconds": 3600, "min_crew": 2, "weight_g": 20_000}
        return make_item(uow.session, town, category, "POD", "Élément de scène", 40, **about).id

    return database.write(write)
