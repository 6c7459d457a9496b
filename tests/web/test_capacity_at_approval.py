"""The page that decides tells what the crews' days hold, and asks why where they cannot."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from lending.bookings.models import Booking, Logistics
from lending.bookings.states import State
from lending.db.database import Database
from lending.logistics.means.fleet import add_outage
from lending.logistics.overruling import overrules_of
from tests.factories import Cast, approved, submitted
from tests.logistics.crews import MONDAY, build_short_friday, build_yard
from tests.logistics.stages import make_stage
from tests.support.browser import chromium, served, violations
from tests.support.html import problems
from tests.web.conftest import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Browse = Callable[..., Browser]
SET_UP = {"logistics": Logistics.DELIVERY_SETUP}
BECAUSE = "La commune voisine prête deux agents."


@pytest.fixture
def stage(town: Database, cast: Cast) -> int:
    return make_stage(town, cast)


@pytest.fixture
def town(app: Flask) -> Database:
    """The database of the application, in which everything listens."""
    opened: Database = app.extensions["database"]
    return opened


@pytest.fixture
def too_much(town: Database, cast: Cast, stage: int) -> int:
    """A request for more than the crew can set up on its short Friday."""
    build_short_friday(town, cast)
    approved(town, cast, {stage: 4}, **SET_UP)
    return submitted(town, cast, {stage: 5}, **SET_UP)


@pytest.fixture
def marc(browse: Browse, cast: Cast) -> Browser:
    return browse(cast.manager)


def state(town: Database, number: int) -> State:
    with town.read() as uow:
        return uow.session.get_one(Booking, number).state


def test_the_days_are_told_with_the_proof_and_better_dates(marc: Browser, too_much: int) -> None:
    page = marc.get(f"/a-traiter/{too_much}").text
    assert 'id="outlook-title"' in page
    assert "3,5\N{NO-BREAK SPACE}h" in page, "the hours of Friday"
    assert "lun. 8 juin, 16" in page, "a better date"
    assert 'name="capacity_reason"' in page


def test_the_page_is_valid_while_it_asks(marc: Browser, too_much: int) -> None:
    path = f"/a-traiter/{too_much}"
    pages = {
        "asks": marc.get(path).text,
        "asks again": marc.post(f"{path}/accorder").text,
    }
    assert problems(pages) == []


def test_what_fits_is_told_without_asking_anything(
    marc: Browser, town: Database, cast: Cast, stage: int
) -> None:
    build_short_friday(town, cast)
    page = marc.get(f"/a-traiter/{submitted(town, cast, {stage: 1}, **SET_UP)}").text
    assert 'id="outlook-title"' in page
    assert "capacity_reason" not in page
    assert "notice-bad" not in page


def test_where_no_crews_are_known_nothing_is_told(
    marc: Browser, town: Database, cast: Cast, stage: int
) -> None:
    page = marc.get(f"/a-traiter/{submitted(town, cast, {stage: 1}, **SET_UP)}").text
    assert "outlook-title" not in page


def test_a_week_without_crews_asks_nothing(
    marc: Browser, town: Database, cast: Cast, stage: int
) -> None:
    build_yard(town, cast)
    page = marc.get(f"/a-traiter/{submitted(town, cast, {stage: 30}, **SET_UP)}").text
    assert "lun. 1er juin" in page
    assert "capacity_reason" not in page


def test_granting_past_the_proof_asks_why_and_keeps_what_was_typed(
    marc: Browser, town: Database, stage: int, too_much: int
) -> None:
    sent = {f"granted-{stage}": "4", "reason": "Le reste est prêté."}
    answer = marc.post(f"/a-traiter/{too_much}/accorder", sent)
    assert answer.status_code == 422
    assert 'href="#capacity_reason"' in answer.text
    assert 'value="Le reste est prêté."' in answer.text
    assert state(town, too_much) is State.SUBMITTED


def test_with_a_reason_it_is_granted_and_the_history_tells_staff_alone(
    marc: Browser, browse: Browse, town: Database, cast: Cast, too_much: int
) -> None:
    answer = marc.post(f"/a-traiter/{too_much}/accorder", {"capacity_reason": BECAUSE})
    assert answer.status_code == 303
    assert state(town, too_much) is State.APPROVED
    with town.read() as uow:
        (kept,) = overrules_of(uow, too_much).values()
    assert kept.reason == BECAUSE
    page = marc.get(f"/a-traiter/{too_much}").text
    assert BECAUSE in page
    assert 'id="outlook-title"' not in page, "it is decided"
    alice = browse(cast.alice).get(f"/demandes/{too_much}")
    assert alice.status_code == 200
    assert BECAUSE not in alice.text


def test_what_no_crew_can_do_is_told_and_granted_with_a_reason(
    marc: Browser, town: Database, cast: Cast
) -> None:
    yard = build_short_friday(town, cast)
    stop = (MONDAY, MONDAY + timedelta(days=20), "Freins")
    town.write(lambda uow: add_outage(uow, cast.manager, yard.lorry, *stop).id)
    number = submitted(town, cast, {cast.chairs: 10}, logistics=Logistics.DELIVERY)
    page = marc.get(f"/a-traiter/{number}").text
    assert "Livrer le matériel" in page, "the task that nobody can do"
    assert 'name="capacity_reason"' in page
    sent = f"/a-traiter/{number}/accorder"
    assert marc.post(sent).status_code == 422
    assert marc.post(sent, {"capacity_reason": BECAUSE}).status_code == 303
    assert BECAUSE in marc.get(f"/a-traiter/{number}").text


def test_the_inbox_marks_what_the_crews_cannot_do(
    marc: Browser, town: Database, cast: Cast, stage: int, too_much: int
) -> None:
    small = submitted(town, cast, {stage: 1}, **SET_UP)
    marked = {
        int(link.group(1))
        for row in marc.get("/a-traiter").text.split("<li")
        if "badge-word tone-bad" in row and (link := re.search(r"/a-traiter/(\d+)", row))
    }
    assert too_much in marked
    assert small not in marked


def test_a_part_that_fits_is_granted_without_it(
    marc: Browser, town: Database, stage: int, too_much: int
) -> None:
    sent = {f"granted-{stage}": "1", "reason": "Le reste est prêté."}
    assert marc.post(f"/a-traiter/{too_much}/accorder", sent).status_code == 303
    assert state(town, too_much) is State.PARTLY_APPROVED


def test_the_page_is_accessible_while_it_asks(
    app: Flask, browse: Browse, cast: Cast, too_much: int
) -> None:
    cookie = browse(cast.manager).client.get_cookie("treteau_session")
    assert cookie is not None
    with served(app) as address, chromium() as browser:
        context = browser.new_context(viewport={"width": 390, "height": 800})
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/a-traiter/{too_much}")
        assert violations(page) == []
        page.get_by_role("button", name="Accorder", exact=True).click()
        page.wait_for_selector("#capacity_reason-error")
        assert violations(page) == []
