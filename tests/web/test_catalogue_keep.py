"""The catalogue as its keepers meet it: items, photos, stock, maintenance."""

import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from PIL import Image

from lending.accounts.permissions import Principal
from lending.catalogue.queries import ItemFilter, find_items, get_item
from lending.catalogue.records import list_maintenance, list_movements, stock_at
from lending.db.database import Database
from lending.skills import Skill
from tests import factories
from tests.factories import NOW, Cast
from tests.web.conftest import Browser

Browse = Callable[[Principal], Browser]

BENCH: dict[str, object] = {
    "name": "Banc brasserie 220 cm",
    "code": "BAN-220",
    "stock": "40",
    "weight_kg": "9,5",
    "volume_m3": "0.04",
    "replacement_value": "55",
    "preparation_hours": "1,5",
    "turnaround_hours": "12",
    "min_crew": "1",
    "skills": ["electrical", "caces_r490"],
}


def family_of(database: Database, item: int) -> int:
    """Return the family of an item."""
    with database.read() as uow:
        return get_item(uow, item).category_id


def bench(database: Database, cast: Cast, **more: object) -> dict[str, object]:
    """Return the form of a new bench of the town."""
    places = {"department_id": cast.town_department, "depot_id": cast.depot}
    return {**BENCH, "category_id": family_of(database, cast.chairs), **places, **more}


def test_a_new_item_is_written_in_the_units_of_people(
    browse: Browse, database: Database, cast: Cast
) -> None:
    browser = browse(cast.manager)
    assert browser.get("/catalogue/nouveau").status_code == 200
    answer = browser.post("/catalogue/nouveau", bench(database, cast))
    assert answer.status_code == 303
    with database.read() as uow:
        (found,) = find_items(uow, ItemFilter("brasserie"))
        item = get_item(uow, found.id)
        stock = stock_at(uow, [item.id], NOW)
    assert answer.location == f"/catalogue/{item.id}/photo"
    assert stock == {item.id: 40}
    assert (item.weight_g, item.volume_l, item.replacement_value_cents) == (9500, 40, 5500)
    assert (item.preparation_minutes, item.turnaround_minutes) == (90, 720)
    assert item.skills == {Skill.ELECTRICAL, Skill.CACES_CRANE}
    assert (item.authority_id, item.depot_id) == (cast.town, cast.depot)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": " "}, "Donnez un nom à l’article."),
        ({"code": "CHA-PLI"}, "Un autre article de cette collectivité porte ce code."),
        ({"weight_kg": "lourd"}, "Écrivez un nombre"),
        ({"weight_kg": "-2"}, "Écrivez un nombre"),
        ({"turnaround_hours": "9999"}, "Indiquez une durée de 60 jours au plus."),
    ],
)
def test_errors_stand_beside_their_field_and_nothing_typed_is_lost(
    browse: Browse, database: Database, cast: Cast, change: dict[str, str], says: str
) -> None:
    form = bench(database, cast, description="Se plie en deux.", **change)
    page = browse(cast.manager).post("/catalogue/nouveau", form)
    assert page.status_code == 422
    assert says in unescape(page.text)
    assert "Se plie en deux." in unescape(page.text)
    with database.read() as uow:
        assert len(find_items(uow)) == 6


def test_who_keeps_several_catalogues_says_which(
    browse: Browse, database: Database, cast: Cast
) -> None:
    browser = browse(cast.administrator)
    assert f"authority={cast.agglomeration}" in browser.get("/catalogue/nouveau").text
    theirs = bench(database, cast, department_id=0, depot_id=0)
    browser.post(f"/catalogue/nouveau?authority={cast.agglomeration}", theirs)
    with database.read() as uow:
        (item,) = find_items(uow, ItemFilter("brasserie"))
    assert item.authority_id == cast.agglomeration


def test_sending_the_form_of_an_item_unchanged_changes_nothing(
    browse: Browse, database: Database, cast: Cast
) -> None:
    from lending.web.catalogue.forms import values_of

    browser = browse(cast.manager)
    browser.post(
        f"/catalogue/{cast.tables}/modifier",
        bench(database, cast, weight_kg="3,333", preparation_hours="0,75", code="TAB-183"),
    )
    with database.read() as uow:
        before = get_item(uow, cast.tables)
    with browser.app.test_request_context(headers={"Accept-Language": "fr"}):
        # As a browser does: what is empty or not ticked is not sent.
        values = values_of(before).items()
        form = {name: value for name, value in values if value not in (None, False)}
    answer = browser.post(f"/catalogue/{cast.tables}/modifier", form)
    assert answer.status_code == 303
    with database.read() as uow:
        assert get_item(uow, cast.tables) == before
    assert (before.weight_g, before.preparation_minutes) == (3333, 45)


