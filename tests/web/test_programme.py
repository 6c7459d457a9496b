"""The public programme as a page, and how an association agrees that its event is in it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lending.accounts.permissions import SYSTEM
from lending.bookings.consent import show_event
from lending.bookings.decisions import cancel_booking
from lending.db.database import Database
from tests.factories import FRIDAY, MONDAY, Cast, approved, draft
from tests.support.browser import chromium, served
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]


@pytest.fixture
def live(app: Flask) -> Database:
    database: Database = app.extensions["database"]
    return database


@pytest.fixture
def anyone(app: Flask) -> Browser:
    """A browser of nobody in particular, in English."""
    browser = Browser(app)
    browser.client.set_cookie("treteau_language", "en")
    return browser


def shown(database: Database, cast: Cast, **more: object) -> int:
    number = approved(database, cast, {cast.chairs: 10}, **more)  # type: ignore[arg-type]
    database.write(lambda uow: show_event(uow, SYSTEM, number, is_public=True))
    return number


def test_anyone_reads_what_takes_place_and_where_but_not_who_organises_it(
    anyone: Browser, live: Database, cast: Cast
) -> None:
    shown(live, cast, name="Bal des <lampions>")
    page = anyone.get("/programme?month=2026-06").text
    assert "Bal des &lt;lampions&gt;" in page
    assert "from Friday 5 June 2026 at 16:00 to Monday 8 June 2026 at 09:00" in page
    assert "Place du Marché, Sainte-Planche" in page
    for secret in ("Chorale", "R-2026", "01 99", "Chaise"):
        assert secret not in page


def test_an_event_that_nobody_agreed_to_show_is_not_there(
    anyone: Browser, live: Database, cast: Cast
) -> None:
    approved(live, cast, {cast.chairs: 10}, name="Bal secret")
    page = anyone.get("/programme?month=2026-06").text
    assert "Bal secret" not in page
    assert "Nothing is announced this month" in page


def test_an_empty_month_leads_to_the_next_that_is_not(
    anyone: Browser, live: Database, cast: Cast
) -> None:
    shown(live, cast)
    page = anyone.get("/programme").text
    assert "March 2026" in page
    assert "The next events begin in June 2026." in page
    assert 'href="/programme?month=2026-06"' in page


def test_months_lead_to_one_another_and_an_odd_one_to_this_one(
    anyone: Browser, live: Database, cast: Cast
) -> None:
    page = anyone.get("/programme?month=2026-12").text
    assert 'rel="prev" href="/programme?month=2026-11"' in page
    assert 'rel="next" href="/programme?month=2027-01"' in page
    for odd in ("month=2026-13", "month=0001-01", "month=x", "authority=987654", "authority=x"):
        answer = anyone.get(f"/programme?{odd}")
        assert answer.status_code == 200
        assert "March 2026" in answer.text
    assert 'rel="prev"' not in anyone.get("/programme?month=2000-01").text


def test_one_lender_s_events_can_be_read_alone(anyone: Browser, live: Database, cast: Cast) -> None:
    shown(live, cast, name="Bal")
    address = f"/programme?month=2026-06&authority={cast.agglomeration}"
    assert "Bal" not in anyone.get(address).text
    assert "Bal" in anyone.get(f"/programme?month=2026-06&authority={cast.town}").text


def test_an_event_of_two_months_is_in_both(anyone: Browser, live: Database, cast: Cast) -> None:
    shown(live, cast, name="Festival", start=FRIDAY, end=MONDAY + timedelta(days=28))
    for month in ("2026-06", "2026-07"):
        assert "Festival" in anyone.get(f"/programme?month={month}").text
    assert "Festival" not in anyone.get("/programme?month=2026-08").text


def test_a_cancelled_event_stays_and_says_so(anyone: Browser, live: Database, cast: Cast) -> None:
    number = shown(live, cast, name="Bal")
    live.write(lambda uow: cancel_booking(uow, SYSTEM, number, "Pluie"))
    page = anyone.get("/programme?month=2026-06").text
    assert "is-cancelled" in page
    assert "Cancelled" in page
    assert "Pluie" not in page


def test_it_speaks_french(app: Flask, live: Database, cast: Cast) -> None:
    page = Browser(app).get("/programme").text
    assert "Mars 2026\N{NO-BREAK SPACE}: événements" in page
    assert "Rien n’est annoncé ce mois-ci" in page


def test_the_link_of_an_entry_leads_to_its_event(
    anyone: Browser, live: Database, cast: Cast
) -> None:
    shown(live, cast, name="Bal")
    feed = anyone.get("/calendars/programme.ics").text.replace("\r\n ", "")
    link = re.search(r"^URL:(.*)$", feed, re.MULTILINE)
    assert link is not None
    path, _, anchor = link[1].strip().partition("#")
    page = anyone.get(path.split("5000", 1)[1]).text
    assert f'id="{anchor}"' in page


def test_an_association_agrees_when_it_describes_its_event(
    app: Flask, browse: Browse, live: Database, cast: Cast
) -> None:
    number = draft(live, cast, {cast.chairs: 10})
    alice = browse(cast.alice)
    path = f"/demandes/{number}/evenement"
    page = alice.get(path).text
    box = re.search(r'<input[^>]*name="is_public"[^>]*>', page)
    assert box is not None
    assert "checked" not in box[0]
    fields = {
        "name": "Bal", "event_start_date": "2026-06-05", "event_start_time": "18:00",
        "event_end_date": "2026-06-06", "event_end_time": "01:00", "commune_insee": "00101",
        "site_address": "Place du Marché", "competence": "culture", "is_public": "y",
    }  # fmt: skip
    assert alice.post(path, fields).status_code == 303
    page = alice.get(path).text
    box = re.search(r'<input[^>]*name="is_public"[^>]*>', page)
    assert box is not None
    assert "checked" in box[0]


def test_an_association_changes_its_mind_on_the_page_of_its_request(
    anyone: Browser, browse: Browse, live: Database, cast: Cast
) -> None:
    number = approved(live, cast, {cast.chairs: 10}, name="Bal")
    alice = browse(cast.alice)
    path = f"/demandes/{number}/programme"
    assert path in alice.get(f"/demandes/{number}").text
    for answer, seen in (("yes", True), ("no", False)):
        assert alice.post(path, {"is_public": answer}).status_code == 303
        assert ("Bal" in anyone.get("/programme?month=2026-06").text) is seen
    history = alice.get(f"/demandes/{number}").text
    assert "Événement annoncé dans le programme public" in history
    assert "Événement retiré du programme public" in history


def test_the_programme_prints_without_what_is_for_the_screen(
    app: Flask, live: Database, cast: Cast
) -> None:
    shown(live, cast, name="Bal")
    with served(app) as address, chromium() as browser:
        page = browser.new_page()
        page.goto(f"{address}/programme?month=2026-06")
        page.emulate_media(media="print")
        assert page.get_by_text("Bal", exact=True).is_visible()
        assert not page.locator(".programme-bar").is_visible()
        assert not page.locator(".site-nav").is_visible()
