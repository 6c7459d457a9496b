"""What the catalogue finds and says, on both databases."""

import pytest
from sqlalchemy import event

from lending.accounts.permissions import ANONYMOUS
from lending.availability.shelf import list_shelf
from lending.catalogue.models import Category, Item
from lending.catalogue.queries import (
    ItemFilter,
    equivalents_of,
    find_items,
    get_item,
    list_categories,
)
from lending.catalogue.records import list_maintenance, list_movements
from lending.catalogue.service import deactivate_item
from lending.db.database import Database
from lending.errors import Forbidden, NotFound, NotSignedIn
from tests.factories import Cast, make_item


def names(database: Database, wanted: ItemFilter) -> list[str]:
    """Return the names of what is found, in order."""
    with database.read() as uow:
        return [item.name for item in find_items(uow, wanted)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tables", "Table pliante 183 cm"),
        ("table", "Table pliante 183 cm"),
        ("barriere", "Barrière Vauban 2 m"),
        ("BARRIÈRES", "Barrière Vauban 2 m"),
        ("vauban barr", "Barrière Vauban 2 m"),
        ("praticables", "Praticable 2x1"),
        ("chaises coques", "Chaise coque"),
    ],
)
def test_search_forgives_accents_plural_case_and_order(
    database: Database, cast: Cast, words: str, found: str
) -> None:
    assert found in names(database, ItemFilter(words))


def test_search_finds_usual_names_after_what_is_called_so(database: Database, cast: Cast) -> None:
    def add(uow) -> None:
        town = uow.session.get_one(Item, cast.chairs).authority
        family = uow.session.query(Category).filter_by(code="seats").one()
        make_item(uow.session, town, family, "MAN", "Mange-debout", 5, usual_names="table haute")

    database.write(add)
    assert names(database, ItemFilter("table")) == ["Table pliante 183 cm", "Mange-debout"]


def test_filters_narrow_by_family_and_lender(database: Database, cast: Cast) -> None:
    assert names(database, ItemFilter(category="seats")) == ["Chaise coque", "Chaise pliante"]
    assert names(database, ItemFilter(category="seats", authority_ids=[cast.town])) == [
        "Chaise pliante"
    ]


def test_a_list_goes_by_family_then_by_name(database: Database, cast: Cast) -> None:
    assert names(database, ItemFilter()) == [
        "Chaise coque",
        "Chaise pliante",
        "Table pliante 183 cm",
        "Barrière Vauban 2 m",
        "Tente pliante 3x3",
        "Praticable 2x1",
    ]


def test_what_is_no_longer_lent_is_found_on_demand_only(database: Database, cast: Cast) -> None:
    database.write(lambda uow: deactivate_item(uow, cast.manager, cast.tent))
    assert "Tente pliante 3x3" not in names(database, ItemFilter())
    assert "Tente pliante 3x3" in names(database, ItemFilter(with_inactive=True))


def test_families_count_what_is_lent(database: Database, cast: Cast) -> None:
    database.write(lambda uow: deactivate_item(uow, cast.manager, cast.tent))
    with database.read() as uow:
        everybody = {entry.code: entry.items for entry in list_categories(uow)}
        town = {entry.code: entry.items for entry in list_categories(uow, [cast.town])}
    assert everybody == {"seats": 2, "tables": 1, "barriers": 1, "tents": 0, "stages": 1}
    assert town == {"seats": 1, "tables": 1, "barriers": 1, "tents": 0, "stages": 0}


def test_equivalent_items_are_those_of_the_group_without_itself(
    database: Database, cast: Cast
) -> None:
    with database.read() as uow:
        chairs, tables = get_item(uow, cast.chairs), get_item(uow, cast.tables)
        assert [item.id for item in equivalents_of(uow, chairs)] == [cast.shell_chairs]
        assert equivalents_of(uow, tables) == []


def test_an_item_nobody_wrote_is_not_found(database: Database, cast: Cast) -> None:
    with database.read() as uow, pytest.raises(NotFound):
        get_item(uow, 999_999)


def test_the_record_of_the_stock_is_for_its_keepers(database: Database, cast: Cast) -> None:
    with database.read() as uow:
        (first,) = list_movements(uow, cast.auditor, cast.chairs)
        assert (first.quantity_delta, first.stock_after, first.reason) == (100, 100, "Inventaire")
        for read in (list_movements, list_maintenance):
            with pytest.raises(NotSignedIn):
                read(uow, ANONYMOUS, cast.chairs)
            for stranger in (cast.alice, cast.other_manager):
                with pytest.raises(Forbidden):
                    read(uow, stranger, cast.chairs)


def test_the_number_of_queries_does_not_grow_with_the_catalogue(
    database: Database, cast: Cast
) -> None:
    from calendars.intervals import Interval
    from tests.factories import FRIDAY, MONDAY

    def count() -> int:
        statements = []
        listener = lambda *args: statements.append(args[2])  # noqa: E731
        event.listen(database.engine, "before_cursor_execute", listener)
        try:
            with database.read() as uow:
                list_shelf(uow, ItemFilter(), Interval(FRIDAY, MONDAY))
        finally:
            event.remove(database.engine, "before_cursor_execute", listener)
        return len(statements)

    def grow(uow) -> None:
        chairs = uow.session.get_one(Item, cast.chairs)
        for number in range(60):
            make_item(
                uow.session, chairs.authority, chairs.category, f"N-{number}", f"Banc {number}", 3
            )

    before = count()
    database.write(grow)
    assert count() == before <= 5