def test_stopping_to_lend_asks_first_and_tells_what_is_promised(
    browse: Browse, database: Database, cast: Cast
) -> None:
    factories.approved(database, cast, {cast.tent: 1})
    browser = browse(cast.manager)
    page = browser.get(f"/catalogue/{cast.tent}/retirer")
    assert "Chorale des Planches" in unescape(page.text)
    with database.read() as uow:
        assert get_item(uow, cast.tent).is_active
    assert browser.post(f"/catalogue/{cast.tent}/retirer").status_code == 303
    with database.read() as uow:
        assert not get_item(uow, cast.tent).is_active
    browser.post(f"/catalogue/{cast.tent}/remettre")
    with database.read() as uow:
        assert get_item(uow, cast.tent).is_active


def test_a_stock_movement_that_harms_nobody_is_recorded_at_once(
    browse: Browse, database: Database, cast: Cast
) -> None:
    form = {"direction": "out", "quantity": "10", "on": "2026-03-02", "reason": "Tempête"}
    answer = browse(cast.manager).post(f"/catalogue/{cast.chairs}/stock", form)
    assert answer.status_code == 303
    with database.read() as uow:
        latest = list_movements(uow, cast.manager, cast.chairs)[0]
    assert (latest.quantity_delta, latest.effective_at, latest.reason, latest.actor) == (
        -10,
        NOW,
        "Tempête",
        "Marc",
    )


def test_a_movement_that_leaves_bookings_short_is_confirmed_first(
    browse: Browse, database: Database, cast: Cast
) -> None:
    factories.approved(database, cast, {cast.chairs: 95}, name="Grand banquet")
    browser = browse(cast.manager)
    form = {"direction": "out", "quantity": "10", "on": "2026-03-02", "reason": "Tempête"}
    page = browser.post(f"/catalogue/{cast.chairs}/stock", form)
    assert page.status_code == 200
    assert "Grand banquet" in unescape(page.text)
    with database.read() as uow:
        assert stock_at(uow, [cast.chairs], NOW) == {cast.chairs: 100}
    browser.post(f"/catalogue/{cast.chairs}/stock", {**form, "confirmed": "yes"})
    with database.read() as uow:
        assert stock_at(uow, [cast.chairs], NOW) == {cast.chairs: 90}


def test_more_pieces_than_there_are_cannot_go(
    browse: Browse, database: Database, cast: Cast
) -> None:
    form = {"direction": "out", "quantity": "101", "on": "2026-03-02", "reason": "Vol"}
    page = browse(cast.manager).post(f"/catalogue/{cast.chairs}/stock", form)
    assert page.status_code == 422
    assert "Il n’y a pas autant de pièces à ce moment-là." in unescape(page.text)


MAINTENANCE = {
    "quantity": "10",
    "start_date": "2026-06-05",
    "start_time": "08:00",
    "end_date": "2026-06-09",
    "end_time": "18:00",
    "reason": "Vernissage",
}


def test_maintenance_is_planned_on_the_clock_of_the_lender(
    browse: Browse, database: Database, cast: Cast
) -> None:
    answer = browse(cast.manager).post(f"/catalogue/{cast.chairs}/entretien", MAINTENANCE)
    assert answer.status_code == 303
    with database.read() as uow:
        (entry,) = list_maintenance(uow, cast.manager, cast.chairs)
    assert (entry.quantity, entry.reason) == (10, "Vernissage")
    assert entry.starts_at.isoformat() == "2026-06-05T06:00:00+00:00"


def test_maintenance_that_leaves_bookings_short_is_confirmed_first(
    browse: Browse, database: Database, cast: Cast
) -> None:
    factories.approved(database, cast, {cast.chairs: 95}, name="Grand banquet")
    browser = browse(cast.manager)
    page = browser.post(f"/catalogue/{cast.chairs}/entretien", MAINTENANCE)
    assert "Grand banquet" in unescape(page.text)
    assert 'name="confirmed" value="yes"' in page.text
    with database.read() as uow:
        assert list_maintenance(uow, cast.manager, cast.chairs) == []
    browser.post(f"/catalogue/{cast.chairs}/entretien", {**MAINTENANCE, "confirmed": "yes"})
    with database.read() as uow:
        assert len(list_maintenance(uow, cast.manager, cast.chairs)) == 1


def test_maintenance_that_ends_before_it_begins_is_told(
    browse: Browse, database: Database, cast: Cast
) -> None:
    form = {**MAINTENANCE, "end_date": "2026-06-01"}
    page = browse(cast.manager).post(f"/catalogue/{cast.chairs}/entretien", form)
    assert page.status_code == 422
    assert "La fin doit suivre le début." in unescape(page.text)
    assert "Vernissage" in unescape(page.text)


