"""Kits: recipes of items that the staff of their authority keep."""

from collections.abc import Callable

import pytest

from lending.catalogue.kits import KitDetails, create_kit, edit_kit, get_kit, list_kits, retire_kit
from lending.catalogue.service import deactivate_item
from lending.db.database import Database
from lending.errors import Forbidden, InvalidInput, NotFound
from tests.factories import Cast
from tests.support.kits import make_kit


def recipe(database: Database, number: int) -> dict[int, int]:
    with database.read() as uow:
        return {part.item_id: part.quantity for part in get_kit(uow, number).parts}


def test_a_kit_is_written_changed_retired_and_lent_again(database: Database, cast: Cast) -> None:
    number = make_kit(database, cast)
    assert recipe(database, number) == {cast.tables: 8, cast.barriers: 4}
    changed = KitDetails("SCENE", "Grande scène", {cast.tables: 12, cast.chairs: 2})
    database.write(lambda uow: edit_kit(uow, cast.manager, number, changed))
    assert recipe(database, number) == {cast.tables: 12, cast.chairs: 2}
    with database.read() as uow:
        assert [kit.name for kit in list_kits(uow)] == ["Grande scène"]
    database.write(lambda uow: retire_kit(uow, cast.manager, number))
    with database.read() as uow:
        assert list_kits(uow) == ()
        assert [kit.id for kit in list_kits(uow, [cast.town], with_retired=True)] == [number]
        assert list_kits(uow, [cast.agglomeration], with_retired=True) == ()
    database.write(lambda uow: retire_kit(uow, cast.manager, number, is_active=True))
    with database.read() as uow:
        assert len(list_kits(uow)) == 1


def test_a_kit_is_not_lent_while_one_of_its_parts_is_not(database: Database, cast: Cast) -> None:
    make_kit(database, cast)
    database.write(lambda uow: deactivate_item(uow, cast.manager, cast.tables))
    with database.read() as uow:
        assert list_kits(uow) == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda cast: {"code": " "}, "code"),
        (lambda cast: {"code": "x" * 41}, "code"),
        (lambda cast: {"name": ""}, "name"),
        (lambda cast: {"parts": {}}, "parts"),
        (lambda cast: {"parts": {cast.chairs: 0}}, "parts"),
        (lambda cast: {"parts": {cast.chairs: 10_001}}, "parts"),
        (lambda cast: {"parts": {999: 1}}, "parts"),
        (lambda cast: {"parts": {cast.stage: 1}}, "parts"),
    ],
)
def test_what_cannot_be_a_kit_is_told_beside_its_field(
    database: Database,
    cast: Cast,
    change: Callable[[Cast], dict[str, object]],
    field: str,
) -> None:
    given = {"code": "K", "name": "Kit", "parts": {cast.chairs: 1}} | change(cast)
    with pytest.raises(InvalidInput) as refused:
        database.write(lambda uow: create_kit(uow, cast.manager, cast.town, KitDetails(**given)))
    assert [error.field for error in refused.value.errors] == [field]


def test_two_kits_of_one_authority_have_two_codes(database: Database, cast: Cast) -> None:
    make_kit(database, cast)
    with pytest.raises(InvalidInput) as refused:
        make_kit(database, cast)
    assert [error.field for error in refused.value.errors] == ["code"]


def test_only_who_keeps_the_catalogue_of_the_authority_keeps_its_kits(
    database: Database, cast: Cast
) -> None:
    number = make_kit(database, cast)
    details = KitDetails("X", "X", {cast.chairs: 1})
    for actor in (cast.alice, cast.agent, cast.auditor, cast.other_manager):
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: create_kit(uow, a, cast.town, details))
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: edit_kit(uow, a, number, details))
        with pytest.raises(Forbidden):
            database.write(lambda uow, a=actor: retire_kit(uow, a, number))
    with pytest.raises(NotFound):
        database.write(lambda uow: retire_kit(uow, cast.manager, 999))
