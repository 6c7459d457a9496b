"""Writing items: what is checked, who may, what is kept."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace

import pytest

from lending.accounts.permissions import ANONYMOUS
from lending.availability.shelf import list_shelf
from lending.catalogue.facts import ItemChanged
from lending.catalogue.models import Item
from lending.catalogue.queries import ItemFilter, find_items, get_item
from lending.catalogue.records import list_movements, stock_at
from lending.catalogue.service import (
    ItemDetails,
    create_item,
    deactivate_item,
    edit_item,
    reactivate_item,
)
from lending.db.database import Database, UnitOfWork
from lending.errors import Forbidden, InvalidInput, NotFound, NotSignedIn
from lending.skills import Skill
from tests.factories import NOW, Cast


@pytest.fixture
def details(database: Database, cast: Cast) -> ItemDetails:
    """Describe a bench of the town."""
    with database.read() as uow:
        family = uow.session.get_one(Item, cast.chairs).category_id
    return ItemDetails(
        code="BAN-220",
        name="Banc brasserie 220 cm",
        category_id=family,
        usual_names="banc de kermesse",
        department_id=cast.town_department,
        depot_id=cast.depot,
        weight_g=9000,
        preparation_minutes=60,
        turnaround_minutes=120,
    )


def create(database: Database, cast: Cast, details: ItemDetails, stock: int = 40) -> int:
    """Write an item of the town as its manager."""
    return database.write(lambda uow: create_item(uow, cast.manager, cast.town, details, stock).id)


def test_a_new_item_has_always_had_its_stock(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    number = create(database, cast, details)
    with database.read() as uow:
        (entry,) = list_shelf(uow, ItemFilter("bancs brasserie"))
        (movement,) = list_movements(uow, cast.manager, number)
        item = get_item(uow, number)
    assert (entry.item.id, entry.stock, entry.free) == (number, 40, None)
    assert (movement.effective_at, movement.quantity_delta) == (None, 40)
    assert (item.weight_g, item.depot, item.department) == (
        9000,
        "Ateliers municipaux",
        "Fêtes et cérémonies",
    )


def test_an_item_may_begin_without_stock(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    number = create(database, cast, details, stock=0)
    with database.read() as uow:
        assert stock_at(uow, [number], NOW) == {number: 0}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 161}, "name"),
        ({"code": ""}, "code"),
        ({"code": "CHA-PLI"}, "code"),
        ({"category_id": 999_999}, "category"),
        ({"weight_g": -1}, "weight_g"),
        ({"weight_g": 10**12}, "weight_g"),
        ({"length_cm": 0}, "length_cm"),
        ({"max_per_booking": 0}, "max_per_booking"),
        ({"preparation_minutes": -5}, "preparation_minutes"),
        ({"turnaround_minutes": 10**6}, "turnaround_minutes"),
        ({"min_crew": 0}, "min_crew"),
        ({"skills": frozenset({Skill.LICENCE_C})}, "skills"),
    ],
)
def test_what_cannot_be_used_is_told_by_its_field(
    database: Database, cast: Cast, details: ItemDetails, change: dict[str, object], field: str
) -> None:
    wrong = replace(details, **change)
    with pytest.raises(InvalidInput) as refused:
        create(database, cast, wrong)
    assert [error.field for error in refused.value.errors] == [field]
    with database.read() as uow:
        assert len(find_items(uow)) == 6


def test_all_that_is_wrong_is_told_at_once(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    wrong = replace(details, name="", weight_g=-1)
    with pytest.raises(InvalidInput) as refused:
        create(database, cast, wrong, stock=-3)
    assert {error.field for error in refused.value.errors} == {"name", "weight_g", "stock"}


def test_department_and_depot_belong_to_the_lender(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    with pytest.raises(InvalidInput) as refused:
        create(database, cast, replace(details, department_id=cast.agglomeration_department))
    assert [error.field for error in refused.value.errors] == ["department_id"]


def test_two_authorities_may_use_the_same_code(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    theirs = replace(details, code="CHA-PLI", department_id=None, depot_id=None)
    database.write(lambda uow: create_item(uow, cast.administrator, cast.agglomeration, theirs))
    with database.read() as uow:
        assert sum(item.code == "CHA-PLI" for item in find_items(uow)) == 2


def test_only_those_who_keep_the_catalogue_write_in_it(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    for stranger in (cast.alice, cast.front_desk, cast.auditor, cast.other_manager):
        with pytest.raises(Forbidden):
            database.write(lambda uow, who=stranger: create_item(uow, who, cast.town, details))
        with pytest.raises(Forbidden):
            database.write(lambda uow, who=stranger: deactivate_item(uow, who, cast.chairs))
    with pytest.raises(NotSignedIn):
        database.write(lambda uow: create_item(uow, ANONYMOUS, cast.town, details))


def test_a_change_is_found_by_its_new_words_and_told(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    told: list[ItemChanged] = []
    database.events.subscribe(ItemChanged, lambda fact, uow: told.append(fact))
    renamed = replace(details, code="CHA-PLI", name="Fauteuil d'orchestre")
    database.write(lambda uow: edit_item(uow, cast.manager, cast.chairs, renamed))
    with database.read() as uow:
        assert [item.id for item in find_items(uow, ItemFilter("fauteuils"))] == [cast.chairs]
        assert find_items(uow, ItemFilter("chaise pliante")) == []
    assert told == [ItemChanged(cast.chairs)]


def test_an_item_is_lent_no_more_and_then_again(database: Database, cast: Cast) -> None:
    database.write(lambda uow: deactivate_item(uow, cast.manager, cast.tent))
    with database.read() as uow:
        assert not get_item(uow, cast.tent).is_active
    database.write(lambda uow: reactivate_item(uow, cast.manager, cast.tent))
    with database.read() as uow:
        assert get_item(uow, cast.tent).is_active


def test_changing_what_is_not_there_is_not_found(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    with pytest.raises(NotFound):
        database.write(lambda uow: edit_item(uow, cast.manager, 999_999, details))


def test_the_words_of_search_fit_their_column(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    long = replace(details, name="œuvre " * 26, usual_names="ça " * 100, name_en="stage " * 26)
    number = create(database, cast, long)
    with database.read() as uow:
        assert [item.id for item in find_items(uow, ItemFilter("oeuvre"))] == [number]


def test_an_item_is_not_found_by_the_name_of_its_family(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    number = create(database, cast, details)
    with database.read() as uow:
        assert number not in [item.id for item in find_items(uow, ItemFilter("chaises"))]


def test_of_two_who_take_a_code_at_once_one_is_told(
    database: Database, cast: Cast, details: ItemDetails
) -> None:
    with ThreadPoolExecutor(1) as pool:

        def first(uow: UnitOfWork) -> Future[int]:
            create_item(uow, cast.manager, cast.town, details)
            second = pool.submit(create, database, cast, details)
            # The second looks while the first is not yet kept, and must wait to write.
            wait([second], timeout=0.5)
            return second

        with pytest.raises(InvalidInput) as refused:
            database.write(first).result()
    assert [error.field for error in refused.value.errors] == ["code"]
