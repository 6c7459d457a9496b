"""A label before the camera, or its code typed: the unit's page, or one more unit for a loan."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from lending.catalogue.unit_queries import get_unit
from lending.clock import FixedClock
from lending.db.database import Database
from lending.web.security import SESSION_COOKIE
from tests.factories import FRIDAY, Cast, approved
from tests.support.browser import chromium, served
from tests.support.camera import film_of_label
from tests.support.units import number_pieces
from tests.web.conftest import Browser

Browse = Callable[..., Browser]
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def live(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def code(live: Database, cast: Cast) -> str:
    """Number two tables, and return what the label of the first says."""
    unit, _ = number_pieces(live, cast.tables, 2)
    with live.read() as uow:
        return get_unit(uow, cast.manager, unit).code


def test_a_label_held_before_the_camera_is_added_to_the_loan(
    app: Flask, live: Database, browse: Browse, cast: Cast, code: str, tmp_path: Path
) -> None:
    number = approved(live, cast, {cast.tables: 2})
    secret = browse(cast.manager).client.get_cookie(SESSION_COOKIE)
    assert secret is not None
    film = film_of_label(tmp_path / "label.y4m", f"https://pret.example/u/{code}")
    camera = (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    with served(app) as address, chromium(*camera) as browser:
        context = browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 800})
        context.add_cookies([{"name": SESSION_COOKIE, "value": secret.value, "url": address}])
        page = context.new_page()
        refused: list[str] = []
        page.on("console", lambda m: refused.append(m.text) if m.type == "error" else None)
        page.goto(f"{address}/a-traiter/{number}/exemplaires")
        page.get_by_role("button", name="Scanner une étiquette").click()
        page.get_by_text("Table pliante 183 cm n° 1 part avec cette demande.").wait_for()
        # The camera goes on by itself; the same label, still held there, is not added again.
        page.locator("video").wait_for()
        assert page.locator(".unit-count").inner_text().startswith("1")
        assert refused == []


def test_a_typed_code_leads_to_the_unit_also_in_small_letters_with_blanks(
    browse: Browse, cast: Cast, code: str
) -> None:
    manager = browse(cast.manager)
    typed = f"{code[:4]} {code[4:]}".lower()
    first = manager.get("/scanner", query_string={"code": typed})
    assert first.location == f"/u/{code}"
    page = manager.get(first.location, follow_redirects=True).text
    assert "Table pliante 183 cm n°\xa01" in page


@pytest.mark.parametrize(("typed", "words"), [("ABC", "huit lettres"), ("2222 2223", "mal saisie")])
def test_a_code_that_cannot_be_is_told_on_the_page(
    browse: Browse, cast: Cast, typed: str, words: str
) -> None:
    answer = browse(cast.manager).get("/scanner", query_string={"code": typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{typed}"' in answer.text


def test_who_finds_a_piece_reads_whose_it_is_and_whom_to_call(
    app: Flask, cast: Cast, code: str
) -> None:
    page = Browser(app).get(f"/u/{code}").text
    assert "Ville de Sainte-Planche" in page
    assert "01 99 00 00 01" in page


def test_a_piece_in_the_hand_is_sent_with_a_loan_that_lacks_one(
    live: Database, browse: Browse, cast: Cast, code: str, clock: FixedClock
) -> None:
    number = approved(live, cast, {cast.tables: 1})
    clock.instant = FRIDAY - timedelta(days=1)
    manager = browse(cast.manager)
    page = manager.get(f"/u/{code}", follow_redirects=True).text
    assert "Le faire partir avec" in page
    place = f"/a-traiter/{number}/exemplaires"
    assert manager.post(f"{place}/choisir", {"unit_id": "1"}).status_code == 303
    assert "Tous les exemplaires sont choisis" in manager.get(place).text


def test_what_stands_in_the_way_is_told_where_one_prepares(
    live: Database, browse: Browse, cast: Cast, code: str
) -> None:
    manager = browse(cast.manager)
    one = approved(live, cast, {cast.tables: 1})
    other = approved(live, cast, {cast.tables: 1}, organisation=cast.club)
    manager.post(f"/a-traiter/{one}/exemplaires/scan", {"code": code})
    refused = manager.post(f"/a-traiter/{other}/exemplaires/scan", {"code": code})
    assert refused.status_code == 409
    assert "Chorale des Planches" in refused.text
    page = manager.get(f"/a-traiter/{other}").text
    assert f"/a-traiter/{other}/exemplaires" in page
