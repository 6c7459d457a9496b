"""Kits on the pages: kept by the staff, seen with what is free, asked for by the unit."""

from collections.abc import Callable

import pytest
from flask import Flask

from lending.catalogue.kits import get_kit
from lending.db.database import Database
from tests.bookings.steps import lines_of
from tests.factories import Cast, draft, submitted
from tests.support.kits import make_kit
from tests.web.conftest import Browser

Browse = Callable[..., Browser]


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def recipe(database: Database, number: int) -> dict[int, int]:
    with database.read() as uow:
        return {part.item_id: part.quantity for part in get_kit(uow, number).parts}


def test_the_staff_write_a_kit_change_its_recipe_and_retire_it(
    database: Database, browse: Browse, cast: Cast
) -> None:
    manager = browse(cast.manager)
    typed = {
        "name": "Scène 4 × 3 m",
        "code": "SCENE",
        "part": [str(cast.tables), "", str(cast.barriers), str(cast.tables)],
        "pieces": ["6", "3", "4", "2"],
    }
    assert manager.get("/catalogue/kits/nouveau").status_code == 200
    assert manager.post("/catalogue/kits/nouveau", typed).status_code == 303
    assert recipe(database, 1) == {cast.tables: 8, cast.barriers: 4}
    page = manager.get("/catalogue/kits").text
    assert "8 Table" in page
    assert "/catalogue/kits/1/modifier" in page
    form = manager.get("/catalogue/kits/1/modifier").text
    assert form.count('name="part"') == 4
    less = typed | {"part": [str(cast.tables)], "pieces": ["5"]}
    assert manager.post("/catalogue/kits/1/modifier", less).status_code == 303
    assert recipe(database, 1) == {cast.tables: 5}
    assert manager.post("/catalogue/kits/1/retirer").status_code == 303
    assert "Scène" not in browse(cast.alice).get("/catalogue/kits").text
    assert "N’est plus prêté" in manager.get("/catalogue/kits").text
    assert manager.post("/catalogue/kits/1/remettre").status_code == 303
    assert "Scène" in browse(cast.alice).get("/catalogue/kits").text


def test_what_cannot_be_a_kit_is_told_and_nothing_typed_is_lost(
    database: Database, browse: Browse, cast: Cast
) -> None:
    manager = browse(cast.manager)
    typed = {"name": "Scène", "code": "S", "part": [str(cast.tables)], "pieces": ["six"]}
    wrong = manager.post("/catalogue/kits/nouveau", typed)
    assert wrong.status_code == 422
    assert "nombre entier" in wrong.text
    assert 'value="six"' in wrong.text
    nothing = manager.post("/catalogue/kits/nouveau", {"name": "Scène", "code": "S"})
    assert nothing.status_code == 422
    assert "au moins un élément" in nothing.text


def test_the_catalogue_shows_how_many_kits_are_free_and_a_draft_takes_some(
    database: Database, browse: Browse, cast: Cast
) -> None:
    kit = make_kit(database, cast)
    submitted(database, cast, {cast.tables: 5}, organisation=cast.club)
    number = draft(database, cast, {cast.chairs: 10}, actor=cast.alice)
    alice = browse(cast.alice)
    alice.get(f"/demandes/{number}/materiel")
    page = alice.get(f"/catalogue?authority={cast.town}").text
    assert "Scène 4×3 m" in page
    assert f'id="kits-{kit}"' in page
    shown = page[page.index(f'id="kit-{kit}"') :]
    assert '<span class="quantity-figure">1</span>' in shown
    sent = alice.post(f"/demandes/{number}/kits", {"kit_id": str(kit), "quantity": "1"})
    assert sent.location.endswith(f"#kit-{kit}")
    assert lines_of(database, number)[cast.tables] == (8, None)
    assert "8 pour 1 × Scène 4×3 m" in alice.get(f"/demandes/{number}/verifier").text
    wrong = alice.post(f"/demandes/{number}/kits", {"kit_id": str(kit), "quantity": "x"})
    assert wrong.status_code == 303
    assert lines_of(database, number)[cast.tables] == (8, None)
    fragment = alice.post(
        f"/demandes/{number}/kits",
        {"kit_id": str(kit), "quantity": ""},
        headers={"HX-Request": "true"},
    )
    assert fragment.status_code == 200
    assert lines_of(database, number) == {cast.chairs: (10, None)}


def test_words_find_kits_by_their_name_and_a_family_hides_them(
    database: Database, browse: Browse, cast: Cast
) -> None:
    make_kit(database, cast)
    alice = browse(cast.alice)
    assert "Scène 4×3 m" in alice.get("/catalogue?q=scenes").text
    assert "Scène 4×3 m" not in alice.get("/catalogue?q=chaise").text
    assert "Scène 4×3 m" not in alice.get("/catalogue?category=seats").text


def test_who_decides_reads_which_kit_a_line_belongs_to(
    database: Database, browse: Browse, cast: Cast
) -> None:
    kit = make_kit(database, cast)
    number = draft(database, cast, {}, actor=cast.alice)
    alice = browse(cast.alice)
    alice.post(f"/demandes/{number}/kits", {"kit_id": str(kit), "quantity": "2"})
    assert alice.post(f"/demandes/{number}/envoyer").status_code == 303
    assert "16 pour 2 × Scène 4×3 m" in browse(cast.manager).get(f"/a-traiter/{number}").text
