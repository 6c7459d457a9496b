"""What goes with a request is proposed before it is sent, and added with one click."""

from collections.abc import Callable

import pytest
from flask import Flask

from lending.catalogue.companions import CompanionRule, companions_of, set_companions
from lending.db.database import Database
from tests.bookings.steps import lines_of
from tests.factories import Cast, draft
from tests.web.conftest import Browser

Browse = Callable[..., Browser]


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def test_the_staff_say_what_goes_with_an_item(
    database: Database, browse: Browse, cast: Cast
) -> None:
    manager = browse(cast.manager)
    place = f"/catalogue/{cast.tables}/va-avec"
    assert place in manager.get(f"/catalogue/{cast.tables}").text
    typed = {
        "per-1": "1",
        "quantity-1": "6",
        "other-1": str(cast.chairs),
        "required-1": "yes",
        "per-2": "1",
        "quantity-2": "",
        "other-2": "",
    }
    assert manager.post(place, typed).status_code == 303
    with database.read() as uow:
        (rule,) = companions_of(uow, [cast.tables])
    assert rule == CompanionRule(cast.tables, cast.chairs, 1, 6, is_required=True)
    assert manager.get(place).text.count("checked") == 1
    for wrong in ({"quantity-1": "six"}, {"quantity-1": "0"}, {"other-1": str(cast.tables)}):
        refused = manager.post(place, typed | wrong)
        assert refused.status_code == 422
        assert 'href="#companions"' in refused.text


@pytest.mark.parametrize(
    ("is_required", "words"),
    [(True, "Il manque du matériel obligatoire"), (False, "Ce qui va souvent avec")],
)
def test_what_is_missing_is_told_before_sending_and_added_with_one_click(
    database: Database, browse: Browse, cast: Cast, *, is_required: bool, words: str
) -> None:
    rule = CompanionRule(cast.tables, cast.chairs, 1, 6, is_required=is_required)
    database.write(lambda uow: set_companions(uow, cast.manager, cast.tables, [rule]))
    number = draft(database, cast, {cast.tables: 5, cast.chairs: 10}, actor=cast.alice)
    alice = browse(cast.alice)
    page = alice.get(f"/demandes/{number}/verifier").text
    assert words in page
    assert "Ajouter 20 × Chaise pliante" in page
    added = {"item_id": str(cast.chairs), "quantity": "30", "next": "review"}
    answer = alice.post(f"/demandes/{number}/lignes", added)
    assert answer.location.endswith("/verifier")
    assert lines_of(database, number)[cast.chairs] == (30, None)
    assert words not in alice.get(f"/demandes/{number}/verifier").text
    # It is told, not demanded: who has weights of its own sends without.
    assert alice.post(f"/demandes/{number}/envoyer").status_code == 303