def test_ending_maintenance_asks_first(browse: Browse, database: Database, cast: Cast) -> None:
    browser = browse(cast.manager)
    browser.post(f"/catalogue/{cast.chairs}/entretien", MAINTENANCE)
    with database.read() as uow:
        (entry,) = list_maintenance(uow, cast.manager, cast.chairs)
    assert "Vernissage" in browser.get(f"/entretien/{entry.id}/fin").text
    assert browser.post(f"/entretien/{entry.id}/fin").status_code == 303
    with database.read() as uow:
        assert list_maintenance(uow, cast.manager, cast.chairs) == []


def picture() -> tuple[io.BytesIO, str]:
    """Return a photo as a browser sends it."""
    content = io.BytesIO()
    Image.new("RGB", (900, 600), (30, 90, 60)).save(content, "JPEG")
    content.seek(0)
    return content, "chaise.jpg"


def test_a_photo_is_shown_with_a_long_cache_and_taken_away(
    browse: Browse, database: Database, cast: Cast
) -> None:
    browser = browse(cast.manager)
    answer = browser.post(f"/catalogue/{cast.chairs}/photo", {"photo": picture()})
    assert answer.status_code == 303
    with database.read() as uow:
        name = get_item(uow, cast.chairs).photo
    shown = browser.get(f"/photos/{name}-640.webp")
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert "immutable" in shown.headers["Cache-Control"]
    assert f"/photos/{name}-640.webp" in browser.get(f"/catalogue/{cast.chairs}").text
    browser.post(f"/catalogue/{cast.chairs}/photo", {"remove": "yes"})
    with database.read() as uow:
        assert get_item(uow, cast.chairs).photo == ""


def test_what_is_no_photo_is_told(browse: Browse, database: Database, cast: Cast) -> None:
    browser = browse(cast.manager)
    sent = {"photo": (io.BytesIO(b"<svg onload=alert(1)>"), "x.jpg")}
    page = browser.post(f"/catalogue/{cast.chairs}/photo", sent)
    assert page.status_code == 422
    assert "Nous ne pouvons pas lire cette photo." in unescape(page.text)
    assert browser.post(f"/catalogue/{cast.chairs}/photo", {}).status_code == 422
    assert browser.get("/photos/unknown-640.webp").status_code == 404


KEEPING = (
    "/catalogue/{item}/modifier",
    "/catalogue/{item}/photo",
    "/catalogue/{item}/retirer",
    "/catalogue/{item}/stock",
    "/catalogue/{item}/entretien",
)


@pytest.mark.parametrize("path", KEEPING)
def test_keeping_is_for_the_managers_of_the_lender_alone(
    browse: Browse, cast: Cast, path: str
) -> None:
    address = path.format(item=cast.chairs)
    for stranger in (cast.alice, cast.front_desk, cast.auditor, cast.other_manager):
        browser = browse(stranger)
        assert browser.get(address).status_code == 403
        assert browser.post(address, {}).status_code == 403
    for keeper in (cast.manager, cast.administrator):
        assert browse(keeper).get(address).status_code == 200


def test_families_are_written_and_changed(browse: Browse, database: Database, cast: Cast) -> None:
    browser = browse(cast.manager)
    form = {"name": "Décoration", "name_en": "", "position": "1", "pictogram": "light"}
    assert browser.post("/catalogue/familles/nouvelle", form).status_code == 303
    page = browser.get("/catalogue/familles").text
    (number,) = re.findall(r'familles/(\d+)">Décoration<', page)
    assert browser.get(f"/catalogue/familles/{number}").status_code == 200
    browser.post(f"/catalogue/familles/{number}", {**form, "name": "Fleurs"})
    assert ">Fleurs<" in browser.get("/catalogue/familles").text


def test_a_family_without_a_name_is_told(browse: Browse, cast: Cast) -> None:
    form = {"name": "", "position": "1", "pictogram": "light"}
    page = browse(cast.manager).post("/catalogue/familles/nouvelle", form)
    assert page.status_code == 422
    assert "Donnez un nom à la famille." in unescape(page.text)


@pytest.mark.parametrize("path", ["", "/nouvelle", "/1"])
def test_families_are_for_who_keeps_a_catalogue(browse: Browse, cast: Cast, path: str) -> None:
    for stranger in (cast.alice, cast.front_desk, cast.auditor):
        assert browse(stranger).get(f"/catalogue/familles{path}").status_code == 403
