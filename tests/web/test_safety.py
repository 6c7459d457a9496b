"""Safety on the pages: what is asked of the place, what is told, and the wind."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lending.bookings.models import Logistics
from lending.catalogue.models import Item
from lending.catalogue.plugs import Plug
from lending.clock import FixedClock
from lending.db.database import Database
from tests.factories import FRIDAY, Cast, approved, draft
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]


@pytest.fixture
def live(app: Flask, cast: Cast) -> Database:
    """Return the application's database; the tent and the tables are ones to mind."""
    found: Database = app.extensions["database"]

    def measure(uow) -> None:
        tent, tables = (uow.session.get_one(Item, n) for n in (cast.tent, cast.tables))
        tent.tent_area_dm2, tent.can_be_closed, tent.wind_max_kmh = 1800, True, 55
        tables.power_w, tables.plug = 2000, Plug.A16

    found.write(measure)
    return found


def test_only_what_the_equipment_needs_is_asked_and_the_answer_counts(
    live: Database, browse: Browse, cast: Cast
) -> None:
    booking = draft(live, cast, {cast.tent: 1, cast.tables: 2})
    alice, page = browse(cast.alice), f"/demandes/{booking}/installation"
    assert page in alice.get(f"/demandes/{booking}").text
    form = alice.get(page).text
    assert 'name="ground"' in form
    assert 'name="stage_height_cm"' not in form
    assert "on ignore ce que le lieu offre" in alice.get(f"/demandes/{booking}").text
    assert alice.post(page, {"ground": "soft", "power": "none"}).status_code == 303
    told = alice.get(f"/demandes/{booking}").text
    assert "CTS 37" in told
    assert "haubanez" in told
    assert "trop peu d’électricité" in told
    assert alice.post(page, {"power": "16a", "sockets": "2"}).status_code == 303
    assert "électricité :" not in alice.get(f"/demandes/{booking}").text
    chairs = draft(live, cast, {cast.chairs: 1})
    assert alice.get(f"/demandes/{chairs}/installation").status_code == 303
    assert browse(cast.bob).get(page).status_code == 404


def test_75_kmh_on_the_day_before_is_a_no_go_that_everybody_reads(
    live: Database, browse: Browse, cast: Cast, clock: FixedClock
) -> None:
    booking = approved(live, cast, {cast.tent: 1}, logistics=Logistics.DELIVERY_SETUP)
    clock.instant = FRIDAY - timedelta(days=1)
    manager, page = browse(cast.manager), f"/demandes/{booking}/vent"
    assert page in manager.get(f"/a-traiter/{booking}").text
    asked = manager.post(page, {"forecast_kmh": "75"})
    assert "75 km/h : pas de montage" in asked.text.replace("\u00a0", " ")
    assert 'value="go"' not in asked.text.split("</form>")[0]
    refused = manager.post(page, {"forecast_kmh": "75", "decision": "go"})
    assert refused.status_code == 422
    kept = manager.post(page, {"forecast_kmh": "75", "decision": "no_go"})
    assert kept.status_code == 303
    for reader, address in (
        (cast.manager, f"/a-traiter/{booking}"),
        (cast.alice, f"/demandes/{booking}"),
    ):
        assert "75 km/h de vent annoncés" in browse(reader).get(address).text
    assert browse(cast.agent).get(page).status_code == 200
    assert browse(cast.alice).get(page).status_code == 403


def test_the_form_of_an_item_takes_what_safety_needs(
    live: Database, browse: Browse, cast: Cast
) -> None:
    page = browse(cast.manager).get(f"/catalogue/{cast.tent}/modifier").text
    assert 'name="tent_area_m2"' in page
    assert 'value="18"' in page
    assert "55 km/h" in browse(cast.alice).get(f"/catalogue/{cast.tent}").text
