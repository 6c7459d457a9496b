"""Somebody follows a request in a calendar, changes it, and the calendar shows the change, once."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from flask import Flask
from icalendar import Calendar, Event
from playwright.sync_api import Browser, BrowserContext, Page, expect

from lending.accounts.sessions import Limits, Visitor, open_session
from lending.clock import FixedClock
from lending.db.database import Database
from lending.web.security import SESSION_COOKIE
from tests.factories import Cast, submitted
from tests.support.browser import chromium, served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PHONE = {"width": 390, "height": 844}
Visit = Callable[..., Page]


class Client:
    """A calendar program: it keeps what it read, and asks whether that changed."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.etag = ""
        self.events: list[Event] = []

    def look_again(self) -> int:
        """Ask as programs do; return the status of the answer."""
        asked = {"If-None-Match": self.etag} if self.etag else {}
        answer = httpx.get(self.address, headers=asked)
        if answer.status_code == 200:
            self.etag = answer.headers["ETag"]
            self.events = list(Calendar.from_ical(answer.content).events)
        else:
            assert answer.content == b""
        return answer.status_code


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, app: Flask, cast: Cast) -> Iterator[Visit]:
    """Return a function that opens a page on a phone, as Alice."""
    live: Database = app.extensions["database"]
    number = cast.alice.user_id or 0
    secret = live.write(lambda uow: open_session(uow, number, Visitor(), Limits()))
    opened: list[BrowserContext] = []
    with served(app) as address:

        def open_page(path: str, *, script: bool) -> Page:
            context = browser.new_context(
                base_url=address, locale="fr-FR", viewport=PHONE, java_script_enabled=script
            )
            opened.append(context)
            context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": address}])
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.goto(path)
            return page

        yield open_page
        for context in opened:
            context.close()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_request_that_changes_is_changed_in_the_calendar_once(
    app: Flask, cast: Cast, clock: FixedClock, visit: Visit, script: bool
) -> None:
    booking_id = submitted(app.extensions["database"], cast, {cast.chairs: 30})
    page = visit(f"/demandes/{booking_id}", script=script)
    page.get_by_role("link", name="Suivre dans votre agenda").click()
    client = Client(_make_address(page))
    assert client.look_again() == 200
    (before,) = client.events
    assert "30 × Chaise" in before["DESCRIPTION"]
    assert client.look_again() == 304

    clock.instant += timedelta(hours=1)
    page.goto(f"/demandes/{booking_id}/modifier")
    page.locator(f"#quantity-{cast.chairs}").fill("45")
    page.get_by_role("button", name="Modifier la demande").click()
    expect(page.locator("#flashes")).to_contain_text("modifiée")

    assert client.look_again() == 200
    (after,) = client.events
    assert after["UID"] == before["UID"]
    assert "45 × Chaise" in after["DESCRIPTION"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1
    assert after["LAST-MODIFIED"].dt == before["LAST-MODIFIED"].dt + timedelta(hours=1)
    assert client.look_again() == 304


def test_a_second_device_is_subscribed_where_the_first_one_was(cast: Cast, visit: Visit) -> None:
    page = visit("/agendas", script=True)
    addresses = set()
    for _ in range(2):
        page.goto("/agendas")
        page.get_by_role("link", name="abonner – Chorale des Planches").click()
        addresses.add(_make_address(page))
    assert len(addresses) == 2
    assert {httpx.get(address).status_code for address in addresses} == {200}


def _make_address(page: Page) -> str:
    """Confirm the form, and read the address that is shown this once."""
    page.get_by_role("button", name="Créer mon adresse").click()
    return page.locator("#calendar-address").input_value()
